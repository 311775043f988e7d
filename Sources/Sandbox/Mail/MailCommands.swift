import Formats

/// What the mail server answers.
extension SandboxWorld {
    static let mailVendor = "smtp"
    static let mailUser = "sandbox"
    static let mailPassword = "sandbox-password"

    /// Answers one command, with whatever fault strikes it.
    mutating func mailReply(to command: MailCommand, _ session: inout MailSession, now: Int64) -> MailReply {
        let isSecret = command.secret != nil || command.verb == "AUTH"
        let shown = isSecret ? command.verb : command.verb + (command.argument.isEmpty ? "" : " " + command.argument)
        let request = SandboxRequest(method: command.verb, path: shown, body: command.text)
        log.count(vendor: SandboxWorld.mailVendor, reference: nil)
        let (delay, struck) = strike(SandboxWorld.mailVendor, request)
        var reply: MailReply
        switch struck?.fault {
        case .status(let code, _):
            // A transaction that was refused is over; a refused greeting ends the connection.
            if command.verb == "END" { session.phase = .greeted }
            reply = MailReply(bytes: MailSession.line("\(code) \(code / 100).0.0 A fault that was asked for"))
            if command.verb == "CONNECT" || code == 421 { reply.ending = .closed }
        case .resetBefore: reply = MailReply(bytes: [], ending: .reset)
        case .hang: reply = MailReply(bytes: [], ending: .hang)
        case .resetAfter:
            _ = answer(command, &session, now: now)
            reply = MailReply(bytes: [], ending: .reset)
        case .closeAfter:
            reply = answer(command, &session, now: now)
            reply.ending = .closed
        case .truncate:
            reply = answer(command, &session, now: now)
            reply.bytes = Array(reply.bytes.prefix(reply.bytes.count / 2))
            reply.ending = .closed
        case .garbage:
            _ = answer(command, &session, now: now)
            reply = MailReply(bytes: Array("\u{1}\u{2}%PDF-garbage\r\n".utf8), ending: .closed)
        case .greylist(let seconds) where command.verb == "RCPT":
            if mail.isGrey(session.from, command.argument, seconds: seconds, now: now) {
                reply = MailReply(bytes: MailSession.line("451 4.7.1 Greylisted, try again later"))
            } else {
                reply = answer(command, &session, now: now)
            }
        case .greylist, .latency, nil: reply = answer(command, &session, now: now)
        }
        reply.delayMilliseconds += delay
        let status = Int(String(decoding: reply.bytes.prefix(3), as: UTF8.self))
        log.add(
            request, vendor: SandboxWorld.mailVendor, time: SandboxTime.text(now), status: status,
            fault: struck?.text ?? (delay > 0 ? "latency:\(delay)" : nil))
        return session.finish(reply)
    }

    private mutating func answer(_ command: MailCommand, _ session: inout MailSession, now: Int64) -> MailReply {
        if command.verb == "END" { return session.end(command.text, &mail, now: now) }
        if let secret = command.secret { return session.credential(secret) }
        return session.answer(command)
    }
}

extension MailSession {
    static func line(_ text: String) -> [UInt8] { Array((text + "\r\n").utf8) }

    private func say(_ text: String, _ ending: MailReply.Ending = .open) -> MailReply {
        MailReply(bytes: MailSession.line(text), ending: ending)
    }

    fileprivate mutating func answer(_ command: MailCommand) -> MailReply {
        switch command.verb {
        case "CONNECT": return say("220 sandbox.example ESMTP ITP sandbox")
        case "EHLO", "HELO":
            guard !command.argument.isEmpty else { return say("501 5.5.4 The client's name is missing") }
            client = command.argument
            reset()
            phase = .greeted
            guard command.verb == "EHLO" else { return say("250 sandbox.example") }
            let words = [
                "SIZE \(MailSession.maximumMailBytes)", "8BITMIME", "PIPELINING", "AUTH PLAIN LOGIN",
                "ENHANCEDSTATUSCODES",
            ]
            let lines = words.dropLast().map { "250-\($0)\r\n" }.joined()
            return say("250-sandbox.example\r\n\(lines)250 \(words[words.count - 1])")
        case "NOOP": return say("250 2.0.0 OK")
        case "QUIT": return say("221 2.0.0 Bye", .closed)
        case "RSET":
            reset()
            return say("250 2.0.0 OK")
        case "VRFY": return say("252 2.5.0 Cannot verify, but will take mail")
        case "HELP": return say("214 2.0.0 See RFC 5321")
        case "STARTTLS", "EXPN", "TURN", "BDAT": return say("502 5.5.1 Not offered")
        case "AUTH": return authenticate(command.argument)
        case "MAIL": return mail(command.argument)
        case "RCPT": return recipient(command.argument)
        case "DATA":
            guard command.argument.isEmpty else { return say("501 5.5.4 DATA takes nothing") }
            guard phase == .recipients else { return say("503 5.5.1 RCPT comes first") }
            phase = .data
            return say("354 End with a dot on a line of its own")
        default: return say("500 5.5.2 Unknown command")
        }
    }

    private mutating func reset() {
        from = ""
        to = []
        isEightBit = false
        if phase != .new { phase = .greeted }
    }

