/// Version 2 of the PROXY protocol: what a load balancer says of its client before the client's own bytes.
///
/// Layout: 12 bytes of signature; a byte of version (2) and command (0 local, 1 proxy); a byte of family (1 IPv4, 2 IPv6,
/// 3 Unix) and transport; two bytes of length, the greater one first; then so many bytes: source address, destination
/// address, source port, destination port, and extensions, which are skipped.
public enum ProxyPreface {
    /// How far it has come.
    public enum Progress: Sendable, Equatable {
        /// More bytes are needed.
        case incomplete
        /// It took up the first `consumed` bytes; no client where the balancer speaks for itself or says nothing.
        case complete(client: IPAddress?, consumed: Int)
        /// This is none, or one that is not understood.
        case invalid(String)
    }

    /// What may follow the first 16 bytes: addresses and extensions.
    public static let maxBytes = 4096
    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    /// Reads a preface at the beginning of `bytes`.
    public static func parse(_ bytes: Span<UInt8>) -> Progress {
        for index in 0..<min(bytes.count, signature.count) where bytes[index] != signature[index] {
            return .invalid("no PROXY protocol, version 2")
        }
        guard bytes.count >= 16 else { return .incomplete }
        guard bytes[12] >> 4 == 2, bytes[12] & 0x0F <= 1 else { return .invalid("a version or command of its own") }
        let length = Int(bytes[14]) << 8 | Int(bytes[15])
        guard length <= maxBytes else { return .invalid("\(length) bytes of addresses and extensions") }
        guard bytes.count >= 16 + length else { return .incomplete }
        let end = 16 + length
        guard bytes[12] & 0x0F == 1 else { return .complete(client: nil, consumed: end) }
        switch bytes[13] {
        case 0x11:
            guard length >= 12 else { return .invalid("too short for IPv4") }
            return .complete(client: IPAddress(v4: UInt32(number(bytes, 16, 4))), consumed: end)
        case 0x21:
            guard length >= 36 else { return .invalid("too short for IPv6") }
            let client = IPAddress(high: number(bytes, 16, 8), low: number(bytes, 24, 8))
            return .complete(client: client, consumed: end)
        case 0x00, 0x31: return .complete(client: nil, consumed: end)
        default: return .invalid("a family or transport of its own")
        }
    }

    private static func number(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in start..<start + count { value = value << 8 | UInt64(bytes[index]) }
        return value
    }
}
