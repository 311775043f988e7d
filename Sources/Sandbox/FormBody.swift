import Formats

/// The fields of a form, whether it was sent as `application/x-www-form-urlencoded` or as `multipart/form-data`.
struct FormBody: Sendable {
    /// One part of a form.
    struct Part: Sendable {
        var name: String
        var fileName: String?
        var bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    static let maximumParts = 100

    var parts: [Part] = []

    /// The first part of that name, in any case.
    subscript(name: String) -> Part? { parts.first { $0.name.equalsIgnoringCase(name) } }

    /// Reads a request's body; nil where it is no form, or a broken one.
    init?(_ request: SandboxRequest) {
        let type = request.header("Content-Type") ?? ""
        let words = type.split(separator: ";").map(\.trimmed)
        switch words.first?.lowercased() {
        case "application/x-www-form-urlencoded":
            parts = HTTPTarget.items(of: request.body[...]).prefix(FormBody.maximumParts).map {
                Part(name: $0.name, fileName: nil, bytes: Array($0.value.utf8))
            }
        case "multipart/form-data":
            guard let word = words.dropFirst().first(where: { $0.lowercased().hasPrefix("boundary=") }) else {
                return nil
            }
            let boundary = FormBody.unquoted(word.dropFirst(9))
            guard !boundary.isEmpty, let read = FormBody.parts(of: request.body, boundary) else { return nil }
            parts = read
        default: return nil
        }
    }

    private static func parts(of body: [UInt8], _ boundary: String) -> [Part]? {
        let mark = Array("--\(boundary)".utf8)
        guard body.starts(with: mark) else { return nil }
        var rest = body[mark.count...]
        var parts: [Part] = []
        let delimiter = Array("\r\n".utf8) + mark
        while parts.count < maximumParts {
            if rest.starts(with: Array("--".utf8)) { return parts }
            guard rest.starts(with: Array("\r\n".utf8)), let end = rest.firstRange(of: delimiter) else { return nil }
            // The head may be empty, so that its blank line can begin where the boundary's own line ends.
            let part = rest[rest.startIndex..<end.lowerBound]
            guard let blank = part.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: part[..<blank.lowerBound], as: UTF8.self)
            guard let name = parameter("name", in: head) else { return nil }
            parts.append(
                Part(name: name, fileName: parameter("filename", in: head), bytes: Array(part[blank.upperBound...])))
            rest = rest[end.upperBound...]
        }
        return nil
    }

    /// A parameter of the part's `Content-Disposition`.
    private static func parameter(_ name: String, in head: String) -> String? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            for word in line.split(separator: ";").dropFirst().map(\.trimmed)
            where word.lowercased().hasPrefix(name + "=") {
                return unquoted(word.dropFirst(name.count + 1))
            }
        }
        return nil
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return String(text) }
        return String(text.dropFirst().dropLast())
    }
}
