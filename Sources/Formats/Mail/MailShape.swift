/// What a mail's bytes are cut to before a parser sees them, so that no mail can cost more than the limits allow.
public enum MailShape {
    /// A mail within the limits, and what was done to it.
    public struct Bounded: Sendable, Equatable {
        /// The bytes that a parser may see.
        public var bytes: [UInt8]
        /// What was cut, in sentences.
        public var remarks: [String]
    }

    /// Whether a list of addresses may be given to a parser: one that nests groups in one another goes as deep as they do.
    public static func isShallow(_ addresses: String) -> Bool { MailHeads.isShallow(addresses) }

    /// Cuts a mail to the limits: its size, its heads, and how often it is divided.
    public static func bounded(_ mail: [UInt8]) -> Bounded {
        var bytes = mail
        var remarks: [String] = []
        if bytes.count > MailLimits.messageBytes {
            remarks.append("the mail has \(bytes.count) bytes; only the first \(MailLimits.messageBytes) were read")
            bytes.removeLast(bytes.count - MailLimits.messageBytes)
        }
        let head = endOfHead(bytes)
        if head > MailLimits.headBytes {
            let kept = bytes[..<MailLimits.headBytes].lastIndex(of: newline).map { $0 + 1 } ?? MailLimits.headBytes
            remarks.append("the mail's head has \(head) bytes; only the first \(kept) were read")
            bytes.removeSubrange(kept..<head)
        }
        if let place = placeOfDivision(MailLimits.divisions + 1, bytes) {
            remarks.append(
                "the mail is divided or nested more than \(MailLimits.divisions) times; "
                    + "only what comes before was read")
            bytes.removeLast(bytes.count - place)
        }
        var heads = MailHeads(bytes)
        bytes = heads.bounded()
        return Bounded(bytes: bytes, remarks: remarks + heads.remarks)
    }

    private static let newline = UInt8(ascii: "\n")

    /// Where the first empty line begins, else the end.
    private static func endOfHead(_ bytes: [UInt8]) -> Int {
        let span = bytes.span
        var lineIsEmpty = true
        for index in span.indices {
            switch span[index] {
            case newline:
                if lineIsEmpty { return index }
                lineIsEmpty = true
            case UInt8(ascii: "\r"): break
            default: lineIsEmpty = false
            }
        }
        return span.count
    }

    /// Where the `limit`-th line begins that may open a part which holds parts; nil for fewer.
    ///
    /// Such a part needs the word `multipart` or `message/` in its type. A text may hold the word as well: then a mail
    /// counts as more divided than it is, which only matters to one that says it a hundred times.
    private static func placeOfDivision(_ limit: Int, _ bytes: [UInt8]) -> Int? {
        let span = bytes.span
        var found = 0
        var lineStart = 0
        var index = 0
        while index < span.count {
            let byte = span[index]
            if byte == newline { lineStart = index + 1 }
            if byte | 0x20 == UInt8(ascii: "m"), opensDivision(span, index) {
                found += 1
                if found == limit { return lineStart }
            }
            index += 1
        }
        return nil
    }

    private static let words: [[UInt8]] = [Array("multipart".utf8), Array("message/".utf8)]

    private static func opensDivision(_ span: Span<UInt8>, _ start: Int) -> Bool {
        guard start + 1 < span.count else { return false }
        let word = span[start + 1] | 0x20 == UInt8(ascii: "u") ? words[0] : words[1]
        guard start + word.count <= span.count else { return false }
        for offset in word.indices where lowercased(span[start + offset]) != word[offset] { return false }
        return true
    }
}
