import Formats

/// What the mail server does after a command.
public struct MailReply: Sendable, Equatable {
    /// What becomes of the connection.
    public enum Ending: Sendable, Equatable {
        /// It goes on.
        case open
        /// It is closed after the bytes are sent.
        case closed
        /// It is reset after the bytes are sent.
        case reset
        /// Nothing more ever comes.
        case hang
    }

    /// What is sent.
    public var bytes: [UInt8]
    /// How long that is held back.
    public var delayMilliseconds = 0
    /// What becomes of the connection then.
    public var ending = Ending.open
}

/// One connection to the mail server: RFC 5321 with SIZE, 8BITMIME, PIPELINING and AUTH, free of any socket. It is
/// strict: a line that is too long, a bare line feed at the end of the text, or letters above 127 that were not announced
/// are refused.
public struct MailSession: Sendable {
    static let maximumMailBytes = 10 << 20
    static let maximumCommandBytes = 2048
    static let maximumLineBytes = 998
    static let maximumRecipients = 100
    static let maximumErrors = 20

    enum Phase: Equatable {
        case new
        case greeted
        case sender
        case recipients
        case data
        /// AUTH waits for a line: the user where that is nil, else the password.
        case login(user: String?)
        case plain
        case over
    }

    var phase = Phase.new
    var client = ""
    var user: String?
    var from = ""
    var to: [String] = []
    var isEightBit = false
    var errors = 0
    private var isWelcomed = false
    private var input: [UInt8] = []
    /// Where the part of the input that was searched for the mail's end stops.
    private var searched = 0

    /// A connection that was just taken.
    public init() {}

    /// Takes what the client sent.
    public mutating func receive(_ bytes: some Collection<UInt8>) { input += bytes }

    /// Whether the client has sent more than may be kept.
    public var isOverfull: Bool { input.count > MailSession.maximumMailBytes + (1 << 16) }

    /// The next thing to send; nil where the client has to speak first. To be called again until it is nil.
    public mutating func next(_ world: inout SandboxWorld, now: Int64) -> MailReply? {
        let time = now + world.clockOffsetMilliseconds
        guard isWelcomed else {
            isWelcomed = true
            return world.mailReply(to: MailCommand(verb: "CONNECT", argument: ""), &self, now: time)
        }
        guard phase != .over else { return nil }
        if phase == .data {
            guard let text = takeText() else { return nil }
            return world.mailReply(
                to: MailCommand(verb: "END", argument: to.joined(separator: " "), text: text), &self, now: time)
        }
        guard let line = takeLine() else { return nil }
        guard line.count <= MailSession.maximumCommandBytes else {
            return finish(MailReply(bytes: Array("500 5.5.2 The line is too long\r\n".utf8)))
        }
        let text = String(decoding: line, as: UTF8.self)
        switch phase {
        case .plain, .login:
            return world.mailReply(to: MailCommand(verb: "AUTH", argument: "", secret: text), &self, now: time)
        default:
            let words = text.split(separator: " ", maxSplits: 1)
            let command = MailCommand(
                verb: words.first.map { $0.uppercased() } ?? "", argument: words.count > 1 ? words[1].trimmed : "")
            return world.mailReply(to: command, &self, now: time)
        }
    }

    /// Keeps the connection's own state in step with what is sent.
    mutating func finish(_ reply: MailReply) -> MailReply {
        var reply = reply
        if reply.bytes.first == UInt8(ascii: "5") {
            errors += 1
            if errors >= MailSession.maximumErrors, reply.ending == .open {
                reply.bytes = Array("421 4.7.0 Too many errors\r\n".utf8)
                reply.ending = .closed
            }
        }
        if reply.ending != .open { phase = .over }
        return reply
    }

    private mutating func takeLine() -> [UInt8]? {
        guard let end = input.firstRange(of: Array("\r\n".utf8)) else {
            guard input.count > MailSession.maximumCommandBytes else { return nil }
            // Far too long, and no end in sight.
            defer { input = [] }
            return input
        }
        let line = Array(input[..<end.lowerBound])
        input.removeSubrange(..<end.upperBound)
        return line
    }

    /// The mail without its closing dot, its other dots unstuffed; nil while the end has not come.
    private mutating func takeText() -> [UInt8]? {
        let isEmpty = input.starts(with: Array(".\r\n".utf8))
        let mark = Array("\r\n.\r\n".utf8)
        let from = max(0, searched - mark.count)
        guard isEmpty || input[from...].firstRange(of: mark) != nil else {
            searched = input.count
            return nil
        }
        let end = isEmpty ? 0 : (input[from...].firstRange(of: mark)?.lowerBound ?? 0) + 2
        searched = 0
        var text: [UInt8] = []
        text.reserveCapacity(end)
        var isLineStart = true
        for at in 0..<end {
            let byte = input[at]
            if isLineStart, byte == UInt8(ascii: ".") {
                isLineStart = false
                continue
            }
            isLineStart = byte == UInt8(ascii: "\n") && at > 0 && input[at - 1] == UInt8(ascii: "\r")
            text.append(byte)
        }
        input.removeSubrange(..<(end + 3))
        return text
    }
}

/// One command of a mail client, or the end of a mail.
struct MailCommand: Sendable {
    var verb: String
    var argument: String
    /// A line that belongs to a credential: no list shows it.
    var secret: String?
    var text: [UInt8] = []
}
