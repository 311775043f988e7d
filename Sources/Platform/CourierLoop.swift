import CCurl

/// What the courier's thread does.
@safe struct CourierLoop {
    private let mailbox: CourierMailbox
    private let multi: UnsafeMutableRawPointer
    private var active: [ObjectIdentifier: CurlTransfer] = [:]

    /// libcurl shortens the wait by its own timers and `curl_multi_wakeup` ends it; this is only an upper bound.
    private static let longestWaitMilliseconds: Int32 = 60_000
    /// The same while calls are under way: a timer of libcurl's that fires just before its call is over time is not set again, and
    /// the call would hang until somebody looks.
    private static let longestWaitWithCallsMilliseconds: Int32 = 1_000
    /// Connections that are kept for further calls.
    private static let keptConnections = 32

    init(mailbox: CourierMailbox) {
        self.mailbox = mailbox
        unsafe multi = unsafe mailbox.multi
    }

    /// Works until the courier is asked to stop.
    consuming func run() {
        unsafe itp_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, CourierLoop.keptConnections)
        unsafe itp_curl_multi_set_long(multi, CURLMOPT_PIPELINING, 0)
        while true {
            let errand = mailbox.take(free: mailbox.settings.maxSimultaneousCalls - active.count)
            if let reason = errand.stopReason {
                for job in errand.jobs { job.completion(.notSent(reason: reason)) }
                abort(reason: reason)
                return mailbox.end()
            }
            for job in errand.jobs { start(job) }
            var running: Int32 = 0
            note(unsafe curl_multi_perform(multi, &running))
            // A finished call leaves its place to one that waits: look again before sleeping.
            if finishCalls() > 0 { continue }
            let longest =
                active.isEmpty ? CourierLoop.longestWaitMilliseconds : CourierLoop.longestWaitWithCallsMilliseconds
            note(unsafe curl_multi_poll(multi, nil, 0, longest, nil))
        }
    }

    private mutating func start(_ job: Courier.Job) {
        guard let transfer = CurlTransfer(job) else {
            return job.completion(.notSent(reason: "libcurl: out of memory"))
        }
        if let refusal = transfer.configure(mailbox.settings) {
            return job.completion(.notSent(reason: "libcurl: \(refusal)"))
        }
        guard unsafe transfer.attach(to: multi) else {
            return job.completion(.notSent(reason: "libcurl did not take the call"))
        }
        active[ObjectIdentifier(transfer)] = transfer
    }

    /// Completes every call that libcurl has ended; the answer is their number.
    private mutating func finishCalls() -> Int {
        var count = 0
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle,
                let transfer = unsafe CurlTransfer.of(easy)
            else { continue }
            // The message is libcurl's and ends with the next call on the multi handle.
            let result = unsafe itp_curl_message_result(message)
            let outcome = transfer.outcome(result)
            unsafe transfer.detach(from: multi)
            active[ObjectIdentifier(transfer)] = nil
            transfer.completion(outcome)
            count += 1
        }
        return count
    }

    private mutating func abort(reason: String) {
        for transfer in active.values {
            let outcome = transfer.outcomeWhenAborted(reason: reason)
            unsafe transfer.detach(from: multi)
            transfer.completion(outcome)
        }
        active = [:]
    }

    private func note(_ code: CURLMcode) {
        if code != CURLM_OK { mailbox.fail(reason: unsafe String(cString: curl_multi_strerror(code))) }
    }
}
