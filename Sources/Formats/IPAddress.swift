/// An IP address of either family as 128 bits; one of IPv4 stands at `::ffff:0:0`, so that it is the same address whichever
/// listener it came to.
public struct IPAddress: Sendable, Hashable {
    /// The upper half.
    public let high: UInt64
    /// The lower half.
    public let low: UInt64

    /// Makes an address from its halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an IPv4 address from its 32 bits.
    public init(v4: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(v4)) }

    /// Whether it is an IPv4 address.
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Whether it is this machine's own.
    public var isLoopback: Bool { isIPv4 ? low >> 24 & 0xFF == 127 : high == 0 && low == 1 }

    /// Reads `192.0.2.1` or `2001:db8::1`; nil where the text is neither. A zone (`%eth0`) is left out.
    public init?(_ text: some StringProtocol) {
        if let v4 = IPAddress.v4(text) {
            self.init(v4: v4)
            return
        }
        guard let groups = IPAddress.groups(text.prefix { $0 != "%" }) else { return nil }
        self.init(
            high: groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) })
    }

    private static func v4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            // `010` is 8 to some and 10 to others.
            guard part.utf8.count <= 3, part.utf8.allSatisfy(isDigit), let byte = UInt8(part),
                part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0")
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
        return value
    }

    /// The eight groups of an IPv6 address.
    private static func groups(_ text: some StringProtocol) -> [UInt16]? {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let first = list(halves[0], endsAddress: halves.count == 1) else { return nil }
        if halves.count == 1 { return first.count == 8 ? first : nil }
        guard let last = list(halves[1], endsAddress: true), first.count + last.count <= 7 else { return nil }
        return first + [UInt16](repeating: 0, count: 8 - first.count - last.count) + last
    }

    private static func list(_ text: some StringProtocol, endsAddress: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", maxSplits: 8, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if endsAddress, index == parts.count - 1, let v4 = v4(part) {
                groups += [UInt16(v4 >> 16), UInt16(v4 & 0xFFFF)]
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ hexDigitValue($0) != nil }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups.count <= 8 ? groups : nil
    }
}

extension IPAddress: CustomStringConvertible {
    /// For instance `192.0.2.1` or `2001:db8::1` (RFC 5952).
    public var description: String {
        if isIPv4 { return (0..<4).map { String(low >> (24 - 8 * UInt64($0)) & 0xFF) }.joined(separator: ".") }
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> (48 - 16 * UInt64(index % 4)))
        }
        var zeroes = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, zeroes.count) { zeroes = start..<end }
            start = max(end, start + 1)
        }
        func text(_ range: Range<Int>) -> String { groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        return zeroes.isEmpty ? text(0..<8) : text(0..<zeroes.lowerBound) + "::" + text(zeroes.upperBound..<8)
    }
}

/// A block of addresses, as in `10.0.0.0/8`; one address is a block too.
public struct IPBlock: Sendable, Hashable {
    private let first: IPAddress
    /// How many of the 128 bits count.
    private let bits: Int

    /// Reads `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1`; nil where the text is none of them.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let width = address.isIPv4 ? 32 : 128
        var length = width
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(isDigit), let given = Int(parts[1]),
                given <= width
            else { return nil }
            length = given
        }
        bits = 128 - width + length
        first = IPBlock.cut(address, bits)
    }

    /// Whether the address is one of the block's.
    public func contains(_ address: IPAddress) -> Bool { IPBlock.cut(address, bits) == first }

    private static func cut(_ address: IPAddress, _ bits: Int) -> IPAddress {
        func mask(_ count: Int) -> UInt64 { count <= 0 ? 0 : count >= 64 ? .max : ~(UInt64.max >> UInt64(count)) }
        return IPAddress(high: address.high & mask(bits), low: address.low & mask(bits - 64))
    }
}
