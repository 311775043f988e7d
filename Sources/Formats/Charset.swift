/// Character sets of texts that are not UTF-8.
public enum Charset {
    /// A text of that character set as UTF-8. UTF-8 that is none, and sets that are not known here, are read as Windows-1252,
    /// which has a character for every byte.
    public static func text(_ bytes: [UInt8], charset: String) -> String {
        switch charset.lowercased() {
        case "iso-8859-1", "latin1", "windows-1252", "cp1252": return INIDocument.decode1252(bytes[...])
        default: return INIDocument.decode(bytes)
        }
    }

    /// The same as bytes.
    static func utf8(_ bytes: [UInt8], charset: String) -> [UInt8] {
        switch charset.lowercased() {
        case "utf-8", "utf8", "us-ascii", "ascii": bytes
        default: Array(text(bytes, charset: charset).utf8)
        }
    }
}
