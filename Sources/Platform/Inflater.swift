import CZlib

/// Why compressed bytes were refused.
public enum InflateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// They hold more than they may.
    case tooLarge(limit: Int)
    /// They are not what they should be; the offset counts compressed bytes.
    case damaged(offset: Int, reason: String)
    /// They end before the stream does.
    case cutOff
    /// Bytes come after the end of the stream.
    case trailing(offset: Int)

    /// The failure as one line.
    public var description: String {
        switch self {
        case .tooLarge(let limit): "the body holds more than \(limit) bytes once it is decompressed"
        case .damaged(let offset, let reason): "byte \(offset) of the compressed body: \(reason)"
        case .cutOff: "the compressed body is cut off"
        case .trailing(let offset): "byte \(offset) of the compressed body: something follows the end of the stream"
        }
    }
}

/// Takes compressed bodies apart, never into more than they may hold.
public enum Inflater {
    /// How a body may be compressed: the names of HTTP's codings.
    public enum Coding: Sendable, Equatable {
        case gzip
        /// The zlib format; the bare deflate stream, which some senders give that name, is taken too (RFC 9110, 8.4.1.2).
        case deflate

        /// The coding of that name; nil if it is none of ours.
        public init?(_ name: String) {
            switch name.lowercased() {
            case "gzip", "x-gzip": self = .gzip
            case "deflate": self = .deflate
            default: return nil
            }
        }
    }

    /// Output grows in steps of this: a small body that claims to be a large one costs little.
    private static let stepBytes = 32 << 10

    /// What the body holds, if that is no more than `maxBytes`.
    public static func inflate(
        _ body: [UInt8], _ coding: Coding, maxBytes: Int
    ) throws(InflateError) -> [UInt8] {
        switch coding {
        // 15 bits of window, and 16 says that it is gzip.
        case .gzip: return try run(body, windowBits: 15 + 16, maxBytes)
        case .deflate: return try run(body, windowBits: isZlib(body) ? 15 : -15, maxBytes)
        }
    }

    /// The two bytes that a zlib stream begins with (RFC 1950, 2.2).
    private static func isZlib(_ body: [UInt8]) -> Bool {
        guard body.count >= 2 else { return false }
        return body[0] & 0x0F == 8 && (Int(body[0]) << 8 | Int(body[1])) % 31 == 0
    }

    private static func run(_ body: [UInt8], windowBits: Int32, _ maxBytes: Int) throws(InflateError) -> [UInt8] {
        var stream = unsafe z_stream()
        guard unsafe itp_inflate_init(&stream, windowBits) == Z_OK else {
            throw .damaged(offset: 0, reason: "zlib has no memory")
        }
        defer { unsafe inflateEnd(&stream) }
        var out: [UInt8] = []
        var input = body
        let result: Result<Void, InflateError> = unsafe input.withUnsafeMutableBufferPointer { bytes in
            unsafe stream.next_in = bytes.baseAddress
            unsafe stream.avail_in = UInt32(bytes.count)
            do throws(InflateError) {
                unsafe try fill(&out, from: &stream, count: bytes.count, maxBytes)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        return out
    }

    private static func fill(
        _ out: inout [UInt8], from stream: inout z_stream, count: Int, _ maxBytes: Int
    ) throws(InflateError) {
        var step = [UInt8](repeating: 0, count: stepBytes)
        while true {
            let code = unsafe step.withUnsafeMutableBufferPointer { room in
                unsafe stream.next_out = room.baseAddress
                unsafe stream.avail_out = UInt32(room.count)
                return unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
            }
            let made = unsafe step.count - Int(stream.avail_out)
            guard made <= maxBytes - out.count else { throw .tooLarge(limit: maxBytes) }
            out.append(contentsOf: step[..<made])
            let at = unsafe count - Int(stream.avail_in)
            switch code {
            case Z_STREAM_END:
                guard at == count else { throw .trailing(offset: at) }
                return
            case Z_OK: continue
            case Z_BUF_ERROR: throw .cutOff
            default:
                let reason = unsafe stream.msg.map { unsafe String(cString: $0) }
                throw .damaged(offset: at, reason: reason ?? "not what it claims to be")
            }
        }
    }
}
