import Events
import Formats
import Mapping
import Platform
import Settings
import Testing

@Suite("From a mail to an event")
struct MailMapperTests {
    private func events(
        _ mail: String, source name: String = "mail", adding lines: String = "", headers: [(String, String)] = []
    ) throws -> [Event] {
        let (loaded, findings) = loadSource(name, "Auth=none\n" + lines)
        #expect(findings == [])
        let source = try #require(loaded)
        var record = AlertRecord(
            receipt: Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0000),
            receivedAt: Instant(milliseconds: 1_772_530_000_000), source: name, peer: "192.0.2.1", deliveryID: nil,
            body: Array(mail.replacing("\n", with: "\r\n").utf8))
        record.headers = headers.map { Event.Field(name: $0.0, value: $0.1) }
        return MailMapper.events(
            of: record, source, try #require(source.mail), try staff("@acme.example=acme"), GMimeReader())
    }

    private let disk = """
        From: Nagios <nagios@acme.example>
        To: alerts@itp.example
        Subject: ** PROBLEM Host Alert: fs1 is DOWN **
        Date: Tue, 3 Mar 2026 10:15:00 +0100
        Message-ID: <host.fs1@acme.example>
        Authentication-Results: mx.itp.example; spf=pass; dkim=none
        Content-Type: multipart/mixed; boundary=b

        --b

        Host: fs1
        State: DOWN
        --b
        Content-Type: text/csv
        Content-Disposition: attachment; filename="load.csv"
        Content-Transfer-Encoding: base64

        MSwy
        --b--
        """

    @Test("subject, text, time, sender, customer and delivery of a mail become the event's")
    func plain() throws {
        let found = try events(disk)
        let event = try #require(found.first)
        #expect(found.count == 1)
        #expect(event.subject == "** PROBLEM Host Alert: fs1 is DOWN **")
        #expect(event.body == "Host: fs1\nState: DOWN\n\nAttachments:\n- load.csv, text/csv, 3 bytes")
        #expect(event.occurredAt == Instant(milliseconds: 1_772_529_300_000))
        #expect(event.sender == "nagios@acme.example")
        #expect(event.organisation.id == "acme")
        #expect(event.remarks.contains { $0.rule?.text == "@acme.example=acme" })
        #expect(event.deliveryID?.hasPrefix("mail:host.fs1@acme.example#") == true)
        #expect(event.ending == nil)
    }

    @Test("the same Message-ID with another text is another delivery, the same mail again is the same")
    func delivery() throws {
        let first = try events(disk).first?.deliveryID
        #expect(try events(disk).first?.deliveryID == first)
        #expect(try events(disk.replacing("State: DOWN", with: "State: UP")).first?.deliveryID != first)
        let without = disk.replacing("Message-ID: <host.fs1@acme.example>\n", with: "")
        #expect(try events(without).first?.deliveryID == nil)
    }

    @Test("a source of mails may map what it finds in them, as any other source")
    func mapped() throws {
        let lines = """
            Match.1={/text} ~ (?m)^Host: (?<host>\\S+)$
            Match.2={/text} ~ (?m)^State: (?<state>\\S+)$
            Subject=EVT|Host|{host}|||HOST-DOWN.EVT.S.P2.Alm
            Agent={host}
            Key={host}
            Rule.1=resolve when {state} = UP
            Default=fire
            """
        let event = try #require(try events(disk, adding: lines).first)
        #expect(event.subject == "EVT|Host|fs1|||HOST-DOWN.EVT.S.P2.Alm")
        #expect(event.agent.name == "fs1" && event.state == .firing)
        let over = disk.replacing("State: DOWN", with: "State: UP")
        #expect(try events(over, adding: lines).first?.state == .resolved)
    }

    @Test("answers, reports and our own mails end as cancelled, with the reason")
    func guarded() throws {
        let answer = disk.replacing("Date:", with: "Auto-Submitted: auto-replied\nDate:")
        let ending = try events(answer).first?.ending
        #expect(ending?.disposition == .cancelled)
        #expect(ending?.reason == "an automatic answer (Auto-Submitted: auto-replied)")
        let bounce = try events(disk, headers: [("X-Envelope-From", "<>")]).first?.ending
        #expect(bounce?.reason == "a report: its envelope has no sender")
    }

    @Test("a source may ask that SPF or DKIM has passed")
    func verdicts() throws {
        let named = "AuthServID=mx.itp.example\n"
        #expect(try events(disk, adding: named + "RequireSPF=Y").first?.ending == nil)
        let dkim = try events(disk, adding: named + "RequireDKIM=Y").first?.ending
        #expect(dkim?.disposition == .cancelled && dkim?.reason == "DKIM has to pass and is 'none'")
        #expect(try events(disk, adding: "RequireSPF=Y").first?.ending?.reason == "SPF has to pass and is 'not known'")
    }

    @Test("what is no mail of the relay's becomes one event that holds the raw text")
    func unreadable() throws {
        let found = try events("{\"a\":1}", source: "postmark")
        #expect(found.count == 1)
        #expect(found.first?.body.contains("{\"a\":1}") == true)
        #expect(found.first?.body.hasPrefix("there is neither Headers nor RawEmail") == true)
    }

    @Test("several mails of one request are events with IDs of their own")
    func several() throws {
        let message: JSON = ["msg": ["raw_msg": .string(disk.replacing("\n", with: "\r\n"))]]
        let form = "mandrill_events=" + JSON.array([message, message]).compact.utf8.map { "%" + hex($0) }.joined()
        let found = try events(form, source: "mandrill")
        #expect(found.count == 2 && Set(found.map(\.id)).count == 2)
        #expect(found.allSatisfy { $0.organisation.id == "acme" })
    }

    @Test("every source of mails that is promised is shipped", arguments: ShippedSources.mailNames)
    func shipped(_ name: String) throws {
        let (source, findings) = loadSource(name, "Auth=none")
        #expect(findings == [])
        let expected: [String: MailRelay] = ["mail": .raw, "actionmailbox": .raw]
        #expect(source?.mail?.relay == expected[name] ?? MailRelay(rawValue: name))
    }
}
