import Events
import Formats
import Platform
import Settings
import Storage
import TestSupport
import Testing
import Vendors

@testable import Service

/// Tickets and messages that go by mail.
@Suite struct DeciderMailTests {
    private static let rules = """
        [GLOBAL]
        DeDupPeriod=10
        VsaEmail=itp@msp.example
        VsaAdminEmail=admin@msp.example
        NoticeBatch=0
        [RMM_SETTINGS]
        PSA_Type=GEN
        PSA_Email=helpdesk@psa.example
        RMM_EmailFrom=rmm@msp.example
        UseUniqueSender=Y
        [ORG acme]
        Name=Acme Dental
        [PSA REWRITE]
        MB-DISK.EVT.S=DISK;Disk is full
        """
    private static let service = "[MAIL]\nURL=smtp://127.0.0.1:1\nFrom=fallback@msp.example\n"
    private static let alert = """
        {"subject":"EVT|Disk|C|a|b|MB-DISK.EVT.S.P3.Alm","agent":"fs01.servers.acme","body":"512 MB left",
        "orgId":"acme"}
        """

    private func desk() throws -> Desk {
        let files = [("ITPConfig.ini", DeciderMailTests.rules), ("ITPSvcCfg.ini", DeciderMailTests.service)]
        let loaded = Settings.load(
            ConfigurationFiles(files: files.map { .init(name: $0.0, bytes: Array($0.1.utf8)) }),
            zones: ZoneFolder.resolve, patterns: RegularExpression.compiler
        ) { reference throws(SecretFault) in throw SecretFault(reference) }
        return try Desk(try #require(loaded.settings, "\(loaded.findings)"))
    }

    /// The mail lane says that it is about to send, then how that ended.
    private func report(_ desk: inout Desk, _ report: DeliveryReport) throws {
        let order = try #require(desk.mails.first)
        desk.mails.removeFirst()
        try desk.handle(.mailIntent(order.key))
        try desk.handle(.mailReport(order.key, report))
    }

    @Test("a ticket goes by mail: a subject that can be taken apart, the customer's sender, the event's ID")
    func ticket() throws {
        var desk = try desk()
        let id = try desk.take(DeciderMailTests.alert)
        let order = try #require(desk.mails.first)
        #expect(desk.handed.isEmpty)
        #expect(order.mail.to == ["helpdesk@psa.example"])
        #expect(order.mail.from == "acme@msp.example")
        #expect(order.mail.subject == "RMM|fs01.servers.acme|N|S|DISK;Disk is full")
        #expect(order.mail.text.hasPrefix("512 MB left"))
        #expect(order.mail.text.contains(id.description))
        #expect(order.mail.id == id.description && order.sendsOnce && !order.isAmbiguous)
        try report(&desk, .mailed(remarks: []))
        let event = try desk.event(id)
        #expect(event.disposition == "delivered-by-email" && event.state == "delivered")
        #expect(try desk.ledger.history.orderCounts().isEmpty)
    }

    @Test("a mail that surely was not taken goes out again, with the same ID")
    func again() throws {
        var desk = try desk()
        try desk.take(DeciderMailTests.alert)
        let first = try #require(desk.mails.first)
        try report(&desk, .retry(reason: "no route", after: nil))
        #expect(desk.mails.isEmpty)
        try desk.pass(600)
        #expect(desk.mails == [first])
    }

    @Test("a mail that may have arrived waits, and goes out once more as a possible duplicate at DeliveryMaxAge")
    func possibleDuplicate() throws {
        var desk = try desk()
        let id = try desk.take(DeciderMailTests.alert)
        let first = try #require(desk.mails.first)
        try report(&desk, .ambiguous(reason: "reset"))
        try desk.pass(23 * 3600)
        #expect(desk.mails.isEmpty)
        #expect(try desk.event(id).state == "decided")
        try desk.pass(3600)
        let second = try #require(desk.mails.first)
        #expect(second.mail.id == first.mail.id && !second.isAmbiguous)
        #expect(second.mail.subject.hasSuffix(" [possible duplicate]"))
        #expect(second.mail.text.hasPrefix("Possible duplicate"))
        // Unclear again: now people have to look.
        try report(&desk, .ambiguous(reason: "reset"))
        #expect(try desk.event(id).disposition == "failed")
    }

    @Test("after a kill a mail that was being sent is not sent again blindly")
    func kill() throws {
        var desk = try desk()
        try desk.take(DeciderMailTests.alert)
        let order = try #require(desk.mails.first)
        try desk.handle(.mailIntent(order.key))
        var restarted = try Desk(desk.settings, on: desk.ledger, at: desk.now)
        let offered = try #require(restarted.mails.first)
        #expect(offered.isAmbiguous)
        try restarted.handle(.mailReport(offered.key, .stillAmbiguous(reason: "a mail cannot be looked up")))
        restarted.mails = []
        try restarted.pass(24 * 3600)
        #expect(restarted.mails.first?.mail.subject.hasSuffix("[possible duplicate]") == true)
    }

    @Test("a report that comes after DeliveryMaxAge does not cost a mail its last try", arguments: [false, true])
    func lateReport(afterKill: Bool) throws {
        var desk = try desk()
        let id = try desk.take(DeciderMailTests.alert)
        let order = try #require(desk.mails.first)
        try desk.handle(.mailIntent(order.key))
        if afterKill { desk = try Desk(desk.settings, on: desk.ledger, at: desk.now) }
        desk.mails = []
        desk.now = desk.now + .hours(24)
        try desk.handle(
            .mailReport(
                order.key,
                afterKill ? .stillAmbiguous(reason: "a mail cannot be looked up") : .ambiguous(reason: "reset")))
        #expect(desk.mails.first?.mail.subject.hasSuffix("[possible duplicate]") == true)
        #expect(try desk.event(id).state == "decided")
        try report(&desk, .mailed(remarks: []))
        #expect(try desk.event(id).disposition == "delivered-by-email")
    }

    @Test("messages to people go out at least once: tried again after doubt, given up when refused")
    func messages() throws {
        var desk = try desk()
        try desk.handle(.trouble(name: "something", text: "is wrong"))
        let first = try #require(desk.mails.first)
        #expect(first.mail.to == ["admin@msp.example"] && first.mail.from == "itp@msp.example" && !first.sendsOnce)
        try report(&desk, .ambiguous(reason: "reset"))
        try desk.pass(600)
        #expect(desk.mails.map(\.mail) == [first.mail])
        try report(&desk, .mailed(remarks: []))
        try desk.pass(3600)
        #expect(desk.mails.isEmpty)
        try desk.handle(.trouble(name: "other", text: "is wrong"))
        try report(&desk, .refused(reason: "550"))
        #expect(desk.mails.isEmpty)
        let counts = try desk.ledger.history.messageCounts().map { "\($0.state) \($0.count)" }
        #expect(counts == ["done 1", "failed 1"])
    }

    @Test("a running service hands an alert's ticket to the mail server")
    func service() async throws {
        let smtp = try ScriptedSMTP()
        defer { smtp.stop() }
        try await Scene.with(DeciderMailTests.rules, service: "[MAIL]\nURL=\(smtp.url)\n") { scene in
            try scene.serve { running in
                let id = try running.post(org: "acme", subject: "EVT|Disk|C|a|b|MB-DISK.EVT.S.P3.Alm")
                #expect(try running.event(id, in: ["delivered"])["disposition"]?.string == "delivered-by-email")
            }
        }
        let mail = GMimeReader().read(Array(try #require(smtp.mails.first).utf8))
        #expect(mail.subject == "RMM|a.acme|N|X|EVT|Disk|C|a|b|MB-DISK.EVT.S.P3.Alm")
        #expect(mail.from.first?.address == "acme@msp.example")
        #expect(mail.header("Auto-Submitted") == "auto-generated")
    }
}
