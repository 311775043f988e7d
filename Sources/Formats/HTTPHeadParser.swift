/// How far a request's head has come.
public enum HTTPHeadProgress: Sendable, Equatable {
    /// The head is whole and takes up the first `consumed` bytes.
    case complete(HTTPHead, consumed: Int)
    /// More bytes are needed.
    case incomplete
    /// This will never be a head that we take.
    case invalid(HTTPFault)
}

/// Reads the head of a request, stricter than RFC 9112 wherever leniency would let two parties see two different
/// requests in the same bytes.
///
/// Call `parse` with everything since the head's first byte; after `incomplete` call it again with more. What was
/// looked at once is not looked at again, so a head that comes byte by byte costs no more than one in a piece, and its
/// result is the same.
public struct HTTPHeadParser: Sendable {
    /// More headers than this are refused.
    public static let maxFields = 100

    private let maxBytes: Int
    private var scanned = 0
    private var lineStart = 0
    private var sawBlankLine = false
    private var request: RequestLine?
    private var fields: [HTTPHead.Field] = []

    /// Makes a parser for one head of at most `maxBytes`.
    public init(maxBytes: Int = 16384) { self.maxBytes = maxBytes }

    /// Reads on; `bytes` begins at the head's first byte.
    public mutating func parse(_ bytes: Span<UInt8>) -> HTTPHeadProgress {
        do throws(HTTPFault) {
            return try scan(bytes)
        } catch {
            return .invalid(error)
        }
    }

    private mutating func scan(_ bytes: Span<UInt8>) throws(HTTPFault) -> HTTPHeadProgress {
        let end = min(bytes.count, maxBytes)
        var at = scanned
        while true {
            at = Self.firstControl(in: bytes, from: at, to: end)
            guard at < end else { break }
            switch bytes[at] {
            case 0x0D:
                guard at + 1 < end else {
                    scanned = at
                    if bytes.count >= maxBytes { throw tooLarge }
                    return .incomplete
                }
                guard bytes[at + 1] == 0x0A else { throw HTTPFault(.bareCarriageReturn, at: at) }
                let line = lineStart..<at
                at += 2
                lineStart = at
                if let head = try take(line, of: bytes, headEnd: at) { return .complete(head, consumed: at) }
            case 0x0A: throw HTTPFault(.bareLineFeed, at: at)
            case 0x09 where request != nil: at += 1
            default: throw HTTPFault(.controlByte, at: at)
            }
        }
        scanned = at
        if at >= maxBytes { throw tooLarge }
        return .incomplete
    }

    /// Where the first byte stands that is no text; `end` where all are.
    private static func firstControl(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        var at = start
        while at + 8 <= end {
            let eight = EightBytes(bytes, at: at)
            let plain = EightBytes.count(before: eight.marks(below: 0x20) | eight.marks(of: 0x7F))
            at += plain
            if plain < 8 { return at }
        }
        while at < end, bytes[at] >= 0x20, bytes[at] != 0x7F { at += 1 }
        return at
    }

    private var tooLarge: HTTPFault { HTTPFault(request == nil ? .targetTooLong : .headTooLarge, at: maxBytes) }

    /// Takes one line, without its end; answers the head once the empty line has come.
    private mutating func take(
        _ line: Range<Int>, of bytes: Span<UInt8>, headEnd: Int
    ) throws(HTTPFault) -> HTTPHead? {
        guard let request else {
            if line.isEmpty, !sawBlankLine {
                // Some old senders end a body with a line end that belongs to nothing (RFC 9112, 2.2).
                sawBlankLine = true
                return nil
            }
            self.request = try RequestLine(line, of: bytes)
            fields.reserveCapacity(12)
            return nil
        }
        if line.isEmpty {
            var meaning = HTTPFieldMeaning(minorVersion: request.minorVersion)
            for field in fields { try meaning.take(field, of: bytes) }
            return try meaning.head(request, fields, bytes, end: headEnd)
        }
        guard fields.count < Self.maxFields else { throw HTTPFault(.tooManyFields, at: line.lowerBound) }
        fields.append(try Self.field(line, of: bytes))
        return nil
    }

