import Glibc

/// A source with comments and the contents of strings blanked out, so that a word in them is no call. Line ends stay, so
/// that lines keep their numbers.
func codeOnly(_ text: String) -> [UInt8] {
    var scanner = SourceScanner(Array(text.utf8))
    scanner.scanCode(untilParenthesis: false)
    return scanner.bytes
}

private struct SourceScanner {
    var bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Code up to the end, or in an interpolation up to the parenthesis that closes it.
    mutating func scanCode(untilParenthesis: Bool) {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "/") where starts("//"):
                while position < bytes.count, bytes[position] != 0x0A { blank() }
            case UInt8(ascii: "/") where starts("/*"): blankBlockComment()
            case UInt8(ascii: "\""): scanString()
            case UInt8(ascii: "#") where starts("#\"") || starts("##\""): scanString()
            case UInt8(ascii: "("):
                depth += 1
                position += 1
            case UInt8(ascii: ")"):
                if untilParenthesis, depth == 0 { return }
                depth -= 1
                position += 1
            default: position += 1
            }
        }
    }

    private func starts(_ text: StaticString) -> Bool {
        let wanted = Array("\(text)".utf8)
        return bytes[position...].starts(with: wanted)
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] != 0x0A { bytes[position] = 0x20 }
            position += 1
        }
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                blank(2)
            } else if starts("*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && position < bytes.count
    }

    private mutating func scanString() {
        let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        position += hashes
        let pounds = [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
        let quotes = Array((starts("\"\"\"") ? "\"\"\"" : "\"").utf8)
        position += quotes.count
        while position < bytes.count {
            // Most bytes of a string are neither its end nor an escape.
            guard
                bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "\\")
                    || bytes[position] == 0x0A
            else {
                blank()
                continue
            }
            let rest = bytes[position...]
            if rest.starts(with: quotes + pounds) {
                position += quotes.count + hashes
                return
            }
            if quotes.count == 1, bytes[position] == 0x0A { return }
            if rest.starts(with: Array("\\".utf8) + pounds + Array("(".utf8)) {
                blank(hashes + 1)
                position += 1
                scanCode(untilParenthesis: true)
                position += 1
            } else if rest.starts(with: Array("\\".utf8) + pounds) {
                blank(hashes + 2)
            } else {
                blank()
            }
        }
    }
}

/// Where a text stands in code: the offsets at which it begins, where no letter, digit or `_` goes before it (and, if it
/// ends in one, none follows).
func occurrences(of text: String, in code: [UInt8]) -> [Int] {
    let wanted = Array(text.utf8)
    guard let first = wanted.first, let last = wanted.last else { return [] }
    var found: [Int] = []
    var next = 0
    while let offset = position(of: wanted, in: code, from: next) {
        next = offset + 1
        let end = offset + wanted.count
        if offset > 0, isWord(first), isWord(code[offset - 1]) { continue }
        if end < code.count, isWord(last), isWord(code[end]) { continue }
        found.append(offset)
    }
    return found
}

/// glibc looks for the first byte: a loop over every byte for every word would take minutes in a debug build.
private func position(of wanted: [UInt8], in code: [UInt8], from start: Int) -> Int? {
    code.withUnsafeBytes { buffer in
        guard let base = buffer.baseAddress, let first = wanted.first else { return nil }
        var offset = start
        while offset + wanted.count <= buffer.count,
            let hit = memchr(base + offset, Int32(first), buffer.count - offset - wanted.count + 1)
        {
            offset = UnsafeRawPointer(hit) - base
            if memcmp(hit, wanted, wanted.count) == 0 { return offset }
            offset += 1
        }
        return nil
    }
}

/// Whether a byte may be part of a Swift name.
func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
        true
    default: false
    }
}

/// The number, from 1, of the line in which an offset lies.
func line(of offset: Int, in code: [UInt8]) -> Int {
    1 + code[..<offset].count { $0 == 0x0A }
}
