import CCurl
import CPlatform
import Glibc

/// Carries HTTP calls to other sides with libcurl: one thread that owns one multi handle.
///
/// - A call that is not idempotent leaves this machine at most once.
/// - Every call ends with exactly one completion, also when the courier stops.
/// - Completions run on the courier's thread: they must only hand the outcome on, never block or compute at length.
public final class Courier: Sendable {
    /// What holds for every call.
    public struct Settings: Sendable {
        /// ITP's version, for the user agent.
        public var version: String
        /// How many calls may be on their way at once.
        public var maxSimultaneousCalls = 64
        /// How many more may wait for their turn.
        public var maxWaitingCalls = 1024
        /// The proxy for all calls; nil: none, whatever the environment says.
        public var proxy: Proxy?

        /// Settings with the usual limits.
        public init(version: String) { self.version = version }
    }

    /// A proxy for outgoing calls.
    public struct Proxy: Sendable {
        /// Its address.
        public var url: String
        /// The user's name there; empty for none.
        public var user: String
        /// The user's password there.
        public var password: String
        /// Hosts and domains that are called directly.
        public var exceptions: [String]

        /// Makes a proxy.
        public init(url: String, user: String = "", password: String = "", exceptions: [String] = []) {
            self.url = url
            self.user = user
            self.password = password
            self.exceptions = exceptions
        }
    }

    /// What libcurl is to do.
    enum Errand: Sendable {
        case http(OutgoingCall)
        case mail(MailTransmission)
    }

    struct Job: Sendable {
        let errand: Errand
        let completion: @Sendable (CallOutcome) -> Void
    }

    private let mailbox: CourierMailbox
    private let thread: SystemThread

    /// Starts the courier's thread, which has that name.
    public init(_ settings: Settings, name: String = "courier") throws(SystemError) {
        guard Courier.hasLibrary else { throw SystemError(call: "curl_global_init", subject: "libcurl", code: EIO) }
        guard let multi = unsafe curl_multi_init() else {
            throw SystemError(call: "curl_multi_init", subject: "libcurl", code: ENOMEM)
        }
        let mailbox = unsafe CourierMailbox(multi: multi, settings: settings)
        self.mailbox = mailbox
        do {
            thread = try SystemThread(name: name) { CourierLoop(mailbox: mailbox).run() }
        } catch {
            mailbox.end()
            throw error
        }
    }

    /// Sends a call. The completion runs exactly once: on the courier's thread, or at once on the caller's thread where
    /// the call cannot be accepted (stopped, queue full, not valid).
    public func send(_ call: OutgoingCall, completion: @escaping @Sendable (CallOutcome) -> Void) {
        if let defect = call.defect { return completion(.notSent(reason: defect)) }
        add(.http(call), completion)
    }

    /// Hands a mail to its server; as for `send(_:completion:)` in all else. The reply's status is SMTP's, its body the
    /// server's last line. Until the last byte of the mail was handed over no server can have taken it: whatever fails
    /// before is surely not sent.
    public func send(_ mail: MailTransmission, completion: @escaping @Sendable (CallOutcome) -> Void) {
        if let defect = mail.defect { return completion(.notSent(reason: defect)) }
        add(.mail(mail), completion)
    }

    private func add(_ errand: Errand, _ completion: @escaping @Sendable (CallOutcome) -> Void) {
        let job = Job(errand: errand, completion: completion)
        if let refusal = mailbox.add(job) { completion(.notSent(reason: refusal)) }
    }

    /// Ends all calls that are waiting or on their way (each completes as not sent or ambiguous, by what is known) and
    /// waits for the thread's end. Further calls are refused. May be called more than once.
    public func stop() {
        mailbox.askToStop()
        thread.join()
    }

    /// Why the courier stopped by itself, where it did; for `/health`.
    public var failure: String? { mailbox.failure }

    deinit { stop() }

    /// OpenSSL writes without MSG_NOSIGNAL: a peer that has gone would otherwise end the process.
    static let hasLibrary = itp_ignore_signal(SIGPIPE) == 0 && itp_curl_global_init() == CURLE_OK
}
