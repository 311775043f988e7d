import Formats

/// Header lines of mail: RFC 5322 lines, RFC 2047 words, RFC 2231 names.
enum MailHeader {
    /// A line of at most this many characters is asked for by RFC 5322.
    private static let lineLength = 76
    /// Bytes of text in one encoded word: 45 make 60 letters of base64, with its frame less than 75.
    private static let wordBytes = 45

    /// A header with free text. Whatever the text holds, it stays one header: line ends and control characters are blanks.
    static func line(_ name: String, text: String) -> String {
        let words = clean(text).split(separator: " ").map(String.init)
        let isPlain = words.allSatisfy { word in
            word.utf8.count < 200 && word.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !word.contains("=?")
        }
        return folded(name, isPlain ? words : encodedWords(words.joined(separator: " ")))
    }

    /// A header with addresses.
    static func line(_ name: String, addresses: [MailAddress]) -> String {
        var pieces: [String] = []
        for (index, address) in addresses.enumerated() {
            let comma = index + 1 < addresses.count ? "," : ""
            if address.name.isEmpty {
                pieces.append(address.address + comma)
            } else {
                pieces += phrase(address.name)
                pieces.append("<\(address.address)>\(comma)")
            }
        }
        return folded(name, pieces)
    }

    /// A parameter `; name=value`, as RFC 2231 has it where the value is not plain.
    static func parameter(_ name: String, _ value: String) -> String {
        let value = clean(value)
        let isPlain = value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        guard !isPlain else { return ";\r\n \(name)=\"\(value)\"" }
        var encoded = ""
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default: encoded += "%" + hex(byte).uppercased()
            }
        }
        return ";\r\n \(name)*=utf-8''\(encoded)"
    }

    private static func clean(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
                ? " " : scalar
        }
        var out = String.UnicodeScalarView()
        out.append(contentsOf: scalars)
        return String(out)
    }

    private static func phrase(_ name: String) -> [String] {
        let name = clean(name)
        let isPlain =
            name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C } && !name.contains("=?")
        return isPlain ? ["\"\(name)\""] : encodedWords(name)
    }

    /// `=?utf-8?B?…?=` words, none of which ends within a character, and none but the last with padding if it can be
    /// helped: some readers lose what follows it.
    private static func encodedWords(_ text: String) -> [String] {
        var words: [String] = []
        var piece: [UInt8] = []
        var unpadded = 0
        for scalar in text.unicodeScalars {
            let bytes = Array(String(Character(scalar)).utf8)
            if piece.count + bytes.count > wordBytes {
                let end = unpadded > 0 ? unpadded : piece.count
                words.append("=?utf-8?B?\(Base64.encode(piece[..<end]))?=")
                piece.removeFirst(end)
                unpadded = 0
            }
            piece += bytes
            if piece.count.isMultiple(of: 3) { unpadded = piece.count }
        }
        if !piece.isEmpty { words.append("=?utf-8?B?\(Base64.encode(piece))?=") }
        return words
    }

    private static func folded(_ name: String, _ words: [String]) -> String {
        var out = name + ":"
        var length = out.utf8.count
        for (index, word) in words.enumerated() {
            // The first word stays beside the name: some servers take an empty first line for an empty header.
            if index > 0, length + 1 + word.utf8.count > lineLength {
                out += "\r\n"
                length = 0
            }
            out += " " + word
            length += 1 + word.utf8.count
        }
        return out + "\r\n"
    }
}
