import Formats
import Mapping
import Platform
import Settings
import Testing

@Suite("Mail relays")
struct MailRelayTests {
    private static let raw = """
        From: "APC UPS" <ups@example.org>\r
        To: alerts+acme@itp.example\r
        Subject: UPS: On battery power. 0x0109\r
        Date: Tue, 3 Mar 2026 10:15:00 +0100\r
        Message-ID: <1@example.org>\r
        Content-Type: text/plain; charset=utf-8\r
        \r
        Grüße\r

        """

    private func mails(
        _ relay: MailRelay, _ body: [UInt8], _ type: String, headers: [String: String] = [:], query: String = ""
    ) throws -> [ReceivedMail] {
        var all = headers
        all["content-type"] = type
        let request = MailRelay.Request(body: body, headers: all, query: HTTPTarget("/?" + query).queryItems)
        return try relay.mails(of: request, GMimeReader())
    }

    private func mail(_ relay: MailRelay, _ body: String, _ type: String) throws -> ReceivedMail {
        let found = try mails(relay, Array(body.utf8), type)
        return try #require(found.first)
    }

    /// What every relay has to give of the mail above.
    private func check(_ mail: ReceivedMail, _ place: SourceLocation = #_sourceLocation) {
        let message = mail.message
        #expect(message.subject == "UPS: On battery power. 0x0109", sourceLocation: place)
        #expect(message.text == "Grüße", sourceLocation: place)
        #expect(
            message.from == [MailMessage.Address(name: "APC UPS", address: "ups@example.org")], sourceLocation: place)
        #expect(message.messageID == "1@example.org", sourceLocation: place)
        #expect(message.date == 1_772_529_300, sourceLocation: place)
        #expect(MailRouting.tag(of: mail) == "acme", sourceLocation: place)
    }

    private func form(_ fields: [(String, String)]) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
        let encode = { (text: String) in
            text.utf8.map { plain.contains($0) ? String(Unicode.Scalar($0)) : "%" + hex($0) }.joined()
        }
        return fields.map { "\(encode($0.0))=\(encode($0.1))" }.joined(separator: "&")
    }

    private func multipart(_ parts: [(head: String, bytes: [UInt8])]) -> [UInt8] {
        var out: [UInt8] = []
        for part in parts {
            out += Array("--xYzZY\r\nContent-Disposition: form-data; \(part.head)\r\n\r\n".utf8) + part.bytes
            out += [0x0D, 0x0A]
        }
        return out + Array("--xYzZY--\r\n".utf8)
    }

    private func json(_ value: JSON) -> String { value.compact }

    @Test("a pipe gives the mail as it is, its envelope in headers or the query")
    func pipe() throws {
        let body = Array(MailRelayTests.raw.utf8)
        let headers = [
            "x-envelope-from": "<bounce@example.org>", "x-envelope-to": "alerts+acme@itp.example, b@x.example",
        ]
        let mail = try #require(try mails(.raw, body, "message/rfc822", headers: headers).first)
        check(mail)
        #expect(mail.envelopeFrom == "bounce@example.org")
        #expect(mail.envelopeTo == ["alerts+acme@itp.example", "b@x.example"])
        let other = try #require(
            try mails(.raw, body, "message/rfc822", query: "from=%3C%3E&to=alerts%2Bacme%40itp.example").first)
        #expect(other.envelopeFrom?.isEmpty == true && other.envelopeTo == ["alerts+acme@itp.example"])
    }

    @Test("Mailgun, taken apart and as MIME")
    func mailgun() throws {
        let headers = json([
            ["Message-Id", "<1@example.org>"], ["Date", "Tue, 3 Mar 2026 10:15:00 +0100"],
            ["X-Mailgun-Spf", "Fail"], ["X-Mailgun-Spf", "Pass"], ["X-Mailgun-Dkim-Check-Result", "Fail"],
        ])
        let common = [("recipient", "alerts+acme@itp.example"), ("sender", "bounce@example.org")]
        let parsed = try mail(
            .mailgun,
            form(
                common + [
                    ("from", "\"APC UPS\" <ups@example.org>"), ("subject", "UPS: On battery power. 0x0109"),
                    ("body-plain", "Grüße\r\n"), ("body-html", "<p>no</p>"), ("message-headers", headers),
                ]), "application/x-www-form-urlencoded")
        check(parsed)
        #expect(parsed.verdicts == MailVerdicts(spf: "pass", dkim: "fail"))
        #expect(parsed.envelopeFrom == "bounce@example.org")
        let whole = common + [("body-mime", MailRelayTests.raw)]
        check(try mail(.mailgun, form(whole), "application/x-www-form-urlencoded"))
    }

    @Test("SendGrid: each field in its own character set; files; raw")
    func sendGrid() throws {
        let head = "Message-ID: <1@example.org>\r\nDate: Tue, 3 Mar 2026 10:15:00 +0100\r\n"
        let fields: [(String, [UInt8])] = [
            ("name=\"headers\"", Array(head.utf8)),
            ("name=\"from\"", Array("\"APC UPS\" <ups@example.org>".utf8)),
            ("name=\"to\"", Array("alerts+acme@itp.example".utf8)),
            ("name=\"subject\"", Array("UPS: On battery power. 0x0109".utf8)),
            // "Grüße" in code page 850.
            ("name=\"text\"", [0x47, 0x72, 0x81, 0xE1, 0x65]),
            ("name=\"charsets\"", Array(#"{"subject":"UTF-8","text":"cp850"}"#.utf8)),
            ("name=\"envelope\"", Array(#"{"to":["alerts+acme@itp.example"],"from":"bounce@example.org"}"#.utf8)),
            ("name=\"SPF\"", Array("softfail".utf8)), ("name=\"dkim\"", Array("{@example.org : pass}".utf8)),
            ("name=\"attachment1\"; filename=\"a.txt\"\r\nContent-Type: text/plain", Array("abc".utf8)),
        ]
        let parsed = try #require(
            try mails(.sendGrid, multipart(fields), "multipart/form-data; boundary=xYzZY").first)
        check(parsed)
        #expect(parsed.verdicts == MailVerdicts(spf: "softfail", dkim: "pass"))
        #expect(parsed.message.attachments.map(\.name) == ["a.txt"])
        #expect(parsed.message.attachments.first?.bytes == Array("abc".utf8))
        let raw = multipart([("name=\"email\"", Array(MailRelayTests.raw.utf8))])
        check(try #require(try mails(.sendGrid, raw, "multipart/form-data; boundary=xYzZY").first))
    }

    @Test("a mail without a Message-ID has the one that Postmark gives it, which stays the same from try to try")
    func postmarkID() throws {
        let body = #"{"Subject":"s","MessageID":"22c74902-a0c1","Headers":[]}"#
        #expect(try mail(.postmark, body, "application/json").message.messageID == "22c74902-a0c1")
        let own = #"{"MessageID":"22c74902-a0c1","Headers":[{"Name":"Message-ID","Value":"<1@example.org>"}]}"#
        #expect(try mail(.postmark, own, "application/json").message.messageID == "1@example.org")
    }

    @Test("Postmark, taken apart and raw")
    func postmark() throws {
        var members: [(String, JSON)] = [
            ("FromFull", ["Email": "ups@example.org", "Name": "APC UPS", "MailboxHash": ""]),
            ("ToFull", [["Email": "alerts+acme@itp.example", "Name": ""]]), ("CcFull", []),
            ("OriginalRecipient", "alerts+acme@itp.example"), ("Subject", "UPS: On battery power. 0x0109"),
            ("Date", "Tue, 3 Mar 2026 10:15:00 +0100"), ("TextBody", ""), ("HtmlBody", "<p>Gr&uuml;&szlig;e</p>"),
            (
                "Headers",
                [
                    ["Name": "Message-ID", "Value": "<1@example.org>"],
                    ["Name": "Received-SPF", "Value": "Pass (sender SPF authorized)"],
                ]
            ),
            ("Attachments", [["Name": "a.txt", "ContentType": "text/plain", "Content": "YWJj", "ContentLength": 3]]),
        ]
        let parsed = try mail(.postmark, json(.members(members)), "application/json")
        check(parsed)
        #expect(parsed.verdicts.spf == "pass")
        #expect(parsed.message.attachments.first?.bytes == Array("abc".utf8))
        members.append(("RawEmail", .string(MailRelayTests.raw)))
        check(try mail(.postmark, json(.members(members)), "application/json"))
    }

    @Test("Amazon SES, in SNS's envelope and without")
    func ses() throws {
        let message: JSON = [
            "notificationType": "Received",
            "mail": ["source": "bounce@example.org"],
            "receipt": [
                "recipients": ["alerts+acme@itp.example"], "spfVerdict": ["status": "PASS"],
                "dkimVerdict": ["status": "GRAY"], "action": ["type": "SNS", "encoding": "BASE64"],
            ],
            "content": .string(Base64.encode(Array(MailRelayTests.raw.utf8))),
        ]
        for body in [message, ["Type": "Notification", "Message": .string(message.compact)]] {
            let found = try mail(.ses, json(body), "text/plain; charset=UTF-8")
            check(found)
            #expect(found.verdicts == MailVerdicts(spf: "pass", dkim: "gray"))
        }
        #expect(throws: MailRelay.Fault.self) {
            try self.mail(.ses, #"{"mail":{},"receipt":{}}"#, "text/plain")
        }
    }

    @Test("CloudMailin and Postal")
    func others() throws {
        let cloud: JSON = [
            "headers": [
                "subject": "UPS: On battery power. 0x0109", "from": "\"APC UPS\" <ups@example.org>",
                "message_id": "<1@example.org>", "date": "Tue, 3 Mar 2026 10:15:00 +0100", "received": ["a", "b"],
            ],
            "envelope": [
                "to": "alerts+acme@itp.example", "from": "bounce@example.org", "spf": ["result": "pass"],
            ],
            "plain": "Grüße", "html": "<p>no</p>",
        ]
        let found = try mail(.cloudMailin, json(cloud), "application/json")
        check(found)
        #expect(found.verdicts.spf == "pass")
        #expect(found.message.headers("Received") == ["a", "b"])
        let encoded = Base64.encode(Array(MailRelayTests.raw.utf8))
        let postal: JSON = ["message": .string(encoded), "base64": true, "rcpt_to": "alerts+acme@itp.example"]
        check(try mail(.postal, json(postal), "application/json"))
        let fields = [("message", encoded), ("base64", "true"), ("rcpt_to", "alerts+acme@itp.example")]
        check(try mail(.postal, form(fields), "application/x-www-form-urlencoded"))
    }

    @Test("Mandrill may send several mails at once")
    func mandrill() throws {
        let one: JSON = [
            "event": "inbound",
            "msg": [
                "raw_msg": .string(MailRelayTests.raw), "email": "alerts+acme@itp.example", "sender": .null,
                "spf": ["result": "pass"], "dkim": ["signed": true, "valid": true],
            ],
        ]
        let body = form([("mandrill_events", json([one, ["event": "send"], one]))])
        let found = try mails(.mandrill, Array(body.utf8), "application/x-www-form-urlencoded")
        #expect(found.count == 2)
        for mail in found { check(mail) }
        #expect(found.first?.verdicts == MailVerdicts(spf: "pass", dkim: "pass"))
    }

    @Test("what is no mail of the relay's is told as such", arguments: MailRelay.allCases.filter { $0 != .raw })
    func faults(_ relay: MailRelay) {
        for (body, type) in [
            ("", "application/json"), ("{}", "application/json"), ("a=b", "application/x-www-form-urlencoded"),
            ("x", "multipart/form-data; boundary=b"), ("\u{0}", ""),
        ] {
            #expect(throws: MailRelay.Fault.self) { try self.mail(relay, body, type) }
        }
    }
}
