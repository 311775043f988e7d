/// A 128-bit identifier in the form of a UUID (RFC 9562): a receipt, or the GUID of an event.
public struct Identifier: Sendable, Hashable {
    /// The first eight bytes, big-endian.
    public var high: UInt64
    /// The last eight bytes, big-endian.
    public var low: UInt64

    /// Makes an identifier from its 128 bits as they are.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new UUID version 7: ordered by time, the rest random.
    ///
    /// - Parameters:
    ///   - milliseconds: since 1970, UTC; 48 bits are kept.
    ///   - random: 74 bits of it are used.
    public init(milliseconds: Int64, random: (UInt64, UInt64)) {
        high = UInt64(bitPattern: milliseconds) << 16 | 0x7000 | random.0 & 0x0FFF
        low = 0x8000_0000_0000_0000 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
    }

    /// The identifier of item `index` of what this identifier stands for: itself for item 0, else a UUID version 8 that is
    /// a function of both, so that deriving again gives the same.
    public func derived(_ index: Int) -> Identifier {
        guard index > 0 else { return self }
        // Four Feistel rounds: for each index a permutation of the 128 bits, so that two receipts cannot meet before the
        // version and variant bits are put in.
        var left = high
        var right = low
        for round in 0..<4 {
            let key = UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(round)
            (left, right) = (right, left ^ Identifier.mix(right ^ key))
        }
        return Identifier(
            high: left & ~0xF000 | 0x8000, low: right & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// The finaliser of SplitMix64: every bit of the input moves half of the output's.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension Identifier: CustomStringConvertible, LosslessStringConvertible {
    /// The 36 characters of RFC 9562, in small letters.
    public var description: String {
        var out: [UInt8] = []
        out.reserveCapacity(36)
        append(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends the 36 characters.
    public func append(to out: inout [UInt8]) {
        var text = InlineArray<36, UInt8>(repeating: UInt8(ascii: "-"))
        var at = 0
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 { at += 1 }
            let byte = byte(index)
            text[at] = Identifier.digit(byte >> 4)
            text[at + 1] = Identifier.digit(byte & 15)
            at += 2
        }
        text.span.withUnsafeBufferPointer { out.append(contentsOf: $0) }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private func byte(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> (56 - UInt64(index % 8) * 8))
    }

    /// Reads the 36 characters of RFC 9562, in any case; nil for anything else.
    public init?(_ text: String) {
        let characters = Array(text.utf8)
        guard characters.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (index, character) in characters.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard character == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = hexDigitValue(character) else { return nil }
            if digits < 16 {
                halves.0 = halves.0 << 4 | UInt64(digit)
            } else {
                halves.1 = halves.1 << 4 | UInt64(digit)
            }
            digits += 1
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// The 16 bytes in network order.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<16 { buffer[index] = byte(index) }
            count = 16
        }
    }

    /// Reads 16 bytes in network order; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        let join: (UInt64, UInt8) -> UInt64 = { $0 << 8 | UInt64($1) }
        self.init(high: bytes.prefix(8).reduce(0, join), low: bytes.suffix(8).reduce(0, join))
    }
}
