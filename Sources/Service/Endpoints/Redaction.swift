import Formats
import Settings

/// Overwrites secrets at equal length before a request is kept: lengths and places stay what they were.
enum Redaction {
    private static let mark = UInt8(ascii: "*")

    /// The body without the secrets that its source has in it.
    static func body(_ body: [UInt8], _ source: SourceSettings) -> [UInt8] {
        var body = body
        for auth in source.auth {
            if case .body(_, let secret) = auth { overwrite(&body, secret) }
        }
        for name in source.redacted { overwriteField(&body, name) }
        return body
    }

    /// The query without its tokens.
    static func query(_ query: String, _ source: SourceSettings) -> String {
        var bytes = Array(query.utf8)
        for auth in source.auth {
            if case .query(let name, _) = auth { overwriteItem(&bytes, name) }
        }
        for name in source.redacted { overwriteItem(&bytes, name) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Every place where a secret stands: as it is, as JSON writes it, and as a form does.
    private static func overwrite(_ bytes: inout [UInt8], _ secret: String) {
        let json = Array(JSON.string(secret).compact.utf8.dropFirst().dropLast())
        let form = secret.utf8.flatMap { byte -> [UInt8] in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(lowercased(byte)) || "-_.~".utf8.contains(byte)
            return isPlain ? [byte] : Array("%\(hex(byte).uppercased())".utf8)
        }
        for written in [Array(secret.utf8), json, form] where !written.isEmpty {
            var at = 0
            while at + written.count <= bytes.count {
                if bytes[at] == written[0], bytes[at..<at + written.count].elementsEqual(written) {
                    for index in at..<at + written.count { bytes[index] = mark }
                    at += written.count
                } else {
                    at += 1
                }
            }
        }
    }

    /// The string behind `"name":` of JSON wherever it stands, and the value of a form's field.
    private static func overwriteField(_ bytes: inout [UInt8], _ name: String) {
        let quoted = Array("\"\(name)\"".utf8)
        var at = 0
        while at + quoted.count < bytes.count {
            guard bytes[at] == quoted[0], bytes[at..<at + quoted.count].elementsEqual(quoted) else {
                at += 1
                continue
            }
            at += quoted.count
            while at < bytes.count, bytes[at] == 0x20 || bytes[at] == UInt8(ascii: ":") || bytes[at] == 0x09 { at += 1 }
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { continue }
            at += 1
            while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count {
                    bytes[at] = mark
                    at += 1
                }
                bytes[at] = mark
                at += 1
            }
        }
        overwriteItem(&bytes, name)
    }

    /// The value of `name=value` between ampersands.
    private static func overwriteItem(_ bytes: inout [UInt8], _ name: String) {
        let wanted = Array("\(name)=".utf8)
        var at = 0
        while at + wanted.count <= bytes.count {
            let begins = at == 0 || bytes[at - 1] == UInt8(ascii: "&")
            guard begins, bytes[at..<at + wanted.count].elementsEqual(wanted) else {
                at += 1
                continue
            }
            at += wanted.count
            while at < bytes.count, bytes[at] != UInt8(ascii: "&") {
                bytes[at] = mark
                at += 1
            }
        }
    }
}
