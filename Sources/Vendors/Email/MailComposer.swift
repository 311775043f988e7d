public import Events
import Formats

/// Puts a mail into the form of RFC 5322 and MIME. The same mail and time give the same bytes.
public enum MailComposer {
    /// The mail's bytes, or why it cannot be sent at all.
    public static func call(_ mail: OutgoingMail, date: Instant) -> Result<MailCall, MailDefect> {
        guard let from = MailAddress(mail.from) else {
            return .failure(MailDefect("'\(mail.from)' is no address to send from; see [MAIL] From and RMM_EmailFrom"))
        }
        var to: [MailAddress] = []
        for text in mail.to {
            guard let address = MailAddress(text) else { return .failure(MailDefect("'\(text)' is no address")) }
            to.append(address)
        }
        guard !to.isEmpty else { return .failure(MailDefect("the mail has no recipient")) }
        var out = MailHeader.line("From", addresses: [from])
        out += MailHeader.line("To", addresses: to)
        out += MailHeader.line("Subject", text: mail.subject)
        out += "Date: \(MailDate.text(date))\r\n"
        out += "Message-ID: <\(messageID(mail.id, from))>\r\n"
        // Nobody's out-of-office answer comes back to us, and our own intake knows the mail again.
        out += "Auto-Submitted: auto-generated\r\n"
        if let event = mail.event { out += MailHeader.line("X-ITP-Event", text: event) }
        out += "MIME-Version: 1.0\r\n"
        out += body(mail)
        return .success(MailCall(from: from.address, recipients: to.map(\.address), message: Array(out.utf8)))
    }

    /// The name of the mail in the world, made of its own and the sender's domain.
    static func messageID(_ id: String, _ from: MailAddress) -> String {
        let plain = id.utf8.map { byte -> Character in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                Character(Unicode.Scalar(byte))
            default: "-"
            }
        }
        return "\(String(plain)).itp@\(from.domain)"
    }

    private static func body(_ mail: OutgoingMail) -> String {
        guard !mail.attachments.isEmpty else { return textPart(mail.text) }
        // No encoding that follows can make `=_` at the start of a line.
        let boundary = "=_itp_" + mail.id.filter { $0.isLetter || $0.isNumber }.prefix(40)
        var out = "Content-Type: multipart/mixed; boundary=\"\(boundary)\"\r\n\r\n"
        out += "--\(boundary)\r\n" + textPart(mail.text) + "\r\n"
        for file in mail.attachments {
            let isType =
                file.type.split(separator: "/").count == 2 && !file.type.utf8.contains { $0 <= 0x20 || $0 > 0x7E }
            out += "--\(boundary)\r\nContent-Type: \(isType ? file.type : "application/octet-stream")\r\n"
            out += "Content-Disposition: attachment" + MailHeader.parameter("filename", file.name) + "\r\n"
            out += "Content-Transfer-Encoding: base64\r\n\r\n" + base64(file.bytes) + "\r\n"
        }
        return out + "--\(boundary)--\r\n"
    }

    /// Text in UTF-8: quoted-printable, or base64 where most of it is not ASCII.
    private static func textPart(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let others = bytes.count { $0 >= 0x80 }
        let head = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
        if others * 3 > bytes.count {
            let crlf = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(
                separator: "\r\n")
            return head + "base64\r\n\r\n" + base64(Array(crlf.utf8))
        }
        return head + "quoted-printable\r\n\r\n" + QuotedPrintable.encode(text)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let text = Base64.encode(bytes)
        var out = ""
        var rest = text[...]
        while !rest.isEmpty {
            let line = rest.prefix(76)
            out += line
            out += "\r\n"
            rest = rest.dropFirst(line.count)
        }
        return out
    }
}

/// Why a mail cannot be sent, by itself.
public struct MailDefect: Error, Sendable, Equatable {
    /// The sentence.
    public var what: String

    init(_ what: String) { self.what = what }
}

/// RFC 2045's quoted-printable for text.
enum QuotedPrintable {
    private static let lineLength = 75

    /// The text with every line as short as mail wants it; lines end with CR LF, the last one too.
    static func encode(_ text: String) -> String {
        var out: [UInt8] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            encode(Array(line.utf8), into: &out)
            out += [0x0D, 0x0A]
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func encode(_ line: [UInt8], into out: inout [UInt8]) {
        var length = 0
        for (index, byte) in line.enumerated() {
            let isLast = index + 1 == line.count
            let isBlank = byte == 0x20 || byte == 0x09
            let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || isBlank && !isLast
            // A dot or "From " at the start of a line is what some servers change.
            let isTender =
                length == 0 && (byte == UInt8(ascii: ".") || line[index...].starts(with: Array("From ".utf8)))
            let width = isPlain && !isTender ? 1 : 3
            if length + width > lineLength {
                out += Array("=\r\n".utf8)
                length = 0
            }
            if width == 1 {
                out.append(byte)
            } else {
                out += Array("=\(hex(byte).uppercased())".utf8)
            }
            length += width
        }
    }
}
