import CGMime
public import Formats

/// Reads mail with GMime. It has no state: any number of threads may use it.
public struct GMimeReader: MessageReader {
    /// A reader.
    public init() { _ = GMimeReader.hasLibrary }

    private static let hasLibrary: Bool = {
        g_mime_init()
        return true
    }()

    /// Bytes of a mail that could not be made out at all, as its text.
    private static let rawTextBytes = 64 << 10

    /// The addresses of a header's value; see the protocol.
    public func addresses(_ text: String) -> [MailMessage.Address] {
        GMimeWalk.addresses([String(decoding: text.utf8.prefix(MailLimits.headerValueBytes), as: UTF8.self)])
    }

    /// Text in a character set; see the protocol.
    public func text(_ bytes: [UInt8], charset: String) -> String {
        CharacterSet.text(Array(bytes.prefix(MailLimits.htmlBytes)), charset: charset)
    }

    /// Reads a mail; see the protocol.
    public func read(_ bytes: [UInt8]) -> MailMessage {
        let bounded = MailShape.bounded(bytes)
        var walk = GMimeWalk()
        walk.message.remarks = bounded.remarks
        unsafe bounded.bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress, let parsed = unsafe itp_gmime_parse(start, buffer.count) else {
                return walk.message.remarks.append("the mail could not be read as one")
            }
            unsafe walk.take(parsed)
            unsafe itp_gmime_release(UnsafeMutableRawPointer(parsed))
        }
        var message = walk.finished()
        if message.subject.isEmpty, message.text.isEmpty {
            let raw = MailText.guessed(bounded.bytes.prefix(GMimeReader.rawTextBytes))
            message.text = MailText.tidied(raw, limit: MailLimits.textBytes)
            message.remarks.append("neither a subject nor a text was found; the text is the mail as it came")
        }
        return message
    }
}
