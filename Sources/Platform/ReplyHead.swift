import Formats

/// The head of a reply, put together from the lines that libcurl hands over one by one: interim heads (1xx) are forgotten,
/// trailers after the body are left out.
struct ReplyHead {
    /// No reply that is worth having has a longer one.
    static let maxBytes = 65_536

    private(set) var fields: [(String, String)] = []
    /// Whether the blank line of the final head has come.
    private(set) var isComplete = false
    private var byteCount = 0
    private var isInterim = false

    /// Takes a line with its line end; false where the head has become too long.
    mutating func append(_ line: [UInt8]) -> Bool {
        byteCount += line.count
        guard byteCount <= ReplyHead.maxBytes else { return false }
        guard !isComplete else { return true }
        let text = String(decoding: line, as: UTF8.self).trimmed
        if text.isEmpty {
            isComplete = !isInterim
        } else if text.hasPrefix("HTTP/") {
            fields = []
            isInterim = text.drop { $0 != " " }.dropFirst().first == "1"
        } else if let colon = text.firstIndex(of: ":") {
            fields.append((String(text[..<colon]).trimmed, String(text[text.index(after: colon)...]).trimmed))
        }
        return true
    }
}
