/// Cuts HTML into text and tags. Linear: a closing mark that was looked for in vain once is not looked for again.
struct HTMLScanner {
    enum Token: Equatable {
        /// Bytes between tags.
        case text(Range<Int>)
        /// A tag's name in small letters, and where its attributes stand.
        case open(String, Range<Int>)
        case close(String)
    }

    let bytes: [UInt8]
    private var at = 0
    /// Marks that do not come again before the end.
    private var absent: Set<[UInt8]> = []

    private static let less = UInt8(ascii: "<")
    private static let greater = UInt8(ascii: ">")
    private static let longestName = 16
    /// Elements whose content is no text.
    private static let skipped: Set<String> = ["script", "style", "head", "template", "noscript"]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next token; nil at the end.
    mutating func next() -> Token? {
        while at < bytes.count {
            guard bytes[at] == HTMLScanner.less, at + 1 < bytes.count else { return text() }
            switch bytes[at + 1] {
            case UInt8(ascii: "!"), UInt8(ascii: "?"): skipDeclaration()
            case UInt8(ascii: "/"): if let token = closing() { return token }
            case let byte where HTMLScanner.isLetter(byte):
                if let token = opening() { return token }
            default: return text()
            }
        }
        return nil
    }

    /// Text up to the next tag; a `<` at the start is text.
    private mutating func text() -> Token {
        let start = at
        at += 1
        while at < bytes.count, bytes[at] != HTMLScanner.less { at += 1 }
        return .text(start..<at)
    }

    private mutating func skipDeclaration() {
        let isComment = bytes[at...].starts(with: Array("<!--".utf8))
        if isComment, let end = find(Array("-->".utf8), from: at + 4) {
            at = end + 3
        } else {
            at = find([HTMLScanner.greater], from: at).map { $0 + 1 } ?? bytes.count
        }
    }

    private mutating func closing() -> Token? {
        let (name, end) = name(from: at + 2)
        at = find([HTMLScanner.greater], from: end).map { $0 + 1 } ?? bytes.count
        return name.isEmpty ? nil : .close(name)
    }

    private mutating func opening() -> Token? {
        let (name, end) = name(from: at + 1)
        let close = endOfTag(from: end)
        at = min(close + 1, bytes.count)
        guard HTMLScanner.skipped.contains(name) else { return .open(name, end..<close) }
        // `<head>` of which the end is missing: the text goes on, only the tag is left out.
        if let closing = find(Array("</\(name)".utf8), from: at) { at = closing }
        return nil
    }

    private func name(from start: Int) -> (String, Int) {
        var end = start
        while end < bytes.count, HTMLScanner.isLetter(bytes[end]) || HTMLScanner.isDigit(bytes[end]) { end += 1 }
        guard end - start <= HTMLScanner.longestName else { return ("", end) }
        return (String(decoding: bytes[start..<end].map(lowercased), as: UTF8.self), end)
    }

    /// Where the tag's `>` stands, which may also stand in a quoted value; the end where there is none.
    private mutating func endOfTag(from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == HTMLScanner.greater { return index }
            let isQuote = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
            if isQuote, index > start, bytes[index - 1] == UInt8(ascii: "="), let close = find([byte], from: index + 1)
            {
                index = close
            }
            index += 1
        }
        return bytes.count
    }

    /// The first place of a mark, upper and lower case alike.
    private mutating func find(_ mark: [UInt8], from start: Int) -> Int? {
        guard !absent.contains(mark) else { return nil }
        var index = start
        while index + mark.count <= bytes.count {
            if lowercased(bytes[index]) == mark[0], matches(mark, index) { return index }
            index += 1
        }
        absent.insert(mark)
        return nil
    }

    private func matches(_ mark: [UInt8], _ start: Int) -> Bool {
        for offset in mark.indices where lowercased(bytes[start + offset]) != mark[offset] { return false }
        return true
    }

    /// The value of an attribute, its entities undone; nil where the tag has none.
    func attribute(_ name: String, in range: Range<Int>) -> [UInt8]? {
        let wanted = Array(name.utf8)
        var index = range.lowerBound
        while index + wanted.count < range.upperBound {
            let isStart = index == range.lowerBound || bytes[index - 1] <= 0x20
            guard isStart, matches(wanted, index), bytes[index + wanted.count] == UInt8(ascii: "=") else {
                index += 1
                continue
            }
            return value(from: index + wanted.count + 1, to: range.upperBound)
        }
        return nil
    }

    private func value(from start: Int, to end: Int) -> [UInt8] {
        guard start < end else { return [] }
        var inner = start..<end
        let quote = bytes[start]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let close = bytes[(start + 1)..<end].firstIndex(of: quote) ?? end
            inner = (start + 1)..<close
        } else {
            inner = start..<(bytes[start..<end].firstIndex { $0 <= 0x20 } ?? end)
        }
        var out: [UInt8] = []
        var decoder = HTMLCharacters(inner)
        while let unit = decoder.next(bytes) {
            switch unit {
            case .space, .newline: out.append(UInt8(ascii: " "))
            case .byte(let byte): out.append(byte)
            case .characters(let characters): out += characters
            }
        }
        return out
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
