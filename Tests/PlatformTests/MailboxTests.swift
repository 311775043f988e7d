import Platform
import TestSupport
import Testing

/// A POP3 mailbox of two messages that notes what it is told.
private final class ScriptedPOP3: Sendable {
    let server: LineServer
    let lines: Guarded<[String]>

    init() throws {
        let lines = Guarded<[String]>([])
        self.lines = lines
        server = try LineServer { session in
            session.write("+OK ready\r\n")
            while let line = session.readLine() {
                lines.with { $0.append(line) }
                switch line.prefix(4).uppercased() {
                case "CAPA": session.write("+OK\r\nUSER\r\nUIDL\r\n.\r\n")
                case "LIST": session.write("+OK\r\n1 40\r\n2 99999999999\r\n3 50\r\n.\r\n")
                case "RETR": session.write("+OK\r\nSubject: \(line.dropFirst(5))\r\n\r\n..dot\r\n.\r\n")
                case "PASS" where line != "PASS secret": session.write("-ERR no\r\n")
                case "QUIT":
                    session.write("+OK bye\r\n")
                    return
                default: session.write("+OK\r\n")
                }
            }
        }
    }
}

@Suite("Reading a mailbox")
struct MailboxTests {
    private func session(_ scheme: String, _ port: UInt16, password: String = "secret") throws -> MailboxSession {
        try MailboxSession(
            MailServer(url: "\(scheme)://127.0.0.1:\(port)", user: "me", password: password),
            Courier.Settings(version: "1"))
    }

    @Test("POP3: list, fetch, delete and quit go over one connection")
    func pop3() throws {
        let pop3 = try ScriptedPOP3()
        defer { pop3.server.stop() }
        do {
            let visit = try session("pop3", pop3.server.port)
            let messages = try visit.list()
            #expect(messages.map(\.number) == [1, 2, 3])
            #expect(String(decoding: try visit.fetch(messages[0]), as: UTF8.self) == "Subject: 1\r\n\r\n.dot\r\n")
            #expect(throws: MailboxError.self) { try visit.fetch(messages[1]) }
            try visit.delete(messages[0])
            try visit.leave()
        }
        let commands = pop3.lines.with { $0 }.map { $0.prefix { $0 != " " } }
        #expect(commands.suffix(4) == ["LIST", "RETR", "DELE", "QUIT"])
        #expect(commands.count { $0 == "QUIT" } == 1)
    }

    @Test("wrong credentials are told, without the password")
    func credentials() throws {
        let pop3 = try ScriptedPOP3()
        defer { pop3.server.stop() }
        let visit = try session("pop3", pop3.server.port, password: "wrong-one")
        let error = #expect(throws: MailboxError.self) { try visit.list() }
        #expect(error?.description.contains("wrong-one") == false)
    }

    @Test("IMAP: what is not deleted is listed by its UID, fetched, marked and expunged")
    func imap() throws {
        let lines = Guarded<[String]>([])
        let mail = "Subject: 7\r\n\r\ntext\r\n"
        let server = try LineServer { session in
            session.write("* OK ready\r\n")
            while let line = session.readLine() {
                let words = line.split(separator: " ", maxSplits: 1).map(String.init)
                guard words.count == 2 else { continue }
                lines.with { $0.append(words[1]) }
                let tag = words[0]
                switch words[1] {
                case "CAPABILITY": session.write("* CAPABILITY IMAP4rev1\r\n")
                case let text where text.hasPrefix("SELECT"): session.write("* 2 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n")
                case "UID SEARCH UNDELETED": session.write("* SEARCH 9 7\r\n")
                case let text where text.hasPrefix("UID FETCH"):
                    session.write("* 1 FETCH (UID 7 BODY[] {\(mail.utf8.count)}\r\n\(mail))\r\n")
                default: break
                }
                session.write("\(tag) OK done\r\n")
                if words[1] == "LOGOUT" { return }
            }
        }
        defer { server.stop() }
        do {
            let visit = try session("imap", server.port)
            let messages = try visit.list()
            #expect(messages.map(\.number) == [7, 9])
            #expect(String(decoding: try visit.fetch(messages[0]), as: UTF8.self) == mail)
            try visit.delete(messages[0])
            try visit.leave()
        }
        let told = lines.with { $0 }
        #expect(told.contains("UID STORE 7 +FLAGS.SILENT (\\Deleted)") && told.contains("EXPUNGE"))
        #expect(told.count { $0.hasPrefix("UID STORE") } == 1)
    }

    @Test("only mailboxes are visited")
    func schemes() {
        #expect(throws: MailboxError.self) {
            try MailboxSession(MailServer(url: "file:///etc/passwd"), Courier.Settings(version: "1"))
        }
    }
}
