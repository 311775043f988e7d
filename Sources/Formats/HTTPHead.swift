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
        var count: Int { Int(end - start) }
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

    /// What was read. Behind one reference, because a head passes through many hands.
    final class Content: Sendable {
        let bytes: [UInt8]
        let method: Slice
        let target: Slice
        let fields: [Field]
        /// A bit for each length that a header's name has: most of those asked for are told from it not to be there.
        let nameLengths: UInt64
        let minorVersion: Int
        let framing: Framing
        let keepsAlive: Bool
        let expectsContinue: Bool
        /// Asked with each request.
        let asksForHead: Bool

        init(
            bytes: [UInt8], method: Slice, target: Slice, fields: [Field], minorVersion: Int, framing: Framing,
            keepsAlive: Bool, expectsContinue: Bool
        ) {
            self.bytes = bytes
            self.method = method
            self.target = target
            self.fields = fields
            self.minorVersion = minorVersion
            self.framing = framing
            self.keepsAlive = keepsAlive
            self.expectsContinue = expectsContinue
            var lengths: UInt64 = 0
            for field in fields { lengths |= HTTPHead.bit(ofLength: field.name.count) }
            nameLengths = lengths
            asksForHead = bytes[method.range].elementsEqual("HEAD".utf8)
        }
    }

    let content: Content

    /// A bit for the length of a name: a set of names is told apart by it before any of them is looked at. Long names share one.
    @inlinable public static func bit(ofLength length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }

    /// Whether both were written alike.
    public static func == (one: HTTPHead, other: HTTPHead) -> Bool {
        let (left, right) = (one.content, other.content)
        return left === right
            || left.bytes == right.bytes && left.method == right.method && left.target == right.target
                && left.fields == right.fields && left.minorVersion == right.minorVersion
                && left.framing == right.framing && left.keepsAlive == right.keepsAlive
                && left.expectsContinue == right.expectsContinue
    }

    /// The minor number of the version: 0 for HTTP/1.0, 1 for HTTP/1.1.
    public var minorVersion: Int { content.minorVersion }

    /// How the end of the body is told.
    public var framing: Framing { content.framing }

    /// Whether the sender means to send another request on this connection.
    public var keepsAlive: Bool { content.keepsAlive }

    /// Whether the sender waits for `100 Continue` before it sends the body.
    public var expectsContinue: Bool { content.expectsContinue }

    /// Whether the method is HEAD: the answer is to have no body.
    public var asksForHead: Bool { content.asksForHead }
}

extension HTTPHead {
    /// How many bytes the head took up, from the first one that was read to the end of the empty line.
    public var byteCount: Int { content.bytes.count }

    /// Whether these bytes begin with just this head. All of them are looked at, whatever differs: a head holds secrets.
    public func isBeginning(of bytes: Span<UInt8>) -> Bool {
        let own = content.bytes
        guard bytes.count >= own.count else { return false }
        let known = own.span
        var others: UInt64 = 0
        known.withUnsafeBytes { known in
            bytes.withUnsafeBytes { bytes in
                // Never beyond what is known: there are at least as many others.
                let whole = known.count & ~7
                for at in stride(from: 0, to: whole, by: 8) {
                    others |=
                        known.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                        ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                }
                for at in whole..<known.count { others |= UInt64(known[at] ^ bytes[at]) }
            }
        }
        return others == 0
    }

    /// The method as it was written, for instance `POST`.
    public var method: String { text(content.method.range) }

    /// The target as it was written, for instance `/v1/alerts?x=1`.
    public var rawTarget: String { text(content.target.range) }

    /// The target, taken apart.
    public var target: HTTPTarget { HTTPTarget(content.bytes[content.target.range]) }

    /// Whether the method is this one; methods are case-sensitive.
    public func hasMethod(_ method: String) -> Bool { isWritten(content.method, method) }

    /// Whether the target is this one, byte by byte; no percent-encoding is resolved.
    public func hasTarget(_ target: String) -> Bool { isWritten(content.target, target) }

    /// What follows these bytes in the target, as it was written; nil where the target begins otherwise.
    public func targetTail(after prefix: [UInt8]) -> ArraySlice<UInt8>? {
        let target = content.target.range
        guard target.count >= prefix.count else { return nil }
        let bytes = content.bytes
        let written = bytes.span.extracting(target)
        for index in prefix.indices where written[index] != prefix[index] { return nil }
        return bytes[target.lowerBound + prefix.count..<target.upperBound]
    }

    /// The query as it was written; empty where there is none.
    public var rawQuery: String {
        let bytes = content.bytes
        let written = bytes.span.extracting(content.target.range)
        for at in written.indices where written[at] == UInt8(ascii: "?") { return target.rawQuery }
        return ""
    }

    /// Calls `body` with the name and the number of each header, in their order, without making texts of them.
    public func forEachName(_ body: (Span<UInt8>, Int) -> Void) {
        let bytes = content.bytes
        let all = bytes.span
        for index in content.fields.indices { body(all.extracting(content.fields[index].name.range), index) }
    }

    /// The value of the header of that number.
    public func value(at index: Int) -> String { text(content.fields[index].value.range) }

    /// Whether the first header of that name has this value, byte by byte.
    public func hasValue(of name: String, _ value: String) -> Bool {
        field(name).map { isWritten($0.value, value) } ?? false
    }

    /// How many headers there are.
    public var headerCount: Int { content.fields.count }

    /// All headers in their order; the names as they were written.
    public var headers: [(name: String, value: String)] {
        content.fields.map { (text($0.name.range), text($0.value.range)) }
    }

    /// The first header of that name, in upper or lower case; nil where there is none.
    public func value(of name: String) -> String? { field(name).map { text($0.value.range) } }

    /// Every header of that name, in upper or lower case.
    public func values(of name: String) -> [String] {
        content.fields.filter { isName($0.name, name) }.map { text($0.value.range) }
    }

    /// The bytes of the first header of that name; without making a text of them.
    public func valueBytes(of name: String) -> ArraySlice<UInt8>? { field(name).map { content.bytes[$0.value.range] } }

    /// The first header of that name.
    private func field(_ name: String) -> Field? {
        guard content.nameLengths & HTTPHead.bit(ofLength: name.utf8.count) != 0 else { return nil }
        for index in content.fields.indices where isName(content.fields[index].name, name) {
            return content.fields[index]
        }
        return nil
    }

    /// Whether a header's name is this one, in upper or lower case.
    private func isName(_ slice: Slice, _ name: String) -> Bool {
        let name = name.utf8.span
        guard slice.count == name.count else { return false }
        let bytes = content.bytes
        let written = bytes.span.extracting(slice.range)
        for index in name.indices where written[index] != name[index] {
            if lowercased(written[index]) != lowercased(name[index]) { return false }
        }
        return true
    }

    /// Whether a piece is this text, byte by byte.
    private func isWritten(_ slice: Slice, _ text: String) -> Bool {
        let text = text.utf8.span
        guard slice.count == text.count else { return false }
        let bytes = content.bytes
        let written = bytes.span.extracting(slice.range)
        for index in text.indices where written[index] != text[index] { return false }
        return true
    }

    /// Bytes that are not UTF-8 are replaced: the text is for reading, `valueBytes` for checking signatures.
    private func text(_ range: Range<Int>) -> String { String(decoding: content.bytes[range], as: UTF8.self) }
}
