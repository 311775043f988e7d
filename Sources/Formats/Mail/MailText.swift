/// Text of mails whose labels cannot be trusted.
public enum MailText {
    /// UTF-8 where the bytes are that, else Windows-1252, which has a character for every byte.
    public static func guessed(_ bytes: some Collection<UInt8>) -> String { INIDocument.decode(Array(bytes)) }

    /// Line ends as `\n`, no other control characters but tabs, no blanks at the ends of lines, at most one empty line.
    public static func tidied(_ text: String, limit: Int) -> String {
        var out: [UInt8] = []
        var newlines = 0
        var blanks = 0
        var last: UInt8 = 0
        for byte in text.utf8 {
            defer { last = byte }
            switch byte {
            case 0x0A where last == 0x0D: break
            case 0x0A, 0x0D:
                newlines += 1
                blanks = 0
            case 0x20, 0x09: blanks += 1
            case 0..<0x20, 0x7F: break
            default:
                if !out.isEmpty { for _ in 0..<min(newlines, 2) { out.append(0x0A) } }
                if blanks > 0, !out.isEmpty || newlines == 0 {
                    out += last == 0x09 && blanks == 1 ? [0x09] : Array(repeating: 0x20, count: min(blanks, 64))
                }
                newlines = 0
                blanks = 0
                out.append(byte)
                if out.count >= limit { return shortened(out) }
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The bytes as text, without a character that was cut in two.
    private static func shortened(_ bytes: [UInt8]) -> String {
        var end = bytes.count
        while end > 0, bytes[end - 1] & 0xC0 == 0x80 { end -= 1 }
        if end > 0, bytes[end - 1] >= 0xC0 { end -= 1 }
        // Of a text that ended whole, this takes the last character away, which is why it says so.
        return String(decoding: bytes[..<end], as: UTF8.self) + "…"
    }
}
