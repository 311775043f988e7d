import CGMime
import Formats
import Glibc

/// Text in the character set that a mail names.
enum CharacterSet {
    /// The text in UTF-8; bytes that mean nothing in that set become U+FFFD, and where the set is not known (`X-UNKNOWN`)
    /// it is guessed.
    static func text(_ bytes: [UInt8], charset: String) -> String {
        let name = charset.lowercased()
        // A label of ASCII or UTF-8 on bytes that are none says nothing.
        if name.isEmpty || name == "utf-8" || name == "us-ascii" || name == "utf8" || name == "ascii" {
            return MailText.guessed(bytes)
        }
        // What is called Latin-1 is Windows-1252, as every mail reader takes it.
        let known = ["iso-8859-1", "latin1", "iso8859-1"].contains(name) ? "windows-1252" : name
        return converted(bytes, from: known) ?? MailText.guessed(bytes)
    }

    /// The conversion of libc; nil where it does not know the set.
    private static func converted(_ bytes: [UInt8], from charset: String) -> String? {
        let name = unsafe g_mime_charset_iconv_name(charset).map { unsafe String(cString: $0) } ?? charset
        let handle = unsafe iconv_open("UTF-8", name)
        // iconv_open answers with (iconv_t)-1, which Swift does not import.
        guard let handle = unsafe handle, Int(bitPattern: handle) != -1 else { return nil }
        defer { unsafe iconv_close(handle) }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 2)
        var input = bytes.map { CChar(bitPattern: $0) }
        unsafe input.withUnsafeMutableBufferPointer { buffer in
            unsafe convert(handle, buffer, into: &out)
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let pieceBytes = 4096
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    private static func convert(
        _ handle: iconv_t, _ input: UnsafeMutableBufferPointer<CChar>, into out: inout [UInt8]
    ) {
        var source = input.baseAddress
        var left = input.count
        while left > 0 {
            let before = left
            var isBad = false
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: pieceBytes) { buffer, count in
                unsafe buffer.withMemoryRebound(to: CChar.self) { chars in
                    var target = chars.baseAddress
                    var room = pieceBytes
                    let result = unsafe iconv(handle, &source, &left, &target, &room)
                    isBad = result == -1 && errno != E2BIG
                    count = pieceBytes - room
                }
            }
            out += piece
            // One byte is passed over, and the rest is tried.
            if isBad || left == before, left > 0 {
                out += replacement
                unsafe source = unsafe source?.successor()
                left -= 1
            }
        }
    }
}
