/// A 128-bit FNV-1a fingerprint: names a text, for instance a configuration. It resists accidents, not attackers.
public struct Fingerprint: Sendable, Equatable {
    private var state: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D

    /// The fingerprint of nothing.
    public init() {}

    /// Takes in more bytes.
    public mutating func add(_ bytes: some Sequence<UInt8>) {
        let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013B
        for byte in bytes {
            state ^= UInt128(byte)
            state = state &* prime
        }
    }

    /// The first twelve hexadecimal digits, as shown to people and kept with decisions.
    public var short: String {
        let digits = String(state, radix: 16)
        return String((String(repeating: "0", count: 32 - digits.count) + digits).prefix(12))
    }
}
