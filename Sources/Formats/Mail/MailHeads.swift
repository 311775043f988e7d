/// Bounds the heads of a mail, its own and those of its parts, and how many parts it has. Parsers of mail take more than linear
/// time over long heads, and go as deep as groups of addresses are nested in one another.
struct MailHeads {
    /// Bytes of the head of a part, or of a mail within the mail.
    private static let partHeadBytes = 16 << 10
    /// Bytes of all of them together.
    private static let partHeadsBytes = 512 << 10
    /// Lines that separate parts.
    private static let delimiters = 2 * MailLimits.parts
    /// Colons in a header of addresses; each may begin a group within a group.
    private static let colons = 50

    /// What was cut, in sentences.
    private(set) var remarks: [String] = []
    private let bytes: [UInt8]
    private var out: [UInt8] = []
    /// From here on the bytes have not been taken over yet.
    private var pending = 0

    private var place = Place.head(isOwn: true)
    private var headBytes = 0
    private var headsBytes = 0
    private var droppedBytes = 0
    private var field = Field.other
    private var fieldColons = 0
    private var holdsMessage = false
    /// Parts of a digest are mails without saying so.
    private var holdsDigest = false
    private var boundaries: Set<[UInt8]> = []
    /// A boundary is written in pieces: every line that may be one counts as one.
    private var anyBoundary = false
    private var found = 0

    private enum Place: Equatable {
        case head(isOwn: Bool)
        case body
    }

    private enum Field {
        case contentType
        case addresses
        case other
    }

    private static let addressFields: Set<[UInt8]> = Set(
        [
            "from", "to", "cc", "bcc", "sender", "reply-to", "resent-from", "resent-to", "resent-cc", "resent-bcc",
            "resent-sender", "resent-reply-to", "return-path", "disposition-notification-to", "mail-followup-to",
        ].map { Array($0.utf8) })
    private static let messageTypes = ["message/rfc822", "message/global", "message/news"].map { Array($0.utf8) }
    private static let digestType = Array("multipart/digest".utf8)
    private static let boundaryWord = Array("boundary".utf8)
    private static let longestField = 30

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The mail within the limits.
    mutating func bounded() -> [UInt8] {
        var start = 0
        while start < bytes.count {
            let end = endOfLine(from: start)
            guard take(start..<end) else {
                remarks.append(
                    "the mail has more than \(MailHeads.delimiters / 2) parts; only what comes before was read")
                keep(upTo: start)
                return finished()
            }
            start = end
        }
        keep(upTo: bytes.count)
        return finished()
    }

    private mutating func finished() -> [UInt8] {
        if droppedBytes > 0 {
            remarks.append("the heads of parts are too long; \(droppedBytes) bytes of them were left out")
        }
        return out
    }

    /// Takes a line with its end; false where the mail is to be cut before it.
    private mutating func take(_ line: Range<Int>) -> Bool {
        let text = content(line)
        if bytes[text].starts(with: "--".utf8), let isLast = delimiter(text) {
            found += 1
            begin(isLast ? .body : .head(isOwn: false))
            return found <= MailHeads.delimiters
        }
        guard case .head(let isOwn) = place else { return true }
        if text.isEmpty {
            begin(holdsMessage || holdsDigest && !isOwn ? .head(isOwn: false) : .body)
            return true
        }
        if !isOwn, !hasRoom(for: line.count) {
            keep(upTo: line.lowerBound)
            pending = line.upperBound
            droppedBytes += line.count
            return true
        }
        look(at: text)
        return true
    }

    private mutating func begin(_ place: Place) {
        self.place = place
        headBytes = 0
        field = .other
        holdsMessage = false
    }

    private mutating func hasRoom(for count: Int) -> Bool {
        headBytes += count
        headsBytes += count
        return headBytes <= MailHeads.partHeadBytes && headsBytes <= MailHeads.partHeadsBytes
    }

    /// Takes what matters from a line of a head.
    private mutating func look(at text: Range<Int>) {
        let first = bytes[text.lowerBound]
        if first != UInt8(ascii: " "), first != UInt8(ascii: "\t") {
            field = kind(text)
            fieldColons = -1
        }
        switch field {
        case .contentType: lookAtType(text)
        case .addresses: blankColons(text)
        case .other: break
        }
    }

