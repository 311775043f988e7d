/// What a request's headers say about its own framing and about the connection: gathered header by header, so that a
/// repeated or contradictory one is noticed at its place.
struct HTTPFieldMeaning {
    private let minorVersion: Int
    private var length: Int?
    private var isChunked = false
    private var host: HTTPHead.Slice?
    private var saysClose = false
    private var saysKeepAlive = false
    private var expectsContinue = false

    private static let host: [UInt8] = Array("host".utf8)
    private static let contentLength: [UInt8] = Array("content-length".utf8)
    private static let transferEncoding: [UInt8] = Array("transfer-encoding".utf8)
    private static let connection: [UInt8] = Array("connection".utf8)
    private static let expect: [UInt8] = Array("expect".utf8)
    private static let chunked: [UInt8] = Array("chunked".utf8)
    private static let close: [UInt8] = Array("close".utf8)
    private static let keepAlive: [UInt8] = Array("keep-alive".utf8)
    private static let hundredContinue: [UInt8] = Array("100-continue".utf8)

    init(minorVersion: Int) { self.minorVersion = minorVersion }

    mutating func take(_ field: HTTPHead.Field, of bytes: Span<UInt8>) throws(HTTPFault) {
        let name = field.name.range
        // The length alone rules out nearly every header.
        switch name.count {
        case 4 where Self.equals(name, Self.host, bytes): try takeHost(field, bytes)
        case 6 where Self.equals(name, Self.expect, bytes): try takeExpect(field, bytes)
        case 10 where Self.equals(name, Self.connection, bytes): takeConnection(field.value.range, bytes)
        case 14 where Self.equals(name, Self.contentLength, bytes): try takeLength(field, bytes)
        case 17 where Self.equals(name, Self.transferEncoding, bytes): try takeEncoding(field, bytes)
        default: break
        }
    }

    func head(
        _ request: RequestLine, _ fields: [HTTPHead.Field], _ bytes: Span<UInt8>, end: Int
    ) throws(HTTPFault) -> HTTPHead {
        if host == nil, minorVersion == 1 { throw HTTPFault(.missingHost, at: end - 2) }
        if let authority = HTTPTarget.authority(of: request.target.range, bytes) {
            if let fault = HTTPHostRule.fault(authority, bytes) { throw HTTPFault(.badHost, at: fault) }
            if let host, !Self.equalsIgnoringCase(authority, host.range, bytes) {
                throw HTTPFault(.badHost, at: host.range.lowerBound)
            }
        }
        return HTTPHead(
            content: HTTPHead.Content(
                bytes: bytes.extracting(0..<end).withUnsafeBufferPointer { Array($0) },
                method: request.method, target: request.target, fields: fields, minorVersion: minorVersion,
                framing: isChunked ? .chunked : .length(length ?? 0),
                keepsAlive: !saysClose && (minorVersion == 1 || saysKeepAlive),
                expectsContinue: expectsContinue && minorVersion == 1))
    }

    private mutating func takeHost(_ field: HTTPHead.Field, _ bytes: Span<UInt8>) throws(HTTPFault) {
        guard host == nil else { throw HTTPFault(.repeatedHost, at: field.name.range.lowerBound) }
        if let fault = HTTPHostRule.fault(field.value.range, bytes) { throw HTTPFault(.badHost, at: fault) }
        host = field.value
    }

    private mutating func takeExpect(_ field: HTTPHead.Field, _ bytes: Span<UInt8>) throws(HTTPFault) {
        guard Self.equals(field.value.range, Self.hundredContinue, bytes) else {
            throw HTTPFault(.unsupportedExpectation, at: field.value.range.lowerBound)
        }
        expectsContinue = true
    }

    private mutating func takeLength(_ field: HTTPHead.Field, _ bytes: Span<UInt8>) throws(HTTPFault) {
        let start = field.name.range.lowerBound
        guard length == nil else { throw HTTPFault(.repeatedContentLength, at: start) }
        guard !isChunked else { throw HTTPFault(.lengthAndTransferEncoding, at: start) }
        let digits = field.value.range
        // 18 digits fit in 64 bits whatever they are.
        guard !digits.isEmpty, digits.count <= 18 else {
            throw HTTPFault(.badContentLength, at: digits.lowerBound)
        }
        var value = 0
        for at in digits {
            guard isDigit(bytes[at]) else { throw HTTPFault(.badContentLength, at: at) }
            value = value * 10 + Int(bytes[at] - UInt8(ascii: "0"))
        }
        length = value
    }

    private mutating func takeEncoding(_ field: HTTPHead.Field, _ bytes: Span<UInt8>) throws(HTTPFault) {
        let start = field.name.range.lowerBound
        guard !isChunked else { throw HTTPFault(.repeatedTransferEncoding, at: start) }
        guard length == nil else { throw HTTPFault(.lengthAndTransferEncoding, at: start) }
        guard minorVersion == 1 else { throw HTTPFault(.transferEncodingInHTTP10, at: start) }
        guard Self.equals(field.value.range, Self.chunked, bytes) else {
            throw HTTPFault(.unsupportedTransferEncoding, at: field.value.range.lowerBound)
        }
        isChunked = true
    }

    private mutating func takeConnection(_ list: Range<Int>, _ bytes: Span<UInt8>) {
        var at = list.lowerBound
        while at < list.upperBound {
            while at < list.upperBound, isBlank(bytes[at]) || bytes[at] == UInt8(ascii: ",") { at += 1 }
            let start = at
            while at < list.upperBound, !isBlank(bytes[at]), bytes[at] != UInt8(ascii: ",") { at += 1 }
            if Self.equals(start..<at, Self.close, bytes) { saysClose = true }
            if Self.equals(start..<at, Self.keepAlive, bytes) { saysKeepAlive = true }
        }
    }

    /// Whether these bytes are that word, which is written in small letters.
    private static func equals(_ range: Range<Int>, _ word: [UInt8], _ bytes: Span<UInt8>) -> Bool {
        guard range.count == word.count else { return false }
        for index in 0..<word.count where lowercased(bytes[range.lowerBound + index]) != word[index] { return false }
        return true
    }

    private static func equalsIgnoringCase(_ one: Range<Int>, _ other: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in 0..<one.count
        where lowercased(bytes[one.lowerBound + index]) != lowercased(bytes[other.lowerBound + index]) {
            return false
        }
        return true
    }
}
