import Formats
import Platform
import Testing

/// Mails that are posted to a running service.
@Suite struct MailIntakeTests {
    private static let rules = """
        \(Scene.connectWise)
        [ORG acme]
        Name=Acme Dental
        [STAFF]
        ups@acme.example=acme
        """
    private static let service = """
        [SOURCE mail]
        Auth=basic:itp:pa55
        [SOURCE actionmailbox]
        Auth=basic:actionmailbox:pa55
        [SOURCE mailgun]
        Auth=path:T0ken
        """
    private static let mail = Array(
        "From: ups@acme.example\r\nSubject: UPS: On battery power\r\nMessage-ID: <1@acme.example>\r\n\r\nhelp\r\n".utf8)

    private static func headers(_ user: String) -> [(String, String)] {
        [
            ("Content-Type", "message/rfc822"),
            ("Authorization", "Basic " + Base64.encode(Array("\(user):pa55".utf8))),
            ("X-Envelope-To", "alerts+acme@itp.example"),
        ]
    }

    @Test("a mail is taken at /v1/email and becomes an event; the same mail again is a redelivery")
    func raw() async throws {
        try await Scene.with(Self.rules, service: Self.service) { scene in
            try scene.serve { running in
                var dispositions: [String] = []
                for _ in 0..<2 {
                    let answer = try running.ask("POST", "/v1/email", Self.headers("itp"), Self.mail)
                    #expect(answer.status == 200)
                    let id = try #require(answer.json["ids"]?.array?.first?.string)
                    let event = try running.event(id)
                    #expect(event["subject"]?.string == "UPS: On battery power")
                    #expect(event["source"]?.string == "mail")
                    dispositions.append(event["disposition"]?.string ?? "")
                }
                #expect(dispositions.last == "redelivery")
            }
        }
    }

    @Test("relays have paths of their own; Rails' script gets its 204; whoever does not show who he is gets 401")
    func paths() async throws {
        try await Scene.with(Self.rules, service: Self.service) { scene in
            try scene.serve { running in
                let rails = "/rails/action_mailbox/relay/inbound_emails"
                #expect(try running.ask("POST", rails, Self.headers("actionmailbox"), Self.mail).status == 204)
                #expect(try running.ask("POST", rails, Self.headers("itp"), Self.mail).status == 401)
                #expect(try running.ask("POST", "/v1/email", [], Self.mail).status == 401)
                #expect(try running.ask("POST", "/v1/email/sendgrid", Self.headers("itp"), Self.mail).status == 404)
                let form = Array("recipient=a%40itp.example&sender=b%40x.example&subject=s&body-plain=t".utf8)
                let type = [("Content-Type", "application/x-www-form-urlencoded")]
                #expect(try running.ask("POST", "/v1/email/mailgun/Wr0ng", type, form).status == 401)
                let answer = try running.ask("POST", "/v1/email/mailgun/T0ken", type, form)
                #expect(answer.status == 200)
                let id = try #require(answer.json["ids"]?.array?.first?.string)
                #expect(try running.event(id)["subject"]?.string == "s")
            }
        }
    }

    @Test("OnMalformed=reject refuses what is no mail, with the relay's own code; a mail that is only odd is taken")
    func reject() async throws {
        let reject = "OnMalformed=reject\n"
        let service = """
            [SOURCE mail]
            Auth=none
            \(reject)[SOURCE mailgun]
            Auth=none
            \(reject)[SOURCE postmark]
            Auth=none
            \(reject)[SOURCE ses]
            Auth=none
            \(reject)
            """
        try await Scene.with(Self.rules, service: service) { scene in
            try scene.serve { running in
                let json = [("Content-Type", "application/json")]
                let form = [("Content-Type", "application/x-www-form-urlencoded")]
                let mail = [("Content-Type", "message/rfc822")]
                #expect(try running.ask("POST", "/v1/email/mailgun", form, Array("a=b".utf8)).status == 406)
                #expect(try running.ask("POST", "/v1/email/postmark", json, Array("{\"a\":1}".utf8)).status == 403)
                let answer = try running.ask("POST", "/v1/email/postmark", json, Array("{".utf8))
                #expect(answer.status == 403 && answer.json["detail"]?.string?.contains("no JSON") == true)
                #expect(try running.ask("POST", "/v1/email", mail, []).status == 400)
                #expect(try running.ask("POST", "/v1/email", mail, Array("oops".utf8)).status == 200)
                #expect(try running.ask("POST", "/v1/email/mailgun", mail, Self.mail).status == 200)
                let handshake = Array("{\"Type\":\"SubscriptionConfirmation\",\"MessageId\":\"1\"}".utf8)
                let taken = try running.ask("POST", "/v1/email/ses", json, handshake)
                #expect(taken.status == 200)
                let id = try #require(taken.json["ids"]?.array?.first?.string)
                #expect(try running.event(id)["disposition"]?.string == "cancelled")
                #expect(try running.event(id)["reason"]?.string == "the subscription is being confirmed")
            }
        }
    }

    @Test("a mail may be longer than an alert")
    func large() async throws {
        try await Scene.with(Self.rules, service: Self.service) { scene in
            try scene.serve { running in
                let large = Self.mail + [UInt8](repeating: 0x61, count: 12 << 20)
                let mail = try running.ask("POST", "/v1/email", Self.headers("itp"), large)
                let alert = try running.ask("POST", "/v1/alerts/mail", Self.headers("itp"), large)
                #expect(mail.status == 200 && alert.status == 413)
            }
        }
    }
}
