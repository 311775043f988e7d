import Events
import Formats
import Platform
import Settings
import Storage

/// The runners of all mailboxes: made anew when the configuration changes what they need.
final class MailboxRunners: Sendable {
    private let runners = Guarded<[String: MailboxRunner]>([:])
    /// Those that were told to end.
    private let leaving = Guarded<[MailboxRunner]>([])
    private let journal: JournalRunner
    private let clock: any Clock
    private let random: any RandomSource
    private let version: String
    private let trouble: @Sendable (String, String?) -> Void

    init(
        _ journal: JournalRunner, _ clock: any Clock, _ random: any RandomSource, version: String,
        trouble: @escaping @Sendable (String, String?) -> Void
    ) {
        self.journal = journal
        self.clock = clock
        self.random = random
        self.version = version
        self.trouble = trouble
    }

    /// From now on these mailboxes are visited, as these users. Those that are gone are left after the mail under way.
    func take(_ readers: [MailReaderSettings]) {
        var wanted: [String: MailboxRunner.Settings] = [:]
        for reader in readers {
            wanted[reader.name] = MailboxRunner.Settings(
                name: reader.name,
                server: MailServer(url: reader.url, user: reader.user, password: reader.password),
                source: reader.source, interval: reader.intervalSeconds)
        }
        let known = runners.with { $0 }
        for (name, runner) in known where runner.settings != wanted[name] {
            runner.askToStop()
            leaving.with { $0.append(runner) }
            runners.with { $0[name] = nil }
        }
        for (name, settings) in wanted where runners.with({ $0[name] }) == nil {
            let made = MailboxRunner(settings, visit: visitor(), keep: keeper(), trouble: trouble)
            do {
                try made.start()
                runners.with { $0[name] = made }
            } catch {
                trouble(name, "the mailbox [MAILREADER \(name)] is not read: \(error)")
            }
        }
    }

    /// Ends all of them.
    func stop() {
        let all = runners.with { $0.values.map(\.self) } + leaving.with { $0 }
        for runner in all { runner.askToStop() }
        for runner in all { runner.stop() }
        runners.with { $0 = [:] }
    }

    private func visitor() -> @Sendable (MailServer) throws(MailboxError) -> any MailboxVisiting {
        { [version] server throws(MailboxError) in
            try MailboxSession(server, Courier.Settings(version: version))
        }
    }

    private func keeper() -> @Sendable (String, [UInt8], @escaping @Sendable (String?) -> Void) -> Void {
        { [journal, clock, random] source, mail, done in
            var record = AlertRecord(
                receipt: random.identifier(at: clock.now), receivedAt: clock.now, source: source, peer: "",
                deliveryID: nil, body: mail)
            record.headers = [Event.Field(name: "content-type", value: "message/rfc822")]
            let submission = JournalRunner.Submission(alert: record) { done($0?.description) }
            if !journal.submit(submission) { done(journal.failed ?? "too many alerts wait") }
        }
    }
}
