import CCurl
import Glibc

/// One call on its way: libcurl's handle with everything that it points to. Lives on the courier's thread alone; the
/// handle's callbacks borrow the object, whose owner is the courier's table, so nothing is released twice or too early.
@safe final class CurlTransfer {
    let errand: Courier.Errand
    let completion: @Sendable (CallOutcome) -> Void
    private let easy: UnsafeMutableRawPointer
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private var head = ReplyHead()
    private var mailUpload: MailUpload?
    private let maxReplyBytes: Int
    private var body: [UInt8] = []
    private var excess: String?
    private var isAttached = false

    /// Prepares a handle; nil where libcurl has no memory for one.
    init?(_ job: Courier.Job) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        errand = job.errand
        completion = job.completion
        switch job.errand {
        case .http(let call): maxReplyBytes = call.maxReplyBytes
        case .mail(let mail):
            maxReplyBytes = 0
            mailUpload = MailUpload(mail.message)
        }
        unsafe self.easy = unsafe easy
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0)
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(headerList)
        unsafe errorText.deallocate()
    }

    /// Sets every option; the answer is libcurl's name for the first that it refused, or nil.
    func configure(_ settings: Courier.Settings) -> String? {
        var setter = unsafe CurlOptions(easy: easy)
        setter.applyPolicy(settings)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        switch errand {
        case .http(let call):
            setter.applyRequest(call)
            unsafe headerList = setter.makeHeaders(call)
            if unsafe headerList != nil { unsafe setter.list(CURLOPT_HTTPHEADER, headerList) }
        case .mail(let mail):
            setter.applyMail(mail)
            unsafe headerList = setter.makeList(mail.recipients.map { "<\($0)>" })
            if unsafe headerList != nil { unsafe setter.list(CURLOPT_MAIL_RCPT, headerList) }
            unsafe setter.pointer(CURLOPT_READDATA, context)
            unsafe setter.sink(CURLOPT_READFUNCTION) { bytes, _, count, context in
                unsafe CurlTransfer.lend(context)?.upload(into: bytes, count) ?? 0
            }
        }
        unsafe setter.pointer(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText.baseAddress))
        unsafe setter.pointer(CURLOPT_PRIVATE, context)
        unsafe setter.pointer(CURLOPT_WRITEDATA, context)
        unsafe setter.pointer(CURLOPT_HEADERDATA, context)
        unsafe setter.sink(CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
            unsafe CurlTransfer.lend(context)?.appendBody(bytes, count) ?? 0
        }
        unsafe setter.sink(CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
            unsafe CurlTransfer.lend(context)?.appendHead(bytes, count) ?? 0
        }
        return setter.refusal
    }

    /// Hands the call to the multi handle; false where it refused.
    func attach(to multi: UnsafeMutableRawPointer) -> Bool {
        isAttached = unsafe curl_multi_add_handle(multi, easy) == CURLM_OK
        return isAttached
    }

    /// Takes the call back from the multi handle, whatever its state.
    func detach(from multi: UnsafeMutableRawPointer) {
        if isAttached { unsafe curl_multi_remove_handle(multi, easy) }
        isAttached = false
    }

    /// The transfer that a handle belongs to.
    static func of(_ easy: UnsafeMutableRawPointer) -> CurlTransfer? {
        var context: UnsafeMutableRawPointer?
        unsafe itp_curl_get_pointer(easy, CURLINFO_PRIVATE, &context)
        return unsafe lend(context)
    }

    private static func lend(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    }
}

// MARK: What arrives. A sink that takes less than it was given makes libcurl end the transfer with an error.
extension CurlTransfer {
    private func appendBody(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard count <= maxReplyBytes - body.count else {
            excess = "the reply's body is longer than \(maxReplyBytes) bytes"
            return 0
        }
        unsafe body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    private func upload(into bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let bytes = unsafe bytes, let piece = mailUpload?.next(count) else { return 0 }
        for (index, byte) in piece.enumerated() { unsafe bytes[index] = CChar(bitPattern: byte) }
        return piece.count
    }

    private func appendHead(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let line = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
        guard mailUpload == nil else {
            mailUpload?.note(line)
            return count
        }
        guard head.append(line) else {
            excess = "the reply's head is longer than \(ReplyHead.maxBytes) bytes"
            return 0
        }
        return count
    }
}

// MARK: What it means.
extension CurlTransfer {
    /// The outcome, once libcurl has ended the transfer with this result.
    func outcome(_ result: CURLcode) -> CallOutcome {
        let reason = reason(result)
        if let mailUpload {
            return mailUpload.outcome(isDone: result == CURLE_OK, status: number(CURLINFO_RESPONSE_CODE), reason)
        }
        if result == CURLE_OK {
            // A head that breaks off is success to libcurl.
            guard head.isComplete else { return .ambiguous(reason: "the reply breaks off in its head") }
            return .reply(IncomingReply(status: number(CURLINFO_RESPONSE_CODE), headers: head.fields, body: body))
        }
        return isSurelyNotSent(result) ? .notSent(reason: reason) : .ambiguous(reason: reason)
    }

    /// The outcome where the courier itself ends the transfer.
    func outcomeWhenAborted(reason: String) -> CallOutcome {
        if let mailUpload { return mailUpload.outcome(isDone: false, status: 0, reason) }
        return isSurelyNotSent(CURLE_OPERATION_TIMEDOUT) ? .notSent(reason: reason) : .ambiguous(reason: reason)
    }

    private func reason(_ result: CURLcode) -> String {
        if let excess { return excess }
        let detail = unsafe errorText.baseAddress.map { unsafe String(cString: $0) } ?? ""
        return detail.isEmpty ? unsafe String(cString: curl_easy_strerror(result)) : detail
    }

    /// Whether no byte of the request can have reached the other side. In doubt: false.
    private func isSurelyNotSent(_ result: CURLcode) -> Bool {
        guard case .http(let call) = errand else { return false }
        // Over a new TLS connection nothing of the request leaves before the handshake is over.
        if !call.isIdempotent, call.url.lowercased().hasPrefix("https:"), microseconds(CURLINFO_APPCONNECT_TIME_T) == 0
        {
            return true
        }
        guard number(CURLINFO_REQUEST_SIZE) == 0, microseconds(CURLINFO_PRETRANSFER_TIME_T) == 0 else { return false }
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY,
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED, CURLE_URL_MALFORMAT,
            CURLE_UNSUPPORTED_PROTOCOL, CURLE_FAILED_INIT, CURLE_NOT_BUILT_IN, CURLE_OPERATION_TIMEDOUT:
            return true
        default:
            return false
        }
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe itp_curl_get_long(easy, info, &value)
        return value
    }

    private func microseconds(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        unsafe itp_curl_get_offset(easy, info, &value)
        return Int64(value)
    }
}
