/// Why a request was refused before any handler saw it: a closed code, and the place of the fault.
public struct HTTPFault: Error, Sendable, Equatable {
    /// What is wrong.
    public var reason: Reason
    /// The offset in bytes: in the head counted from the head's first byte, in a body from the body's first byte.
    public var offset: Int

    /// Makes a fault from its reason and place.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// Every reason there is. The raw value is also the label in statistics.
    public enum Reason: String, Sendable, CaseIterable {
        case badRequestLine = "bad-request-line"
        case badMethod = "bad-method"
        case badTarget = "bad-target"
        case targetTooLong = "target-too-long"
        case unsupportedVersion = "unsupported-version"
        case controlByte = "control-byte"
        case bareLineFeed = "bare-line-feed"
        case bareCarriageReturn = "bare-carriage-return"
        case badFieldName = "bad-field-name"
        case blankBeforeColon = "blank-before-colon"
        case foldedField = "folded-field"
        case missingHost = "missing-host"
        case repeatedHost = "repeated-host"
        case badHost = "bad-host"
        case badContentLength = "bad-content-length"
        case repeatedContentLength = "repeated-content-length"
        case lengthAndTransferEncoding = "length-and-transfer-encoding"
        case repeatedTransferEncoding = "repeated-transfer-encoding"
        case unsupportedTransferEncoding = "unsupported-transfer-encoding"
        case transferEncodingInHTTP10 = "transfer-encoding-in-http-1.0"
        case unsupportedExpectation = "unsupported-expectation"
        case headTooLarge = "head-too-large"
        case tooManyFields = "too-many-fields"
        case bodyTooLarge = "body-too-large"
        case badChunkSize = "bad-chunk-size"
        case badChunkEnd = "bad-chunk-end"
        case badChunkExtension = "bad-chunk-extension"
        case badTrailer = "bad-trailer"
        case trailersTooLarge = "trailers-too-large"
    }
}

extension HTTPFault {
    /// The status to answer.
    public var status: Int {
        switch reason {
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedExpectation: 417
        case .headTooLarge, .tooManyFields, .trailersTooLarge: 431
        case .unsupportedTransferEncoding: 501
        case .unsupportedVersion: 505
        default: 400
        }
    }

    private var sentence: String {
        switch reason {
        case .badRequestLine: "the request line is not `METHOD target HTTP/1.1`"
        case .badMethod: "the method is not a token"
        case .badTarget: "the target is neither a path nor an http URL, or is not encoded properly"
        case .targetTooLong: "the request line is too long"
        case .unsupportedVersion: "only HTTP/1.0 and HTTP/1.1 are spoken here"
        case .controlByte: "a control byte"
        case .bareLineFeed: "a line feed without a carriage return"
        case .bareCarriageReturn: "a carriage return without a line feed"
        case .badFieldName: "the header's name is not a token followed by a colon"
        case .blankBeforeColon: "a blank between the header's name and its colon"
        case .foldedField: "a header folded over several lines"
        case .missingHost: "no Host header"
        case .repeatedHost: "more than one Host header"
        case .badHost: "the Host header is no host, or not that of the target"
        case .badContentLength: "the Content-Length is not a number"
        case .repeatedContentLength: "more than one Content-Length header"
        case .lengthAndTransferEncoding: "both Content-Length and Transfer-Encoding"
        case .repeatedTransferEncoding: "more than one Transfer-Encoding header"
        case .unsupportedTransferEncoding: "the only Transfer-Encoding understood is `chunked`"
        case .transferEncodingInHTTP10: "Transfer-Encoding in a request of HTTP/1.0"
        case .unsupportedExpectation: "the only expectation understood is `100-continue`"
        case .headTooLarge: "the request's head is too large"
        case .tooManyFields: "too many headers"
        case .bodyTooLarge: "the body is too large"
        case .badChunkSize: "the chunk's size is not a hexadecimal number followed by a line end"
        case .badChunkEnd: "the chunk is not followed by a line end"
        case .badChunkExtension: "the chunks' extensions are too long or not text"
        case .badTrailer: "the trailer is not lines of `Name: value`"
        case .trailersTooLarge: "the trailers are too large"
        }
    }
}

extension HTTPFault: CustomStringConvertible {
    /// The fault as one line, for instance `byte 16: a line feed without a carriage return`.
    public var description: String { "byte \(offset): \(sentence)" }
}