    private static func field(_ line: Range<Int>, of bytes: Span<UInt8>) throws(HTTPFault) -> HTTPHead.Field {
        var at = line.lowerBound
        if isBlank(bytes[at]) { throw HTTPFault(.foldedField, at: at) }
        while at < line.upperBound, isTokenByte(bytes[at]) { at += 1 }
        let nameEnd = at
        guard at < line.upperBound else { throw HTTPFault(.badFieldName, at: at) }
        if isBlank(bytes[at]) { throw HTTPFault(.blankBeforeColon, at: at) }
        guard bytes[at] == UInt8(ascii: ":"), nameEnd > line.lowerBound else {
            throw HTTPFault(.badFieldName, at: at)
        }
        at += 1
        var end = line.upperBound
        while at < end, isBlank(bytes[at]) { at += 1 }
        while end > at, isBlank(bytes[end - 1]) { end -= 1 }
        return HTTPHead.Field(name: .init(line.lowerBound..<nameEnd), value: .init(at..<end))
    }
}

/// The first line of a request.
struct RequestLine: Sendable {
    var method: HTTPHead.Slice
    var target: HTTPHead.Slice
    var minorVersion: Int

    init(_ line: Range<Int>, of bytes: Span<UInt8>) throws(HTTPFault) {
        var at = line.lowerBound
        while at < line.upperBound, isTokenByte(bytes[at]) { at += 1 }
        guard at < line.upperBound else { throw HTTPFault(.badRequestLine, at: at) }
        guard bytes[at] == 0x20, at > line.lowerBound else { throw HTTPFault(.badMethod, at: at) }
        method = .init(line.lowerBound..<at)
        at += 1
        let targetStart = at
        while at < line.upperBound, bytes[at] > 0x20, bytes[at] < 0x7F { at += 1 }
        guard at < line.upperBound else { throw HTTPFault(.badRequestLine, at: at) }
        guard bytes[at] == 0x20, at > targetStart else { throw HTTPFault(.badTarget, at: at) }
        target = .init(targetStart..<at)
        try HTTPTarget.check(targetStart..<at, of: bytes, isOptions: Self.isOptions(method.range, bytes))
        minorVersion = try Self.minorVersion(at + 1..<line.upperBound, of: bytes)
    }

    private static func isOptions(_ method: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard method.count == options.count else { return false }
        for (index, byte) in options.enumerated() where bytes[method.lowerBound + index] != byte { return false }
        return true
    }

    private static let options: [UInt8] = Array("OPTIONS".utf8)
    private static let versionStart: [UInt8] = Array("HTTP/".utf8)

    private static func minorVersion(_ range: Range<Int>, of bytes: Span<UInt8>) throws(HTTPFault) -> Int {
        let start = range.lowerBound
        guard range.count == 8 else { throw HTTPFault(.badRequestLine, at: start) }
        for (index, byte) in versionStart.enumerated() where bytes[start + index] != byte {
            throw HTTPFault(.badRequestLine, at: start + index)
        }
        let major = bytes[start + 5]
        let minor = bytes[start + 7]
        guard isDigit(major), bytes[start + 6] == UInt8(ascii: "."), isDigit(minor) else {
            throw HTTPFault(.badRequestLine, at: start + 5)
        }
        guard major == UInt8(ascii: "1"), minor <= UInt8(ascii: "1") else {
            throw HTTPFault(.unsupportedVersion, at: start + 5)
        }
        return Int(minor - UInt8(ascii: "0"))
    }
}

@inline(__always)
func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// Two words with a bit for each byte below 128 that may stand in a token (RFC 9110, 5.6.2): letters, digits and
/// ``!#$%&'*+-.^_`|~``.
private let tokenBits: (low: UInt64, high: UInt64) = (0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE)

@inline(__always)
func isTokenByte(_ byte: UInt8) -> Bool {
    if byte >= 128 { return false }
    return (byte < 64 ? tokenBits.low : tokenBits.high) &>> UInt64(byte & 63) & 1 == 1
}
