import Events
import Formats

/// One line before it is put into bytes.
struct LogLine {
    var time: Instant
    var level: LogLevel
    var message: String
    var fields: [Log.Field]

    /// The line with its line end: whole where it fits, else with every text cut ever shorter, at last without fields.
    func bytes(_ form: Log.Form) -> [UInt8] {
        for limit in [Log.maxLineBytes, 1024, 256, 64] {
            let line = render(form, limit)
            if line.count <= Log.maxLineBytes { return line }
        }
        var short = self
        short.fields = []
        return short.render(form, 256)
    }

    private func render(_ form: Log.Form, _ limit: Int) -> [UInt8] {
        switch form {
        case .json: renderJSON(limit)
        case .text: renderText(limit)
        }
    }

    private func renderJSON(_ limit: Int) -> [UInt8] {
        var members: [(String, JSON)] = [
            ("time", .string("\(time)")), ("level", .string(level.rawValue)),
            ("message", .string(LogLine.cut(message, limit))),
        ]
        for (name, value) in fields { members.append((name, .string(LogLine.cut(value, limit)))) }
        var line = JSON.members(members).bytes
        line.append(0x0A)
        return line
    }

    private func renderText(_ limit: Int) -> [UInt8] {
        let word = level.rawValue.uppercased()
        var line = "\(time) \(word)\(String(repeating: " ", count: max(0, 7 - word.count))) "
        line += LogLine.harmless(LogLine.cut(message, limit))
        for (name, value) in fields {
            let text = LogLine.harmless(LogLine.cut(value, limit))
            let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && !"\"=".utf8.contains($0) }
            line +=
                " \(name)=\(isPlain ? text : "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\"")"
        }
        return Array(line.utf8) + [0x0A]
    }

    /// At most that many bytes of a text, whole characters, with a mark where something is missing.
    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            if count > limit { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }

    /// The text with everything escaped that ends a line, steers a terminal or turns the direction of writing.
    static func harmless(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: out.append(contentsOf: "\\n".unicodeScalars)
            case 0x0D: out.append(contentsOf: "\\r".unicodeScalars)
            case 0x09: out.append(contentsOf: "\\t".unicodeScalars)
            case 0x5C: out.append(contentsOf: "\\\\".unicodeScalars)
            case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                out.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: out.append(scalar)
            }
        }
        return String(out)
    }
}
