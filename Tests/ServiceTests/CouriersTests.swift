import Formats
import Platform
import TestSupport
import Testing

@testable import Service

@Suite("What leaves the machine")
struct CouriersTests {
    @Test("a mail server that never says whether it takes a mail holds up no other call")
    func hangingMail() async throws {
        let onHanging = Guarded<(@Sendable () -> Void)?>(nil)
        let smtp = try LineServer { session in
            session.write("220 test\r\n")
            while let line = session.readLine() {
                guard line == "DATA" else {
                    session.write("250 fine\r\n")
                    continue
                }
                session.write("354 go on\r\n")
                while let text = session.readLine(), text != "." {}
                onHanging.with { $0 }?()
                while session.readLine() != nil {}
            }
        }
        let web = try LineServer { session in
            while let line = session.readLine(), !line.isEmpty {}
            session.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        let couriers = try Couriers(version: "1")
        defer {
            smtp.stop()
            web.stop()
            couriers.stop()
        }
        let isMailOver = Guarded(false)
        let mail = MailTransmission(
            server: MailServer(url: "smtp://127.0.0.1:\(smtp.port)"), from: "itp@m.example",
            recipients: ["a@x.example"], message: Array("Subject: s\r\n\r\nend\r\n".utf8))
        // Nothing here waits for a thread that other tests use: the mail is given up after a minute.
        let (outcome, wasMailOver) = await withCheckedContinuation { continuation in
            onHanging.with {
                $0 = {
                    couriers.calls.send(OutgoingCall(url: "http://127.0.0.1:\(web.port)/")) { outcome in
                        continuation.resume(returning: (outcome, isMailOver.with { $0 }))
                    }
                }
            }
            couriers.mails.send(mail) { _ in isMailOver.with { $0 = true } }
        }
        guard case .reply(let reply) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reply.status == 200)
        #expect(!wasMailOver)
    }
}
