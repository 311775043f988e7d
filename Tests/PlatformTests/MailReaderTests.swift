import Formats
import Platform
import Testing

@Suite("Reading mail")
struct MailReaderTests {
    private static let folder: String = {
        let parts = #filePath.split(separator: "/").dropLast(2)
        return "/" + parts.joined(separator: "/") + "/Fixtures/mail"
    }()

    private func read(_ name: String) throws -> MailMessage {
        GMimeReader().read(try Files.read("\(MailReaderTests.folder)/\(name).eml", maxBytes: 1 << 20))
    }

    @Test("a plain mail: addresses, groups, folded subject, date, quoted-printable text")
    func plain() throws {
        let mail = try read("plain-quoted-printable")
        #expect(mail.subject == "** PROBLEM Service Alert: fs1/Disk C is CRITICAL **")
        #expect(mail.from == [MailMessage.Address(name: "Nagios, core", address: "monitor@nagios.example")])
        #expect(mail.to.map(\.address) == ["alerts+acme@itp.example", "second@itp.example"])
        #expect(mail.cc.map(\.address) == ["one@itp.example", "two@itp.example"])
        #expect(mail.date == 1_772_529_300)
        #expect(mail.messageID == "20260303.1@nagios.example")
        #expect(mail.text.contains("(1% inode=-): only a soft break away\nGrüße"))
        #expect(mail.remarks.isEmpty)
    }

    @Test("HTML alone becomes readable text with its table's cells in order")
    func html() throws {
        let mail = try read("html-table")
        #expect(mail.subject == "[Failed] Job „Nightly“")
        #expect(mail.from.first?.name == "Veeam Büro")
        #expect(
            mail.text == """
                Backup job: Nightly

                Host\tfs1
                State\tFailed & rétried

                See the job <https://veeam.example/job/7>.
                Bye
                """)
    }

    @Test("attachments are listed with their decoded names, and the plain text wins over the HTML")
    func attachments() throws {
        let mail = try read("attachments")
        #expect(mail.text == "see the file")
        #expect(mail.attachments.map(\.name) == ["Bär.pdf", "prüfung.log"])
        #expect(mail.attachments.first?.type == "application/pdf")
        #expect(mail.attachments.first?.bytes == Array("%PDF-1.4 not really".utf8))
    }

    @Test("a bounce tells of whom and why, and its original does not become the text")
    func bounce() throws {
        let mail = try read("bounce")
        #expect(mail.isReport)
        #expect(mail.deliveryStatus.map(\.recipient) == ["nobody@example.org"])
        #expect(mail.deliveryStatus.first?.diagnostic.hasSuffix("Recipient address rejected") == true)
        #expect(mail.text.hasPrefix("I'm sorry"))
        #expect(!mail.text.contains("original text"))
    }

    @Test("character sets: unknown ones are guessed, Japanese ones converted, bare UTF-8 is taken")
    func charsets() throws {
        #expect(try read("unknown-charset").text == "Température € 5")
        #expect(try read("unknown-charset").subject.hasPrefix("Temp"))
        #expect(try read("japanese").text == "サーバー停止")
        #expect(try read("japanese").subject == "障害発生")
        #expect(try read("raw-utf8-headers").subject == "Störung in München")
    }

    @Test(
        "however broken a mail is, it has a subject or a text",
        arguments: [
            "broken-boundary", "no-separator", "uuencoded", "forwarded-only", "not-a-mail", "attachments", "bounce",
            "unknown-charset",
        ])
    func broken(_ name: String) throws {
        let mail = try read(name)
        #expect(!mail.subject.isEmpty || !mail.text.isEmpty)
    }

    @Test("a forwarded mail alone gives its subject and text")
    func forwarded() throws {
        let mail = try read("forwarded-only")
        #expect(mail.subject == "UPS: On battery power")
        #expect(mail.text == "the inner text")
    }

    @Test("no header value holds a line end")
    func noLineEnds() {
        let mail = GMimeReader().read(Array("Subject: =?utf-8?Q?a=0D=0ABcc:_x@y.example?=\n\nx".utf8))
        #expect(!mail.subject.utf8.contains { $0 < 0x20 })
    }

    @Test("a mail nested 2,000 times, by parts or by mails, is read as far as the limits go")
    func nested() {
        var parts = "Subject: deep\n"
        var mails = "Subject: deep\n"
        for level in 0..<2000 {
            parts += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n"
            mails += "Content-Type: message/rfc822\n\nSubject: \(level)\n"
        }
        for mail in [parts, mails] {
            let read = GMimeReader().read(Array(mail.utf8))
            #expect(read.subject == "deep")
            #expect(read.remarks.contains { $0.contains("more than 100 times") })
        }
    }

    @Test("addresses in groups in groups are no reason to end, however deep")
    func nestedGroups() {
        let nest = String(repeating: "a:", count: 200_000)
        for head in ["To: \(nest)", "Content-Type: message/rfc822\n\nTo: \(nest)"] {
            let read = GMimeReader().read(Array("Subject: deep\n\(head)\n\nx".utf8))
            #expect(read.subject == "deep")
        }
        #expect(GMimeReader().addresses(nest + "x@y.example").isEmpty)
        #expect(
            GMimeReader().addresses("team: a@x.example, b@x.example;").map(\.address) == ["a@x.example", "b@x.example"])
    }

    @Test("a mail of 30 MiB is read in part, and says so")
    func large() {
        let line = Array((String(repeating: "x", count: 76) + "\r\n").utf8)
        var mail = Array("Subject: large\r\nContent-Type: text/plain\r\n\r\n".utf8)
        while mail.count < 30 << 20 { mail += line }
        let read = GMimeReader().read(mail)
        #expect(read.subject == "large")
        #expect(read.text.utf8.count <= MailLimits.textBytes + 8)
        #expect(read.remarks.count == 2)
    }
}
