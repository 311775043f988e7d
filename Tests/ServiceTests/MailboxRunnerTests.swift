import Testing

@testable import Platform
@testable import Service

/// A mailbox in memory.
private final class FakeMailbox: MailboxVisiting {
    struct Log: Sendable {
        var steps: [String] = []
        var left: [UInt64] = [1, 2, 3]
    }

    let log: Guarded<Log>
    let failing: UInt64?
    var isBroken = false

    let breaks: Bool

    init(_ log: Guarded<Log>, failing: UInt64? = nil, breaks: Bool = false) {
        self.breaks = breaks
        self.log = log
        self.failing = failing
    }

    func list() throws(MailboxError) -> [MailboxMessage] { log.with { $0.left.map { MailboxMessage(number: $0) } } }

    func fetch(_ message: MailboxMessage) throws(MailboxError) -> [UInt8] {
        if message.number == failing {
            isBroken = breaks
            throw MailboxError("message \(message.number) cannot be had")
        }
        log.with { $0.steps.append("fetched \(message.number)") }
        return [UInt8(message.number)]
    }

    func delete(_ message: MailboxMessage) throws(MailboxError) {
        log.with { log in
            log.steps.append("deleted \(message.number)")
            log.left.removeAll { $0 == message.number }
        }
    }

    func leave() throws(MailboxError) { log.with { $0.steps.append("left") } }
}

@Suite struct MailboxRunnerTests {
    private let settings = MailboxRunner.Settings(
        name: "alerts", server: MailServer(url: "pop3s://mail.example"), source: "mail", interval: 60)

    private func runner(
        _ log: Guarded<FakeMailbox.Log>, failing: UInt64? = nil,
        keep: @escaping @Sendable (String, [UInt8], @escaping @Sendable (String?) -> Void) -> Void
    ) -> MailboxRunner {
        MailboxRunner(
            settings, visit: { _ throws(MailboxError) in FakeMailbox(log, failing: failing) }, keep: keep,
            trouble: { _, _ in })
    }

    @Test("a mail is deleted only after it is durable")
    func order() throws {
        let log = Guarded(FakeMailbox.Log())
        let runner = runner(log) { source, mail, done in
            log.with { $0.steps.append("journaled \(mail[0]) for \(source)") }
            done(nil)
        }
        try runner.empty()
        #expect(
            log.with { $0.steps } == [
                "fetched 1", "journaled 1 for mail", "deleted 1", "fetched 2", "journaled 2 for mail", "deleted 2",
                "fetched 3", "journaled 3 for mail", "deleted 3", "left",
            ])
    }

    @Test("a mail that is not journaled stays, and so does one that cannot be had; the others go on")
    func stays() throws {
        let log = Guarded(FakeMailbox.Log())
        let runner = runner(log, failing: 1) { _, mail, done in done(mail[0] == 2 ? "the disk is full" : nil) }
        let error = #expect(throws: MailboxError.self) { try runner.empty() }
        #expect(error?.description == "a mail was not journaled: the disk is full")
        #expect(log.with { $0.left } == [1, 2])
        #expect(log.with { $0.steps.last } == "left")
    }

    @Test("a mail at which the visit breaks off comes last in the next one, so that it does not keep the others")
    func breaks() throws {
        let log = Guarded(FakeMailbox.Log())
        let runner = MailboxRunner(
            settings, visit: { _ throws(MailboxError) in FakeMailbox(log, failing: 1, breaks: true) },
            keep: { _, _, done in done(nil) }, trouble: { _, _ in })
        #expect(throws: MailboxError.self) { try runner.empty() }
        #expect(log.with { $0.left } == [1, 2, 3])
        #expect(throws: MailboxError.self) { try runner.empty() }
        #expect(log.with { $0.left } == [1])
    }

    @Test("a runner visits by itself, and ends when it is asked to")
    func runs() throws {
        let log = Guarded(FakeMailbox.Log())
        let runner = runner(log) { _, _, done in done(nil) }
        try runner.start()
        // The stop comes after the mail that is under way at the latest; nothing is left half done.
        runner.stop()
        let steps = log.with { $0.steps }
        #expect(steps.count { $0.hasPrefix("fetched") } == steps.count { $0.hasPrefix("deleted") })
    }
}
