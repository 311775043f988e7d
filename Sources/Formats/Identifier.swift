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
        String(unsafeUninitializedCapacity: Identifier.length) { room in
            write(to: UnsafeMutableRawBufferPointer(room))
            return Identifier.length
        }
    }

    /// Appends the 36 characters.
    public func append(to out: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: Identifier.length, alignment: 8) { room in
            write(to: room)
            out.append(contentsOf: room)
        }
    }

    /// Puts the 36 characters over what is at an index; the caller has made sure that there are as many.
    public func write(over out: inout [UInt8], at index: Int) {
        precondition(index >= 0 && out.count - index >= Identifier.length)
        unsafe out.withUnsafeMutableBytes { unsafe write(to: UnsafeMutableRawBufferPointer(rebasing: $0[index...])) }
    }

    private static let length = 36

    /// Every event is named several times, so eight digits are made at once.
    private func write(to room: UnsafeMutableRawBufferPointer) {
        let second = Identifier.digits(UInt32(truncatingIfNeeded: high))
        let third = Identifier.digits(UInt32(truncatingIfNeeded: low >> 32))
        room.storeBytes(of: Identifier.digits(UInt32(truncatingIfNeeded: high >> 32)).littleEndian, as: UInt64.self)
        Identifier.write(four: second, behindDashAt: 8, to: room)
        Identifier.write(four: second >> 32, behindDashAt: 13, to: room)
        Identifier.write(four: third, behindDashAt: 18, to: room)
        Identifier.write(four: third >> 32, behindDashAt: 23, to: room)
        let last = Identifier.digits(UInt32(truncatingIfNeeded: low))
        room.storeBytes(of: last.littleEndian, toByteOffset: 28, as: UInt64.self)
    }

    private static func write(four digits: UInt64, behindDashAt offset: Int, to room: UnsafeMutableRawBufferPointer) {
        room[offset] = UInt8(ascii: "-")
        let four = UInt32(truncatingIfNeeded: digits).littleEndian
        room.storeBytes(of: four, toByteOffset: offset + 1, as: UInt32.self)
    }

    /// The eight hexadecimal digits of a number, the first in the lowest byte.
    private static func digits(_ number: UInt32) -> UInt64 {
        // Half a byte of the number in each byte.
        var halves = UInt64(number.byteSwapped)
        halves = (halves | halves << 16) & 0x0000_FFFF_0000_FFFF
        halves = (halves | halves << 8) & 0x00FF_00FF_00FF_00FF
        halves = (halves >> 4 | halves << 8) & 0x0F0F_0F0F_0F0F_0F0F
        // One in each byte whose half is more than nine: those are letters.
        let letters = ((halves + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        return halves + 0x3030_3030_3030_3030 + letters * UInt64(UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
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
    public init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for byte in bytes {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte)
        }
        self.init(high: high, low: low)
    }
}
