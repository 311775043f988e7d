/// A mail as libcurl takes it piece by piece, and what is known of how far it came.
struct MailUpload: Sendable {
    private let message: [UInt8]
    private var sent = 0
    /// Whether libcurl has been told that the mail is over: only from then on can the server have taken it.
    private var isOver = false
    /// The server's last line.
    private var lastLine: [UInt8] = []

    private static let longestLine = 512

    init(_ message: [UInt8]) { self.message = message }

    /// The next piece, at most `count` bytes; empty at the end.
    mutating func next(_ count: Int) -> ArraySlice<UInt8> {
        let piece = message[sent..<min(message.count, sent + max(0, count))]
        sent += piece.count
        if piece.isEmpty { isOver = true }
        return piece
    }

    /// Keeps what the server says, but for its good-bye.
    mutating func note(_ line: [UInt8]) {
        guard !line.starts(with: Array("221".utf8)) else { return }
        let visible = line.prefix(MailUpload.longestLine).map { $0 < 0x20 ? 0x20 : $0 }
        lastLine = Array(visible.reversed().drop { $0 == 0x20 }.reversed())
    }

    /// What came of it, given the last status that the server has sent.
    func outcome(isDone: Bool, status: Int, _ reason: String) -> CallOutcome {
        if isDone { return .reply(IncomingReply(status: status, body: lastLine)) }
        if status >= 400 { return .reply(IncomingReply(status: status, body: lastLine)) }
        return isOver ? .ambiguous(reason: reason) : .notSent(reason: reason)
    }
}
