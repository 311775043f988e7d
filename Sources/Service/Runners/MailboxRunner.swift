import Dispatch
import Events
import Platform

/// Empties a mailbox in turns, on a thread of its own: every mail is journaled, and only then deleted.
final class MailboxRunner: Sendable {
    /// A mailbox and what is done with its mails.
    struct Settings: Sendable, Equatable {
        /// The section's name.
        var name: String
        /// Where it is.
        var server: MailServer
        /// The source whose mapping its mails take.
        var source: String
        /// Seconds between two visits.
        var interval: Int
    }

    let settings: Settings
    private let visit: @Sendable (MailServer) throws(MailboxError) -> any MailboxVisiting
    private let keep:
        @Sendable (_ source: String, _ mail: [UInt8], _ done: @escaping @Sendable (String?) -> Void) -> Void
    private let trouble: @Sendable (_ name: String, _ text: String?) -> Void
    private let isStopping = Guarded(false)
    /// The message at which the last visit broke off: it comes last, so that it does not keep the others.
    private let brokenAt = Guarded<UInt64?>(nil)
    private let wake = DispatchSemaphore(value: 0)
    private let thread = Guarded<SystemThread?>(nil)

    /// `keep` journals a mail and says when it is durable, or why it is not; `trouble` hears of what is wrong with the
    /// mailbox, and that it is well again.
    init(
        _ settings: Settings, visit: @escaping @Sendable (MailServer) throws(MailboxError) -> any MailboxVisiting,
        keep: @escaping @Sendable (String, [UInt8], @escaping @Sendable (String?) -> Void) -> Void,
        trouble: @escaping @Sendable (String, String?) -> Void
    ) {
        self.settings = settings
        self.visit = visit
        self.keep = keep
        self.trouble = trouble
    }

    func start() throws {
        let started = try SystemThread(name: "itp-mailbox") { [self] in run() }
        thread.with { $0 = started }
    }

    /// Ends the thread, after the mail that is under way; does not wait for it.
    func askToStop() {
        isStopping.with { $0 = true }
        wake.signal()
    }

    /// Ends the thread and waits for it.
    func stop() {
        askToStop()
        thread.with { $0 }?.join()
    }

    private var goesOn: Bool { !isStopping.with { $0 } }

    private func run() {
        while goesOn {
            do {
                try empty()
                trouble(settings.name, nil)
            } catch {
                trouble(settings.name, "the mailbox [MAILREADER \(settings.name)] cannot be read: \(error)")
            }
            guard goesOn else { return }
            // Either answer is well: the time is over, or it is to stop.
            _ = wake.wait(timeout: .now() + .seconds(settings.interval))
        }
    }

    /// One visit.
    func empty() throws(MailboxError) {
        let mailbox = try visit(settings.server)
        var left: MailboxError?
        let list = try mailbox.list()
        let last = brokenAt.with { $0 }
        for message in list.filter({ $0.number != last }) + list.filter({ $0.number == last }) where goesOn {
            do throws(MailboxError) {
                let mail = try mailbox.fetch(message)
                if let reason = journal(mail) { throw MailboxError("a mail was not journaled: \(reason)") }
                try mailbox.delete(message)
            } catch {
                // One mail that cannot be had must not keep the others; what was deleted so far stays deleted.
                left = error
                if mailbox.isBroken {
                    brokenAt.with { $0 = message.number }
                    throw error
                }
            }
        }
        try mailbox.leave()
        if let left { throw left }
    }

    /// Waits until the mail is durable; the answer is the reason why it is not.
    private func journal(_ mail: [UInt8]) -> String? {
        let outcome = Guarded<String?>(nil)
        let done = DispatchSemaphore(value: 0)
        keep(settings.source, mail) { failure in
            outcome.with { $0 = failure }
            done.signal()
        }
        done.wait()
        return outcome.with { $0 }
    }
}
