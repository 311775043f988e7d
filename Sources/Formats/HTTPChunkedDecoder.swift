/// How far a chunked body has come.
public enum HTTPChunkProgress: Sendable, Equatable {
    /// Everything given was taken; more is needed.
    case incomplete
    /// The body is whole; it ended after the first `consumed` bytes of what was given last.
    case finished(consumed: Int)
    /// This will never be a body that we take. The offset counts from the body's first byte.
    case invalid(HTTPFault)
}

/// Puts a chunked body together, piece by piece as it arrives. Extensions and trailers are skipped; both are bounded.
public struct HTTPChunkedDecoder: Sendable {
    /// Digits in a chunk's size; leading zeroes count.
    public static let maxSizeDigits = 15
    /// Bytes of extensions behind one chunk's size.
    public static let maxExtensionBytes = 1024
    /// Bytes of extensions of all chunks: nobody reads them, so they must not be a way to send without end.
    public static let maxExtensionBytesInAll = 8192
    /// Bytes of trailers.
    public static let maxTrailerBytes = 8192

    private enum State: Sendable {
        case size(digits: Int)
        case extensions(length: Int)
        case sizeLineFeed
        case data
        case dataReturn
        case dataLineFeed
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineFeed(isLast: Bool)
    }

    private let maxBodyBytes: Int
    private var state = State.size(digits: 0)
    private var chunkBytesLeft = 0
    private var bodyBytes = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var offset = 0

    /// Makes a decoder for one body of at most `maxBodyBytes`.
    public init(maxBodyBytes: Int) { self.maxBodyBytes = maxBodyBytes }

    /// Takes the next piece and appends what it holds of the body to `body`.
    public mutating func feed(_ input: Span<UInt8>, into body: inout [UInt8]) -> HTTPChunkProgress {
        var at = 0
        while at < input.count {
            if case .data = state {
                let count = min(chunkBytesLeft, input.count - at)
                body.append(input.extracting(at..<at + count))
                at += count
                chunkBytesLeft -= count
                if chunkBytesLeft == 0 { state = .dataReturn }
                continue
            }
            do throws(HTTPFault) {
                let isFinished = try take(input[at], at: offset + at)
                at += 1
                if isFinished { return .finished(consumed: at) }
            } catch {
                return .invalid(error)
            }
        }
        offset += at
        return .incomplete
    }

    /// Takes one byte that is not data; answers whether it was the body's last.
    private mutating func take(_ byte: UInt8, at place: Int) throws(HTTPFault) -> Bool {
        switch state {
        case .size(let digits): try takeSize(byte, digits, place)
        case .extensions(let length):
            if byte == 0x0D {
                state = .sizeLineFeed
            } else {
                extensionBytes += 1
                guard Self.isText(byte), length < Self.maxExtensionBytes,
                    extensionBytes <= Self.maxExtensionBytesInAll
                else { throw HTTPFault(.badChunkExtension, at: place) }
                state = .extensions(length: length + 1)
            }
        case .sizeLineFeed:
            guard byte == 0x0A else { throw HTTPFault(.badChunkSize, at: place) }
            state = chunkBytesLeft == 0 ? .trailerStart : .data
        case .data: break
        case .dataReturn:
            guard byte == 0x0D else { throw HTTPFault(.badChunkEnd, at: place) }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0A else { throw HTTPFault(.badChunkEnd, at: place) }
            state = .size(digits: 0)
        case .trailerStart, .trailerName, .trailerValue: try takeTrailer(byte, place)
        case .trailerLineFeed(let isLast):
            guard byte == 0x0A else { throw HTTPFault(.badTrailer, at: place) }
            if isLast { return true }
            state = .trailerStart
        }
        return false
    }

    private mutating func takeSize(_ byte: UInt8, _ digits: Int, _ place: Int) throws(HTTPFault) {
        if let digit = hexDigitValue(byte) {
            guard digits < Self.maxSizeDigits else { throw HTTPFault(.badChunkSize, at: place) }
            chunkBytesLeft = chunkBytesLeft << 4 | Int(digit)
            state = .size(digits: digits + 1)
            return
        }
        guard digits > 0, byte == 0x0D || byte == UInt8(ascii: ";") else { throw HTTPFault(.badChunkSize, at: place) }
        guard chunkBytesLeft <= maxBodyBytes - bodyBytes else { throw HTTPFault(.bodyTooLarge, at: place) }
        bodyBytes += chunkBytesLeft
        state = byte == 0x0D ? .sizeLineFeed : .extensions(length: 0)
    }

    /// A trailer has the form of a header, though nobody reads it: whoever takes less for one may see another end.
    private mutating func takeTrailer(_ byte: UInt8, _ place: Int) throws(HTTPFault) {
        trailerBytes += 1
        guard trailerBytes <= Self.maxTrailerBytes else { throw HTTPFault(.trailersTooLarge, at: place) }
        switch state {
        case .trailerStart where byte == 0x0D: state = .trailerLineFeed(isLast: true)
        case .trailerStart where isTokenByte(byte): state = .trailerName
        case .trailerName where isTokenByte(byte): break
        case .trailerName where byte == UInt8(ascii: ":"): state = .trailerValue
        case .trailerValue where byte == 0x0D: state = .trailerLineFeed(isLast: false)
        case .trailerValue where Self.isText(byte): break
        default: throw HTTPFault(.badTrailer, at: place)
        }
    }

    private static func isText(_ byte: UInt8) -> Bool { byte == 0x09 || (byte >= 0x20 && byte != 0x7F) }
}
