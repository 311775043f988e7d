import CCurl

/// Why a mailbox could not be read.
public struct MailboxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence; it holds no password.
    public var description: String

    /// An error from its sentence.
    public init(_ description: String) { self.description = description }
}

/// One visit to a mailbox over POP3 or IMAP: list, fetch, delete, leave. It blocks; its owner gives it a thread.
///
/// What is deleted is gone when the visit ends in good order: POP3 forgets deletions of a connection that breaks, so the mail
/// comes again, and is then a redelivery.
public protocol MailboxVisiting: AnyObject {
    /// Whether nothing more can be done in this visit.
    var isBroken: Bool { get }
    /// The messages that are there, the oldest first.
    func list() throws(MailboxError) -> [MailboxMessage]
    /// A message's bytes.
    func fetch(_ message: MailboxMessage) throws(MailboxError) -> [UInt8]
    /// Takes a message out of the mailbox.
    func delete(_ message: MailboxMessage) throws(MailboxError)
    /// Ends the visit; what was deleted is gone for good.
    func leave() throws(MailboxError)
}

/// A message as the mailbox names it.
public struct MailboxMessage: Sendable, Equatable {
    /// POP3: its number in this visit. IMAP: its UID.
    public var number: UInt64
    /// POP3: its bytes, as the server says; 0 = not known.
    public var size = 0
}

/// A visit with libcurl, over one connection: the numbers of POP3 mean nothing in another.
@safe public final class MailboxSession: MailboxVisiting {
    /// Messages that one visit looks at.
    public static let messagesLimit = 500
    /// Bytes of a message; a larger one stays where it is.
    public static let messageBytes = 40 << 20
    private static let listBytes = 4 << 20
    private static let connectTimeoutSeconds = 15.0
    private static let totalTimeoutSeconds = 120.0

    private let server: MailServer
    private let settings: Courier.Settings
    private let easy: UnsafeMutableRawPointer
    private var received: [UInt8] = []
    private var limit = 0
    private var hasConnected = false
    private var hasDeleted = false
    /// Whether the connection is gone.
    public private(set) var isBroken = false
    private let errorText: UnsafeMutableBufferPointer<CChar>

    /// Prepares a visit. Throws where the address is no mailbox's.
    public init(_ server: MailServer, _ settings: Courier.Settings) throws(MailboxError) {
        guard ["pop3", "pop3s", "imap", "imaps"].contains(server.scheme) else {
            throw MailboxError("the mailbox's address is neither pop3s nor imaps")
        }
        guard Courier.hasLibrary, let easy = unsafe curl_easy_init() else {
            throw MailboxError("libcurl: out of memory")
        }
        self.server = server
        self.settings = settings
        unsafe self.easy = unsafe easy
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0)
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe errorText.deallocate()
    }

    private var isPOP3: Bool { server.scheme.hasPrefix("pop3") }

    /// The messages that are there.
    public func list() throws(MailboxError) -> [MailboxMessage] {
        if isPOP3 {
            let answer = try perform("/", command: "LIST", limit: MailboxSession.listBytes)
            let lines = String(decoding: answer, as: UTF8.self)
            let messages = lines.split(whereSeparator: \.isNewline).compactMap { line -> MailboxMessage? in
                let words = line.split(separator: " ")
                guard words.count == 2, let number = UInt64(words[0]), let size = Int(words[1]) else { return nil }
                return MailboxMessage(number: number, size: size)
            }
            return Array(messages.prefix(MailboxSession.messagesLimit))
        }
        let answer = try perform("/INBOX", command: "UID SEARCH UNDELETED", limit: MailboxSession.listBytes)
        let words = String(decoding: answer, as: UTF8.self).split { $0.isWhitespace }
        let numbers = words.compactMap { UInt64($0) }.sorted()
        return numbers.prefix(MailboxSession.messagesLimit).map { MailboxMessage(number: $0) }
    }

    /// A message's bytes.
    public func fetch(_ message: MailboxMessage) throws(MailboxError) -> [UInt8] {
        guard message.size <= MailboxSession.messageBytes else {
            throw MailboxError("message \(message.number) has \(message.size) bytes; it stays where it is")
        }
        let path = isPOP3 ? "/\(message.number)" : "/INBOX/;UID=\(message.number)"
        return try perform(path, command: nil, limit: MailboxSession.messageBytes)
    }

    /// Takes a message out of the mailbox.
    public func delete(_ message: MailboxMessage) throws(MailboxError) {
        hasDeleted = true
        if isPOP3 {
            _ = try perform("/\(message.number)", command: "DELE", limit: 4096, hasBody: false)
        } else {
            _ = try perform(
                "/INBOX", command: "UID STORE \(message.number) +FLAGS.SILENT (\\Deleted)", limit: 64 << 10)
        }
    }

    /// Ends the visit. POP3's `QUIT` goes out when the connection is closed, by `deinit`.
    public func leave() throws(MailboxError) {
        guard hasDeleted, !isPOP3 else { return }
        _ = try perform("/INBOX", command: "EXPUNGE", limit: MailboxSession.listBytes)
    }

    private func perform(
        _ path: String, command: String?, limit: Int, hasBody: Bool = true
    ) throws(MailboxError) -> [UInt8] {
        // Everything is set anew; the connection stays.
        unsafe curl_easy_reset(easy)
        received = []
        self.limit = limit
        var setter = unsafe CurlOptions(easy: easy)
        setter.applyPolicy(settings)
        setter.text(CURLOPT_PROTOCOLS_STR, "pop3,pop3s,imap,imaps")
        var visited = server
        while visited.url.hasSuffix("/") { visited.url.removeLast() }
        visited.url += path
        setter.applyMailServer(visited, MailboxSession.connectTimeoutSeconds, MailboxSession.totalTimeoutSeconds)
        setter.number(CURLOPT_FRESH_CONNECT, hasConnected ? 0 : 1)
        setter.number(CURLOPT_FORBID_REUSE, 0)
        if let command { setter.text(CURLOPT_CUSTOMREQUEST, command) }
        if !hasBody { setter.number(CURLOPT_NOBODY, 1) }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe setter.pointer(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText.baseAddress))
        unsafe setter.pointer(CURLOPT_WRITEDATA, context)
        unsafe setter.sink(CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
            guard let context = unsafe context else { return 0 }
            return unsafe Unmanaged<MailboxSession>.fromOpaque(context).takeUnretainedValue().take(bytes, count)
        }
        if let refusal = setter.refusal { throw MailboxError("libcurl: \(refusal)") }
        let result = unsafe curl_easy_perform(easy)
        var connects = 0
        unsafe itp_curl_get_long(easy, CURLINFO_NUM_CONNECTS, &connects)
        guard result == CURLE_OK else {
            isBroken = true
            throw MailboxError(reason(result))
        }
        if hasConnected, connects > 0, isPOP3 {
            isBroken = true
            throw MailboxError("the connection broke; the mailbox is visited again")
        }
        hasConnected = true
        return received
    }

    private func reason(_ result: CURLcode) -> String {
        if received.count >= limit { return "the server's answer is longer than \(limit) bytes" }
        let detail = unsafe errorText.baseAddress.map { unsafe String(cString: $0) } ?? ""
        return detail.isEmpty ? unsafe String(cString: curl_easy_strerror(result)) : detail
    }

    private func take(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard received.count + count <= limit else { return 0 }
        unsafe received.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }
}
