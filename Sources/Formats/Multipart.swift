/// A body of `multipart/form-data`: its parts as bytes, each with its own character set.
public struct Multipart: Sendable {
    /// Parts of one body; more are refused.
    public static let partsLimit = 1000
    /// Bytes of the headers of one part.
    public static let headerLimit = 16 << 10

    /// One part.
    public struct Part: Sendable {
        /// The field's name.
        public var name: String
        /// The file's name, where it is a file.
        public var filename: String?
        /// The `Content-Type` as it was written; empty where there is none.
        public var type: String
        /// What stands in it.
        public var bytes: [UInt8]

        /// The value as text, by the part's own character set.
        public var text: String { Charset.text(bytes, charset: parameter("charset", in: type) ?? "utf-8") }
    }

    /// The parts in their order.
    public var parts: [Part] = []

    /// Reads a body; nil where the boundary is missing or the body does not begin with it. A missing end is forgiven.
    public init?(_ body: [UInt8], contentType: String) {
        guard let boundary = parameter("boundary", in: contentType), !boundary.isEmpty, boundary.utf8.count <= 200
        else {
            return nil
        }
        let delimiter = Array("--\(boundary)".utf8)
        guard var at = Multipart.find(delimiter, in: body, from: 0) else { return nil }
        while true {
            at += delimiter.count
            if body[at...].starts(with: "--".utf8) { return }
            guard let start = Multipart.find([0x0A], in: body, from: at) else { return }
            let next = Multipart.find([0x0A] + delimiter, in: body, from: start)
            var end = next ?? body.count
            if next != nil, end > start + 1, body[end - 1] == 0x0D { end -= 1 }
            guard parts.count < Multipart.partsLimit else { return nil }
            if let part = Multipart.part(body[(start + 1)..<max(end, start + 1)]) { parts.append(part) }
            guard let next else { return }
            at = next + 1
        }
    }

    private static func part(_ bytes: ArraySlice<UInt8>) -> Part? {
        var disposition = ""
        var type = ""
        var at = bytes.startIndex
        while let end = bytes[at...].prefix(headerLimit).firstIndex(of: 0x0A) {
            let line = String(decoding: bytes[at..<end], as: UTF8.self).trimmed
            at = end + 1
            if line.isEmpty { break }
            let parts = line.split(separator: ":", maxSplits: 1).map(\.trimmed)
            guard parts.count == 2 else { continue }
            if parts[0].equalsIgnoringCase("Content-Disposition") { disposition = parts[1] }
            if parts[0].equalsIgnoringCase("Content-Type") { type = parts[1] }
        }
        guard let name = parameter("name", in: disposition) else { return nil }
        return Part(
            name: name, filename: parameter("filename", in: disposition), type: type, bytes: Array(bytes[at...]))
    }

    private static func find(_ wanted: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        guard let first = wanted.first, body.count >= wanted.count else { return nil }
        var at = start
        while at <= body.count - wanted.count {
            if body[at] == first, body[at..<at + wanted.count].elementsEqual(wanted) { return at }
            at += 1
        }
        return nil
    }
}

/// A parameter of a header's value, as `boundary` of `multipart/form-data; boundary="x"`; nil where it does not stand there.
public func parameter(_ name: String, in header: String) -> String? {
    var rest = header[...].drop { $0 != ";" }.dropFirst()
    while !rest.isEmpty {
        let key = rest.prefix { $0 != "=" && $0 != ";" }
        rest = rest.dropFirst(key.count)
        var value = ""
        if rest.first == "=" {
            rest = rest.dropFirst()
            if rest.first == "\"" {
                rest = rest.dropFirst()
                let inner = rest.prefix { $0 != "\"" }
                value = String(inner)
                rest = rest.dropFirst(inner.count + 1).drop { $0 != ";" }
            } else {
                let plain = rest.prefix { $0 != ";" }
                value = plain.trimmed
                rest = rest.dropFirst(plain.count)
            }
        }
        rest = rest.dropFirst()
        if key.trimmed.equalsIgnoringCase(name) { return value }
    }
    return nil
}