    private mutating func mail(_ argument: String) -> MailReply {
        guard phase == .greeted else {
            return say(phase == .new ? "503 5.5.1 EHLO comes first" : "503 5.5.1 A mail is under way already")
        }
        guard let (address, words) = MailSession.path(argument, "FROM:") else {
            return say("501 5.5.4 MAIL FROM:<address>")
        }
        for word in words {
            let parts = word.uppercased().split(separator: "=", maxSplits: 1)
            switch (parts[0], parts.count > 1 ? String(parts[1]) : nil) {
            case ("SIZE", let size?):
                guard let bytes = Int(size) else { return say("501 5.5.4 SIZE is no number") }
                if bytes > MailSession.maximumMailBytes { return say("552 5.3.4 The mail is too large") }
            case ("BODY", "8BITMIME"): isEightBit = true
            case ("BODY", "7BIT"): isEightBit = false
            case ("AUTH", .some): break
            default: return say("555 5.5.4 \(word) is not known")
            }
        }
        from = address
        phase = .sender
        return say("250 2.1.0 OK")
    }

    private mutating func recipient(_ argument: String) -> MailReply {
        guard phase == .sender || phase == .recipients else { return say("503 5.5.1 MAIL comes first") }
        guard let (address, words) = MailSession.path(argument, "TO:"), !address.isEmpty else {
            return say("501 5.5.4 RCPT TO:<address>")
        }
        guard words.isEmpty else { return say("555 5.5.4 \(words[0]) is not known") }
        guard address.contains("@") else { return say("550 5.1.1 There is no such mailbox") }
        guard to.count < MailSession.maximumRecipients else { return say("452 4.5.3 Too many recipients") }
        to.append(address)
        phase = .recipients
        return say("250 2.1.5 OK")
    }

    /// The address of `FROM:<address> …` and the words after it. Letters above 127 need an extension that is not offered.
    private static func path(_ argument: String, _ word: String) -> (String, [String])? {
        guard argument.uppercased().hasPrefix(word), argument.utf8.allSatisfy({ $0 < 128 }) else { return nil }
        let rest = argument.dropFirst(word.count).trimmed
        guard rest.hasPrefix("<"), let end = rest.firstIndex(of: ">") else { return nil }
        let address = String(rest[rest.index(after: rest.startIndex)..<end])
        guard address.utf8.count <= 254, !address.contains(" "), !address.contains("<") else { return nil }
        return (address, rest[rest.index(after: end)...].split(separator: " ").map(String.init))
    }

    private mutating func authenticate(_ argument: String) -> MailReply {
        guard phase == .greeted, user == nil else { return say("503 5.5.1 Not now") }
        let words = argument.split(separator: " ").map(String.init)
        switch (words.first?.uppercased(), words.count) {
        case ("PLAIN", 1):
            phase = .plain
            return say("334 ")
        case ("PLAIN", 2):
            phase = .plain
            return credential(words[1])
        case ("LOGIN", 1):
            phase = .login(user: nil)
            return say("334 VXNlcm5hbWU6")
        case ("LOGIN", 2):
            phase = .login(user: nil)
            return credential(words[1])
        default: return say("504 5.5.4 PLAIN or LOGIN")
        }
    }

    /// A line of the exchange that AUTH began.
    fileprivate mutating func credential(_ line: String) -> MailReply {
        let before = phase
        phase = .greeted
        guard line != "*", let bytes = Base64.decode(line) else { return say("501 5.5.2 That is no base64") }
        switch before {
        case .login(nil):
            phase = .login(user: String(decoding: bytes, as: UTF8.self))
            return say("334 UGFzc3dvcmQ6")
        case .login(let name?): return check(name, String(decoding: bytes, as: UTF8.self))
        default:
            let parts = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard parts.count == 3 else { return say("501 5.5.2 PLAIN has three parts") }
            return check(parts[1], parts[2])
        }
    }

    private mutating func check(_ name: String, _ password: String) -> MailReply {
        guard name == SandboxWorld.mailUser, password == SandboxWorld.mailPassword else {
            return say("535 5.7.8 The credentials are wrong")
        }
        user = name
        return say("235 2.7.0 Welcome")
    }

    /// The mail's text has come: it is kept, or refused for what is wrong with it.
    fileprivate mutating func end(_ text: [UInt8], _ sink: inout MailSink, now: Int64) -> MailReply {
        defer { reset() }
        guard text.count <= MailSession.maximumMailBytes else { return say("552 5.3.4 The mail is too large") }
        if !isEightBit, text.contains(where: { $0 > 127 }) {
            return say("554 5.6.3 Bytes above 127 were not announced with BODY=8BITMIME")
        }
        var length = 0
        var previous: UInt8 = 0
        for byte in text {
            let isEnd = byte == UInt8(ascii: "\n")
            if isEnd != (previous == UInt8(ascii: "\r")), isEnd || previous == UInt8(ascii: "\r") {
                return say("554 5.6.0 A line must end with CR and LF, and these stand nowhere else")
            }
            length = isEnd ? 0 : length + 1
            // The CR is counted before the line's end is seen.
            if length > MailSession.maximumLineBytes + 1 { return say("554 5.6.0 A line has more than 998 bytes") }
            previous = byte
        }
        let id = sink.keep(
            MailSink.Mail(
                id: 0, receivedAt: SandboxTime.text(now), client: client, user: user, from: from, to: to,
                isEightBit: isEightBit, bytes: text))
        return say("250 2.0.0 Taken as \(id)")
    }
}
