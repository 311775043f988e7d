import Formats
import HTTPServer
import Sandbox
import Testing

/// A mail client without a socket.
private struct Mailer {
    var caller = Caller.connectWise
    var session = MailSession()
    var last: MailReply?

    /// Sends text and gives the codes of the replies; the last reply is kept.
    @discardableResult
    mutating func say(_ text: String) -> [String] {
        session.receive(text.utf8)
        return listen()
    }

    mutating func listen() -> [String] {
        var codes: [String] = []
        while let reply = session.next(&caller.world, now: caller.now) {
            last = reply
            codes.append(String(decoding: reply.bytes.prefix(3), as: UTF8.self))
        }
        return codes
    }

    static func greeted() -> Mailer {
        var mailer = Mailer()
        mailer.say("EHLO itp.example\r\n")
        return mailer
    }

    mutating func mail(_ body: String = "Subject: Hi\r\n\r\nText\r\n", from: String = "a@itp.example") -> [String] {
        say("MAIL FROM:<\(from)>\r\nRCPT TO:<desk@msp.example>\r\nDATA\r\n") + say(body + ".\r\n")
    }

    mutating func fault(_ fault: String, _ match: String) {
        let body: JSON = ["vendor": "smtp", "fault": .string(fault), "match": .string(match), "count": 1]
        #expect(caller.send("POST", "/sandbox/faults", body).status == 201)
    }

    mutating func mails() throws -> [JSON] { try caller.json("GET", "/sandbox/mail").array ?? [] }
}

@Suite("The sandbox's mail server")
struct MailTests {
    @Test("a mail is kept with its envelope, its headers and its text, dots unstuffed")
    func mail() throws {
        var mailer = Mailer()
        #expect(mailer.listen() == ["220"])
        #expect(mailer.say("EHLO itp.example\r\n") == ["250"])
        let offered = String(decoding: mailer.last?.bytes ?? [], as: UTF8.self)
        #expect(offered.contains("250-SIZE 10485760\r\n250-8BITMIME\r\n"))
        #expect(mailer.say("MAIL FROM:<itp@msp.example> SIZE=200 BODY=8BITMIME\r\n") == ["250"])
        #expect(mailer.say("RCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n") == ["250", "250"])
        #expect(mailer.say("DATA\r\n") == ["354"])
        #expect(mailer.say("Subject: Disk\r\n full\r\nTo: a@x.example\r\n\r\nOne\r\n..Two é\r\n..\r") == [])
        #expect(mailer.say("\n.\r\nQUIT\r\n") == ["250", "221"])
        #expect(mailer.last?.ending == .closed)
        let mail = try #require(try mailer.mails().first)
        #expect(mail["from"] == "itp@msp.example")
        #expect(mail["to"] == ["a@x.example", "b@x.example"])
        #expect(mail["subject"] == "Disk full")
        #expect(mail["body"] == "One\r\n.Two é\r\n.\r\n")
        #expect(mail["client"] == "itp.example")
        #expect(mail["eightBit"] == true)
    }

    @Test("an empty mail, and two mails on one connection, are taken")
    func several() throws {
        var mailer = Mailer.greeted()
        #expect(mailer.mail("", from: "") == ["250", "250", "354", "250"])
        #expect(mailer.mail() == ["250", "250", "354", "250"])
        #expect(try mailer.mails().map { $0["id"] } == [1, 2])
    }

    @Test(
        "what does not belong is refused, and the connection goes on",
        arguments: [
            ("MAIL FROM:<a@b>\r\n", ["503"], false), ("DATA\r\n", ["503"], true), ("RCPT TO:<a@b>\r\n", ["503"], true),
            ("MAIL FROM:a@b\r\n", ["501"], true), ("MAIL FROM:<a@b> SIZE=99999999\r\n", ["552"], true),
            ("MAIL FROM:<a@b> SMTPUTF8\r\n", ["555"], true), ("MAIL FROM:<ä@b>\r\n", ["501"], true),
            ("MAIL FROM:<a@b>\r\nRCPT TO:<nobody>\r\n", ["250", "550"], true), ("STARTTLS\r\n", ["502"], true),
            ("NIX\r\n", ["500"], true), ("\r\n", ["500"], true), ("EHLO\r\n", ["501"], true),
            ("VRFY a\r\n", ["252"], true),
            ("MAIL FROM:<a@b>\r\nRSET\r\nMAIL FROM:<a@b>\r\n", ["250", "250", "250"], true),
        ])
    func refused(text: String, codes: [String], isGreeted: Bool) {
        var mailer = isGreeted ? Mailer.greeted() : Mailer()
        if !isGreeted { _ = mailer.listen() }
        #expect(mailer.say(text) == codes)
        #expect(mailer.say("NOOP\r\n") == ["250"])
    }

    @Test(
        "a text that breaks the rules of the wire is refused at its end, and nothing is kept",
        arguments: [
            "Subject: ä\r\n\r\n", "Subject: x\r\n\r\nbare\nline feed\r\n", "Subject: x\r\n\r\nbare\rreturn\r\n",
        ])
    func badText(text: String) throws {
        var mailer = Mailer.greeted()
        #expect(mailer.mail(text).last == "554")
        #expect(try mailer.mails().isEmpty)
        #expect(mailer.mail().last == "250")
    }

    @Test("a line of 998 bytes is taken, and one of 999 is not")
    func longLine() {
        var mailer = Mailer.greeted()
        #expect(mailer.mail("\r\n" + String(repeating: "x", count: 998) + "\r\n").last == "250")
        #expect(mailer.mail("\r\n" + String(repeating: "x", count: 999) + "\r\n").last == "554")
    }

