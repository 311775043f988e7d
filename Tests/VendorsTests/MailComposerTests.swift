import Events
import Formats
import Platform
import Testing
import Vendors

@Suite("Composing mail")
struct MailComposerTests {
    private let date = Instant(milliseconds: 1_772_529_300_000)

    private func mail(_ subject: String = "EVT|DHCP|1020|||MB", _ text: String = "one\ntwo") -> OutgoingMail {
        OutgoingMail(
            id: "0195-aa", from: "ITP <itp@msp.example>", to: ["helpdesk@psa.example"], subject: subject, text: text,
            event: "0195-aa")
    }

    private func bytes(_ mail: OutgoingMail) throws -> [UInt8] { try MailComposer.call(mail, date: date).get().message }

    @Test("a plain mail has exactly these bytes")
    func plain() throws {
        #expect(
            String(decoding: try bytes(mail()), as: UTF8.self) == """
                From: "ITP" <itp@msp.example>\r
                To: helpdesk@psa.example\r
                Subject: EVT|DHCP|1020|||MB\r
                Date: Tue, 3 Mar 2026 09:15:00 +0000\r
                Message-ID: <0195-aa.itp@msp.example>\r
                Auto-Submitted: auto-generated\r
                X-ITP-Event: 0195-aa\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: quoted-printable\r
                \r
                one\r
                two\r

                """)
    }

    @Test(
        "whatever a subject holds, a mail reader gets it back in one line",
        arguments: [
            "Störung: Gerät läuft nicht", "=?utf-8?B?eA==?= stays", String(repeating: "wort ", count: 60) + "ende",
            String(repeating: "x", count: 1200), "🚨 日本語 " + String(repeating: "é", count: 100), "RMM|fs1|New|S|a|b",
        ])
    func subjects(_ subject: String) throws {
        let message = try bytes(mail(subject))
        for line in message.split(separator: 0x0A) { #expect(line.count <= 998) }
        #expect(GMimeReader().read(message).subject == subject)
    }

    @Test("no text makes a header of its own")
    func injection() throws {
        var hostile = mail("a\r\nBcc: x@evil.example\r\n\r\nbody\u{2028}b\u{0}")
        hostile.event = "1\r\nX-Evil: 1"
        let read = GMimeReader().read(try bytes(hostile))
        #expect(read.subject == "a Bcc: x@evil.example body b")
        #expect(read.header("Bcc") == nil && read.header("X-Evil") == nil)
        for address in [
            "a@b.example\r\nRCPT TO:<x@y>", "a b@c.example", "@x.example", "a@", "x", "<a@b>@c", "ü@x.example",
        ] {
            var bad = mail()
            bad.to = [address]
            guard case .failure = MailComposer.call(bad, date: date) else {
                Issue.record("'\(address)' was taken")
                continue
            }
            bad = mail()
            bad.from = address
            guard case .failure = MailComposer.call(bad, date: date) else {
                Issue.record("'\(address)' was taken as the sender")
                continue
            }
        }
    }

    @Test(
        "any text comes back as it was",
        arguments: [
            "a = b\n.\nFrom here\ntrailing blank \n\ttab", String(repeating: "langes Wört ", count: 80),
            "日本語のテキスト\nもう一行", "", "x\n\n\ny",
        ])
    func texts(_ text: String) throws {
        let message = try bytes(mail("s", text))
        for line in String(decoding: message, as: UTF8.self).split(separator: "\r\n") { #expect(line.utf8.count <= 76) }
        let lines = { (text: String) in text.split(separator: "\n").map { $0.drop { $0 == " " }.description.trimmed } }
        #expect(lines(GMimeReader().read(message).text) == lines(MailText.tidied(text, limit: 1 << 20)))
    }

    @Test("attachments come with their names and bytes")
    func attachments() throws {
        var mail = mail()
        let bytes = (0..<200).map { UInt8($0) }
        mail.attachments = [
            OutgoingMail.Attachment(name: "Prüfung \"1\"\r\n.txt", type: "text/plain", bytes: Array("hä".utf8)),
            OutgoingMail.Attachment(name: "x.bin", type: "bad type", bytes: bytes),
        ]
        let read = GMimeReader().read(try self.bytes(mail))
        #expect(read.text == "one\ntwo")
        #expect(read.attachments.map(\.name) == ["Prüfung \"1\"  .txt", "x.bin"])
        #expect(read.attachments.map(\.type) == ["text/plain", "application/octet-stream"])
        #expect(read.attachments.last?.bytes == bytes)
    }

    @Test("names of senders survive")
    func names() throws {
        var mail = mail()
        mail.from = "Büro, \"Nord\" <itp@msp.example>"
        let read = GMimeReader().read(try bytes(mail))
        #expect(read.from == [MailMessage.Address(name: "Büro, Nord", address: "itp@msp.example")])
    }

    @Test("the same order has the same Message-ID at every try")
    func stable() throws {
        let later = MailComposer.call(mail(), date: date + .hours(2))
        #expect(
            GMimeReader().read(try later.get().message).messageID == GMimeReader().read(try bytes(mail())).messageID)
    }
}
