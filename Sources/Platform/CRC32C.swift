import CPlatform

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78): by the processor's instruction where it has one, else by table.
public struct CRC32C: Sendable, Equatable {
    /// How the checksum is computed; both give the same.
    public enum Method: Sendable, Equatable {
        /// The processor's own instruction (SSE4.2).
        case hardware
        /// A table of 256 entries, a byte at a time.
        case table
    }

    /// What this machine can do best.
    public static let best: Method = itp_has_crc32c() != 0 ? .hardware : .table

    private var state: UInt32 = 0xFFFF_FFFF
    private let method: Method

    /// Begins a checksum over nothing yet. Asking for `.hardware` where there is none gives the table.
    public init(using method: Method = CRC32C.best) {
        self.method = CRC32C.best == .hardware ? method : .table
    }

    /// The checksum of all bytes so far.
    public var value: UInt32 { ~state }

    /// Takes in more bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        switch method {
        case .hardware:
            state = unsafe bytes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return state }
                return unsafe itp_crc32c(state, base, buffer.count)
            }
        case .table:
            for index in bytes.indices {
                state = CRC32C.table[Int(UInt8(truncatingIfNeeded: state) ^ bytes[index])] ^ (state >> 8)
            }
        }
    }

    /// Takes in the eight bytes of a number, little-endian.
    public mutating func update(_ number: UInt64) {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (UInt64($0) * 8)) }
        update(bytes.span)
    }

    /// The checksum of some bytes.
    public static func checksum(_ bytes: [UInt8], using method: Method = CRC32C.best) -> UInt32 {
        var sum = CRC32C(using: method)
        sum.update(bytes.span)
        return sum.value
    }

    private static let table: [UInt32] = (0..<256).map { index in
        var entry = UInt32(index)
        for _ in 0..<8 { entry = entry & 1 == 0 ? entry >> 1 : entry >> 1 ^ 0x82F6_3B78 }
        return entry
    }
}
