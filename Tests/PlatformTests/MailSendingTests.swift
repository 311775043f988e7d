import Formats
import Platform
import TestSupport
import Testing

@Suite("Handing mail to a server")
struct MailSendingTests {
    private func send(
        _ smtp: ScriptedSMTP, user: String = "", to: [String] = ["a@x.example"],
        message: String = "Subject: s\r\n\r\n.dot\r\nend\r\n", replyTimeoutSeconds: Double = 60
    ) async throws -> CallOutcome {
        let courier = try Courier(Courier.Settings(version: "1"))
        defer {
            courier.stop()
            smtp.stop()
        }
        var mail = MailTransmission(
            server: MailServer(url: smtp.url, user: user, password: "secret"), from: "itp@m.example", recipients: to,
            message: Array(message.utf8))
        mail.replyTimeoutSeconds = replyTimeoutSeconds
        return await withCheckedContinuation { continuation in
            courier.send(mail) { continuation.resume(returning: $0) }
        }
    }

    @Test("a mail arrives as it was, dots too, and the server's words come back")
    func sends() async throws {
        let smtp = try ScriptedSMTP()
        let reply = try await send(smtp, to: ["a@x.example", "b@x.example"]).reply
        #expect(reply?.status == 250)
        #expect(reply.map { String(decoding: $0.body, as: UTF8.self) } == "250 2.0.0 taken as 1A")
        #expect(smtp.mails == ["Subject: s\n\n.dot\nend\n"])
        #expect(smtp.lines.filter { $0.hasPrefix("RCPT") }.count == 2)
        #expect(smtp.lines.contains { $0.hasPrefix("MAIL FROM:<itp@m.example>") })
    }

    @Test(
        "what a server refuses comes back with its status and words",
        arguments: [("MAIL", 451), ("RCPT", 550), ("DATA", 554), (".", 552)])
    func refuses(_ command: String, _ status: Int) async throws {
        let smtp = try ScriptedSMTP([command: .answers("\(status) 5.0.0 because")])
        let reply = try await send(smtp).reply
        #expect(reply?.status == status)
        #expect(reply.map { String(decoding: $0.body, as: UTF8.self) } == "\(status) 5.0.0 because")
    }

    @Test(
        "a server that goes before the mail is over has surely not taken it",
        arguments: ["EHLO", "MAIL", "RCPT", "DATA"])
    func goesBefore(_ command: String) async throws {
        let smtp = try ScriptedSMTP([command: .closes])
        #expect(try await send(smtp).notSentReason != nil)
        #expect(smtp.mails.isEmpty)
    }

    @Test("a server that goes after the mail's end may have taken it")
    func goesAfter() async throws {
        let smtp = try ScriptedSMTP([".": .closes])
        #expect(try await send(smtp).ambiguousReason != nil)
        #expect(smtp.mails.count == 1)
    }

    @Test("a server that says nothing after the mail's end is given up after its time, and may have taken it")
    func saysNothing() async throws {
        let smtp = try ScriptedSMTP([".": .hangs])
        let outcome = try await send(smtp, replyTimeoutSeconds: 1)
        #expect(outcome.ambiguousReason != nil)
        #expect(smtp.mails.count == 1)
    }

    @Test("nobody listens: surely not sent")
    func nobody() async throws {
        let smtp = try ScriptedSMTP()
        smtp.stop()
        let courier = try Courier(Courier.Settings(version: "1"))
        defer { courier.stop() }
        let mail = MailTransmission(
            server: MailServer(url: smtp.url), from: "i@m.example", recipients: ["a@x.example"], message: [0x61])
        let outcome = await withCheckedContinuation { continuation in
            courier.send(mail) { continuation.resume(returning: $0) }
        }
        #expect(outcome.notSentReason != nil)
    }

    @Test("one recipient who is refused does not keep the mail from the other")
    func partly() async throws {
        let smtp = try ScriptedSMTP()
        #expect(try await send(smtp, to: ["a@x.example", "b@x.example"]).reply?.status == 250)
    }

    @Test("the user logs in, and wrong credentials come back as such")
    func login() async throws {
        let smtp = try ScriptedSMTP(capabilities: ["AUTH PLAIN"])
        #expect(try await send(smtp, user: "me").reply?.status == 250)
        #expect(smtp.lines.contains { $0.hasPrefix("AUTH PLAIN") })
        let strict = try ScriptedSMTP(["AUTH": .answers("535 5.7.8 wrong")], capabilities: ["AUTH PLAIN"])
        #expect(try await send(strict, user: "me").reply?.status == 535)
    }

    @Test("what is no mail address never reaches the server")
    func defects() async throws {
        let smtp = try ScriptedSMTP()
        #expect(try await send(smtp, to: ["a@x.example>\r\nRCPT TO:<b"]).notSentReason != nil)
        #expect(smtp.lines.isEmpty)
    }
}
