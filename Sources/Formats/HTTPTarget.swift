/// A request's target, taken apart: its path and its query, each as written and decoded.
public struct HTTPTarget: Sendable, Equatable {
    /// One `name=value` of a query; the value is empty where there is no `=`.
    public struct QueryItem: Sendable, Equatable {
        /// The name, decoded.
        public var name: String
        /// The value, decoded.
        public var value: String

        /// Makes an item from a name and a value.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    private let rawPathBytes: ArraySlice<UInt8>
    private let rawQueryBytes: ArraySlice<UInt8>

    /// Takes a target apart: `/path?query`, `http://host/path?query` or `*`.
    public init(_ target: String) { self.init(Array(target.utf8)[...]) }

    /// Takes the bytes of a target apart.
    public init(_ target: ArraySlice<UInt8>) {
        var rest = target
        let pathStart = target.withUnsafeBufferPointer { Self.pathStart(0..<$0.count, Span(_unsafeElements: $0)) }
        rest = rest.dropFirst(pathStart)
        let question = rest.firstIndex(of: UInt8(ascii: "?"))
        rawPathBytes = rest[..<(question ?? rest.endIndex)]
        rawQueryBytes = question.map { rest[($0 + 1)...] } ?? []
    }

    /// The path as it was written; `/` where an URL has none.
    public var rawPath: String { rawPathBytes.isEmpty ? "/" : String(decoding: rawPathBytes, as: UTF8.self) }

    /// The path with its percent-encoding resolved. An encoded slash cannot be told from a real one here: where that
    /// matters use `segments`.
    public var path: String {
        rawPathBytes.isEmpty ? "/" : String(decoding: percentDecoded(rawPathBytes, plusIsBlank: false), as: UTF8.self)
    }

    /// The parts of the path between its slashes, each decoded: `/v1/alerts/` has `v1`, `alerts` and an empty one.
    public var segments: [String] {
        rawPathBytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            String(decoding: percentDecoded($0, plusIsBlank: false), as: UTF8.self)
        }
    }

    /// The query as it was written, without its question mark.
    public var rawQuery: String { String(decoding: rawQueryBytes, as: UTF8.self) }

    /// The items of the query in their order; a `+` is a blank, and what is not properly encoded stays as it is.
    public var queryItems: [QueryItem] { Self.items(of: rawQueryBytes) }

    /// The items of bytes in the form of a query, as in the body of an HTML form.
    public static func items(of query: ArraySlice<UInt8>) -> [QueryItem] {
        query.split(separator: UInt8(ascii: "&")).map { item in
            let equals = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
            return QueryItem(
                String(decoding: percentDecoded(item[..<equals], plusIsBlank: true), as: UTF8.self),
                String(decoding: percentDecoded(item[equals...].dropFirst(), plusIsBlank: true), as: UTF8.self))
        }
    }
}

extension HTTPTarget {
    private static let schemes: [[UInt8]] = [Array("http://".utf8), Array("https://".utf8)]

    /// How many bytes come before the path: the scheme and the authority of an URL.
    private static func pathStart(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Int {
        guard let authority = authority(of: range, bytes) else { return 0 }
        return authority.upperBound - range.lowerBound
    }

    /// Where the authority stands in `http://authority/path`; nil for a plain path.
    static func authority(of range: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
        guard !range.isEmpty, bytes[range.lowerBound] != UInt8(ascii: "/") else { return nil }
        for scheme in schemes where range.count > scheme.count {
            var matches = true
            for index in 0..<scheme.count where lowercased(bytes[range.lowerBound + index]) != scheme[index] {
                matches = false
            }
            guard matches else { continue }
            let start = range.lowerBound + scheme.count
            var at = start
            while at < range.upperBound, bytes[at] != UInt8(ascii: "/"), bytes[at] != UInt8(ascii: "?") { at += 1 }
            return start..<at
        }
        return nil
    }

    /// Refuses what no two readers would understand alike: no path at all, a fragment, and in the path broken
    /// percent-encoding or an encoded NUL.
    static func check(_ range: Range<Int>, of bytes: Span<UInt8>, isOptions: Bool) throws(HTTPFault) {
        let start = range.lowerBound
        if isOptions, range.count == 1, bytes[start] == UInt8(ascii: "*") { return }
        var at = start
        if bytes[start] != UInt8(ascii: "/") {
            guard let authority = authority(of: range, bytes), !authority.isEmpty else {
                throw HTTPFault(.badTarget, at: start)
            }
            at = authority.upperBound
        }
        var inQuery = false
        while at < range.upperBound {
            switch bytes[at] {
            case UInt8(ascii: "#"): throw HTTPFault(.badTarget, at: at)
            case UInt8(ascii: "?"): inQuery = true
            case UInt8(ascii: "%") where !inQuery:
                guard at + 2 < range.upperBound, let high = hexDigitValue(bytes[at + 1]),
                    let low = hexDigitValue(bytes[at + 2]), high | low != 0
                else { throw HTTPFault(.badTarget, at: at) }
            default: break
            }
            at += 1
        }
    }
}

/// The bytes with each `%41` resolved, and each `+` if wanted; what is not properly encoded stays as it is.
public func percentDecoded(_ bytes: ArraySlice<UInt8>, plusIsBlank: Bool) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var at = bytes.startIndex
    while at < bytes.endIndex {
        let byte = bytes[at]
        if byte == UInt8(ascii: "%"), bytes.endIndex - at > 2, let high = hexDigitValue(bytes[at + 1]),
            let low = hexDigitValue(bytes[at + 2])
        {
            out.append(high << 4 | low)
            at += 3
            continue
        }
        out.append(byte == UInt8(ascii: "+") && plusIsBlank ? 0x20 : byte)
        at += 1
    }
    return out
}
