/// Reads the characters of HTML text, entities undone.
struct HTMLCharacters {
    enum Unit: Equatable {
        case space
        case newline
        case byte(UInt8)
        /// What an entity stands for.
        case characters([UInt8])
    }

    private var at: Int
    private let end: Int
    /// Names are short; what runs longer is no entity.
    private static let longestEntity = 12

    init(_ range: Range<Int>) {
        at = range.lowerBound
        end = range.upperBound
    }

    /// The next character or a byte of it; nil at the end.
    mutating func next(_ bytes: [UInt8]) -> Unit? {
        guard at < end else { return nil }
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\n"): return .newline
        case 0...0x20: return .space
        case UInt8(ascii: "&"):
            guard let (unit, length) = entity(bytes) else { return .byte(byte) }
            at += length
            return unit
        // The no-break space, as UTF-8 has it, is a blank to readers and patterns.
        case 0xC2 where at < end && bytes[at] == 0xA0:
            at += 1
            return .space
        default: return .byte(byte)
        }
    }

    /// What the entity behind the `&` stands for, and its length.
    private func entity(_ bytes: [UInt8]) -> (Unit, Int)? {
        let stop = min(end, at + HTMLCharacters.longestEntity)
        guard let semicolon = bytes[at..<stop].firstIndex(of: UInt8(ascii: ";")), semicolon > at else { return nil }
        let name = String(decoding: bytes[at..<semicolon], as: UTF8.self)
        let length = semicolon + 1 - at
        if name == "nbsp" || name == "#160" || name.lowercased() == "#xa0" { return (.space, length) }
        if name.hasPrefix("#") {
            guard let scalar = HTMLCharacters.numbered(name.dropFirst()) else { return nil }
            return (.characters(Array(String(Character(scalar)).utf8)), length)
        }
        guard let text = HTMLCharacters.named[name] else { return nil }
        return (.characters(Array(text.utf8)), length)
    }

    private static func numbered(_ digits: Substring) -> Unicode.Scalar? {
        let isHex = digits.first == "x" || digits.first == "X"
        guard let value = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits) else { return nil }
        // Control characters, zero among them, have no business in a text.
        guard value >= 0x20 || value == 9 || value == 10 || value == 13 else { return nil }
        // Numbers of this range mean Windows-1252, as every browser takes them.
        if (0x80...0x9F).contains(value) { return INIDocument.decode1252([UInt8(value)]).unicodeScalars.first }
        return Unicode.Scalar(value)
    }

    private static let named: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "ndash": "–", "mdash": "—", "hellip": "…",
        "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "laquo": "«", "raquo": "»", "bull": "•",
        "middot": "·", "copy": "©", "reg": "®", "trade": "™", "deg": "°", "euro": "€", "pound": "£", "yen": "¥",
        "cent": "¢", "sect": "§", "para": "¶", "micro": "µ", "plusmn": "±", "times": "×", "divide": "÷",
        "frac12": "½", "frac14": "¼", "sup2": "²", "sup3": "³", "larr": "←", "rarr": "→", "uarr": "↑", "darr": "↓",
        "check": "✓", "ensp": " ", "emsp": " ", "thinsp": " ", "zwnj": "", "zwj": "", "shy": "", "auml": "ä",
        "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "eacute": "é",
        "egrave": "è", "ecirc": "ê", "agrave": "à", "aacute": "á", "acirc": "â", "ccedil": "ç", "ntilde": "ñ",
        "oacute": "ó", "ocirc": "ô", "iacute": "í", "icirc": "î", "uacute": "ú", "ugrave": "ù", "ucirc": "û",
        "aring": "å", "Aring": "Å", "aelig": "æ", "AElig": "Æ", "oslash": "ø", "Oslash": "Ø",
    ]
}
