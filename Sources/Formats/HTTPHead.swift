/// The head of a request, checked by `HTTPHeadParser`: one buffer of bytes and ranges over it; texts are made only
/// when somebody asks for them.
public struct HTTPHead: Sendable, Equatable {
    /// A piece of the head's bytes.
    struct Slice: Sendable, Equatable {
        var start: UInt32
        var end: UInt32

        init(_ range: Range<Int>) {
            start = UInt32(truncatingIfNeeded: range.lowerBound)
            end = UInt32(truncatingIfNeeded: range.upperBound)
        }

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    /// A header: where its name and its value stand.
    struct Field: Sendable, Equatable {
        var name: Slice
        var value: Slice
    }

    /// How the end of the body is told.
    public enum Framing: Sendable, Equatable {
        /// So many bytes; 0 where there is no body.
        case length(Int)
        /// Chunks, the last of them empty.
        case chunked
    }

    let bytes: [UInt8]
    let methodSlice: Slice
    let targetSlice: Slice
    let fields: [Field]
    /// The minor number of the version: 0 for HTTP/1.0, 1 for HTTP/1.1.
    public let minorVersion: Int
    /// How the end of the body is told.
    public let framing: Framing
    /// Whether the sender means to send another request on this connection.
    public let keepsAlive: Bool
    /// Whether the sender waits for `100 Continue` before it sends the body.
    public let expectsContinue: Bool
}

extension HTTPHead {
    /// The method as it was written, for instance `POST`.
    public var method: String { text(methodSlice.range) }

    /// The target as it was written, for instance `/v1/alerts?x=1`.
    public var rawTarget: String { text(targetSlice.range) }

    /// The target, taken apart.
    public var target: HTTPTarget { HTTPTarget(bytes[targetSlice.range]) }

    /// Whether the method is this one; methods are case-sensitive.
    public func hasMethod(_ method: String) -> Bool { bytes[methodSlice.range].elementsEqual(method.utf8) }

    /// Whether the target is this one, byte by byte; no percent-encoding is resolved.
    public func hasTarget(_ target: String) -> Bool { bytes[targetSlice.range].elementsEqual(target.utf8) }

    /// What follows these bytes in the target, as it was written; nil where the target begins otherwise.
    public func targetTail(after prefix: [UInt8]) -> ArraySlice<UInt8>? {
        let target = targetSlice.range
        guard target.count >= prefix.count else { return nil }
        for index in 0..<prefix.count where bytes[target.lowerBound + index] != prefix[index] { return nil }
        return bytes[target.lowerBound + prefix.count..<target.upperBound]
    }

    /// The query as it was written; empty where there is none.
    public var rawQuery: String {
        for at in targetSlice.range where bytes[at] == UInt8(ascii: "?") { return target.rawQuery }
        return ""
    }

    /// Calls `body` with the name and the number of each header, in their order, without making texts of them.
    public func forEachName(_ body: (Span<UInt8>, Int) -> Void) {
        let all = bytes.span
        for index in fields.indices { body(all.extracting(fields[index].name.range), index) }
    }

    /// The value of the header of that number.
    public func value(at index: Int) -> String { text(fields[index].value.range) }

    /// Whether the first header of that name has this value, byte by byte.
    public func hasValue(of name: String, _ value: String) -> Bool {
        valueBytes(of: name)?.elementsEqual(value.utf8) ?? false
    }

    /// How many headers there are.
    public var headerCount: Int { fields.count }

    /// All headers in their order; the names as they were written.
    public var headers: [(name: String, value: String)] {
        fields.map { (text($0.name.range), text($0.value.range)) }
    }

    /// The first header of that name, in upper or lower case; nil where there is none.
    public func value(of name: String) -> String? {
        for field in fields where matches(field.name, name) { return text(field.value.range) }
        return nil
    }

    /// Every header of that name, in upper or lower case.
    public func values(of name: String) -> [String] {
        fields.filter { matches($0.name, name) }.map { text($0.value.range) }
    }

    /// The bytes of the first header of that name; without making a text of them.
    public func valueBytes(of name: String) -> ArraySlice<UInt8>? {
        for field in fields where matches(field.name, name) { return bytes[field.value.range] }
        return nil
    }

    private func matches(_ slice: Slice, _ name: String) -> Bool {
        let length = name.utf8.count
        guard Int(slice.end - slice.start) == length else { return false }
        var at = Int(slice.start)
        for byte in name.utf8 {
            if lowercased(bytes[at]) != lowercased(byte) { return false }
            at += 1
        }
        return true
    }

    /// Bytes that are not UTF-8 are replaced: the text is for reading, `valueBytes` for checking signatures.
    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