    @Test("a command without an end is cut off, and too many errors end the connection")
    func bounds() {
        var mailer = Mailer.greeted()
        #expect(mailer.say(String(repeating: "x", count: 3000)) == ["500"])
        for _ in 1...18 { #expect(mailer.say("NIX\r\n") == ["500"]) }
        #expect(mailer.say("NIX\r\n") == ["421"])
        #expect(mailer.last?.ending == .closed)
        #expect(mailer.say("NOOP\r\n") == [])
    }

    @Test("credentials are checked where they are given, and no page shows them")
    func authentication() throws {
        let encode: (String) -> String = { Base64.encode(Array($0.utf8)) }
        var mailer = Mailer.greeted()
        #expect(mailer.say("AUTH PLAIN \(encode("\0sandbox\0wrong"))\r\n") == ["535"])
        #expect(mailer.say("AUTH PLAIN\r\n\(encode("\0sandbox\0sandbox-password"))\r\n") == ["334", "235"])
        #expect(mailer.say("AUTH LOGIN\r\n") == ["503"])
        _ = mailer.mail()
        #expect(try mailer.mails().first?["user"] == "sandbox")
        mailer.session = MailSession()
        mailer.say("EHLO x\r\n")
        #expect(
            mailer.say("AUTH LOGIN\r\n\(encode("sandbox"))\r\n\(encode("sandbox-password"))\r\n") == [
                "334", "334", "235",
            ])
        #expect(mailer.say("AUTH LOGIN\r\n") == ["503"])
        let log = String(decoding: mailer.caller.send("GET", "/sandbox/requests").body, as: UTF8.self)
        for secret in ["sandbox-password", encode("sandbox-password"), encode("\0sandbox\0sandbox-password")] {
            #expect(!log.contains(secret))
        }
    }

    @Test(
        "faults strike the commands that they match",
        arguments: [
            ("status:550", "RCPT", ["250", "550", "503"], MailReply.Ending.open, 0),
            ("status:451", "END", ["250", "250", "354", "451"], .open, 0),
            ("reset-before", "END", ["250", "250", "354", ""], .reset, 0),
            ("reset-after", "END desk@msp.example", ["250", "250", "354", ""], .reset, 1),
            ("close-after", "END", ["250", "250", "354", "250"], .closed, 1),
            ("status:421", "MAIL", ["421"], .closed, 0), ("hang", "END", ["250", "250", "354", ""], .hang, 0),
        ])
    func faults(fault: String, match: String, codes: [String], ending: MailReply.Ending, kept: Int) throws {
        var mailer = Mailer.greeted()
        mailer.fault(fault, match)
        #expect(Array(mailer.mail().prefix(codes.count)) == codes)
        if codes.last != "503" { #expect(mailer.last?.ending == ending) }
        #expect(try mailer.mails().count == kept)
    }

    @Test("a slow server answers late")
    func slow() {
        var mailer = Mailer.greeted()
        mailer.fault("latency:250", "NOOP")
        mailer.say("NOOP\r\n")
        #expect(mailer.last?.delayMilliseconds == 250)
    }

    @Test("a grey-listed recipient is put off for a while, then taken")
    func greylist() {
        var mailer = Mailer.greeted()
        let fault: JSON = ["vendor": "smtp", "fault": "greylist:300"]
        #expect(mailer.caller.send("POST", "/sandbox/faults", fault).status == 201)
        #expect(mailer.mail().prefix(2) == ["250", "451"])
        mailer.say("RSET\r\n")
        mailer.caller.now += 299_000
        #expect(mailer.mail().prefix(2) == ["250", "451"])
        mailer.say("RSET\r\n")
        mailer.caller.now += 1_000
        #expect(mailer.mail().last == "250")
        #expect(mailer.caller.send("POST", "/sandbox/faults", fault.with(["vendor": "bms"])).status == 400)
    }
}

@Suite("The sandbox's mail server on the wire")
struct MailServerTests {
    @Test("a mail goes over a socket, and so do the faults of a connection")
    func wire() throws {
        let server = SandboxServer()
        let http = try server.start("127.0.0.1:0")
        defer { server.stop() }
        let mail = try server.startMail("127.0.0.1:0")
        let hello = "EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
        for (fault, end) in [("latency:1", Wire.End.open), ("reset-after", .reset), ("close-after", .closed)] {
            _ = try Wire.ask(
                http.port, "POST", "/sandbox/faults",
                [["vendor": "smtp", "match": "END", "fault": .string(fault), "count": 1]])
            let wire = try Wire(port: mail.port)
            #expect(wire.receiveReply().text.hasPrefix("220 "))
            try wire.send(bytes: Array(hello.utf8))
            #expect((1...4).map { _ in String(wire.receiveReply().text.prefix(3)) } == ["250", "250", "250", "354"])
            try wire.send(bytes: Array("Subject: \(fault)\r\n\r\nText\r\n.\r\n".utf8))
            let reply = wire.receiveReply()
            #expect(reply.text.hasPrefix("250 ") == (fault != "reset-after"))
            if end != .open { #expect((fault == "close-after" ? wire.receiveReply().end : reply.end) == end) }
        }
        let mails = try Wire.ask(http.port, "GET", "/sandbox/mail").1.array ?? []
        #expect(mails.map { $0["subject"] } == ["latency:1", "reset-after", "close-after"])
    }

    @Test("a mail server that is stopped gives its port back while clients are connected")
    func stop() throws {
        let server = SandboxServer()
        try server.start("127.0.0.1:0")
        let mail = try server.startMail("127.0.0.1:0")
        let wire = try Wire(port: mail.port)
        #expect(wire.receiveReply().text.hasPrefix("220 "))
        server.stop()
        #expect(wire.receiveReply().end == .closed)
        let next = SandboxServer()
        try next.start("127.0.0.1:0")
        try next.startMail(mail.description)
        next.stop()
    }
}
