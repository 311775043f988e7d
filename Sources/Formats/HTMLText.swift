/// HTML as text that can be read: tags gone, lines where blocks end, cells of a table in their order.
public enum HTMLText {
    private static let blocks: Set<String> = [
        "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre",
    ]

    /// The text of some HTML. Nothing is refused: what is no tag stays as it is.
    public static func text(_ html: String) -> String {
        var out: [UInt8] = []
        let bytes = Array(html.utf8)
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "<"), let end = bytes[at...].firstIndex(of: UInt8(ascii: ">")) {
                let tag = String(decoding: bytes[at + 1..<end], as: UTF8.self).lowercased()
                let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
                if tag.hasPrefix("style") || tag.hasPrefix("script") {
                    at = close(of: String(name), in: bytes, from: end)
                    continue
                }
                if blocks.contains(String(name)), out.last != 0x0A { out.append(0x0A) }
                if name == "td" || name == "th", !tag.hasPrefix("/") { out.append(0x20) }
                at = end + 1
            } else if byte == UInt8(ascii: "&"), let (scalar, next) = entity(bytes, at) {
                out += Array(String(Character(scalar)).utf8)
                at = next
            } else {
                out.append(byte == 0x0A || byte == 0x0D || byte == 0x09 ? 0x20 : byte)
                at += 1
            }
        }
        return tidied(String(decoding: out, as: UTF8.self))
    }

    private static func close(of name: String, in bytes: [UInt8], from start: Int) -> Int {
        let wanted = Array("</\(name)".utf8)
        var at = start
        while at + wanted.count <= bytes.count {
            if bytes[at] == wanted[0], bytes[at..<at + wanted.count].map({ lowercased($0) }) == wanted { return at }
            at += 1
        }
        return bytes.count
    }

    private static func entity(_ bytes: [UInt8], _ at: Int) -> (Unicode.Scalar, Int)? {
        guard let end = bytes[at...].prefix(10).firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: bytes[at + 1..<end], as: UTF8.self)
        let names: [String: Unicode.Scalar] = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "ndash": "–", "mdash": "—",
        ]
        if let scalar = names[name] { return (scalar, end + 1) }
        guard name.hasPrefix("#") else { return nil }
        let isHex = name.hasPrefix("#x") || name.hasPrefix("#X")
        guard let number = UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10), number >= 0x20,
            let scalar = Unicode.Scalar(number)
        else { return nil }
        return (scalar, end + 1)
    }

    private static func tidied(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let words = line.split(separator: " ").joined(separator: " ")
            if words.isEmpty, lines.last?.isEmpty ?? true { continue }
            lines.append(words)
        }
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