    private func kind(_ text: Range<Int>) -> Field {
        guard let colon = bytes[text].prefix(MailHeads.longestField).firstIndex(of: UInt8(ascii: ":")) else {
            return .other
        }
        let name = bytes[text.lowerBound..<colon].filter { $0 > 0x20 }.map(lowercased)
        if name == Array("content-type".utf8) { return .contentType }
        return MailHeads.addressFields.contains(name) ? .addresses : .other
    }

    private mutating func lookAtType(_ text: Range<Int>) {
        for index in text {
            switch bytes[index] | 0x20 {
            case UInt8(ascii: "m"):
                if MailHeads.messageTypes.contains(where: { stands($0, at: index, in: text) }) { holdsMessage = true }
                if stands(MailHeads.digestType, at: index, in: text) { holdsDigest = true }
            case UInt8(ascii: "b"):
                if stands(MailHeads.boundaryWord, at: index, in: text) {
                    addBoundary(index + MailHeads.boundaryWord.count..<text.upperBound)
                }
            default: break
            }
        }
    }

    private mutating func addBoundary(_ rest: Range<Int>) {
        var value = bytes[rest].drop { $0 <= 0x20 }
        guard value.first == UInt8(ascii: "=") else {
            anyBoundary = anyBoundary || value.first == UInt8(ascii: "*")
            return
        }
        value = value.dropFirst().drop { $0 <= 0x20 }
        if value.first == UInt8(ascii: "\"") {
            value = value.dropFirst()
            value = value.prefix(upTo: value.firstIndex(of: UInt8(ascii: "\"")) ?? value.endIndex)
        } else {
            value = value.prefix { $0 > 0x20 && $0 != UInt8(ascii: ";") }
        }
        // One that is empty here, or holds what is undone first, may be any.
        if value.isEmpty || value.contains(UInt8(ascii: "\\")) { anyBoundary = true }
        boundaries.insert(MailHeads.trimmedEnd(value))
    }

    /// Whether a line that begins with two hyphens separates parts, and if so whether it is the last one to.
    private func delimiter(_ text: Range<Int>) -> Bool? {
        guard anyBoundary || !boundaries.isEmpty else { return nil }
        let whole = MailHeads.trimmedEnd(bytes[text].dropFirst(2))
        if anyBoundary || boundaries.contains(whole) { return false }
        guard whole.suffix(2).elementsEqual("--".utf8) else { return nil }
        return boundaries.contains(Array(whole.dropLast(2))) ? true : nil
    }

    private static func trimmedEnd(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let last = bytes.lastIndex { $0 > 0x20 }
        return last.map { Array(bytes[bytes.startIndex...$0]) } ?? []
    }

    /// Colons beyond the limit become blanks.
    private mutating func blankColons(_ text: Range<Int>) {
        for index in text where bytes[index] == UInt8(ascii: ":") {
            fieldColons += 1
            guard fieldColons > MailHeads.colons else { continue }
            keep(upTo: index)
            out.append(UInt8(ascii: " "))
            pending = index + 1
        }
    }

    private mutating func keep(upTo end: Int) {
        if pending < end { out += bytes[pending..<end] }
        pending = max(pending, end)
    }

    private func stands(_ word: [UInt8], at start: Int, in text: Range<Int>) -> Bool {
        guard start + word.count <= text.upperBound else { return false }
        for offset in word.indices where lowercased(bytes[start + offset]) != word[offset] { return false }
        return true
    }

    private func endOfLine(from start: Int) -> Int {
        let span = bytes.span
        var index = start
        while index < span.count {
            if span[index] == UInt8(ascii: "\n") { return index + 1 }
            index += 1
        }
        return span.count
    }

    /// The line without its end.
    private func content(_ line: Range<Int>) -> Range<Int> {
        var end = line.upperBound
        if end > line.lowerBound, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if end > line.lowerBound, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return line.lowerBound..<end
    }

    /// Whether a list of addresses is nested no deeper than a parser can go.
    static func isShallow(_ addresses: String) -> Bool { addresses.utf8.count { $0 == UInt8(ascii: ":") } <= colons }
}
