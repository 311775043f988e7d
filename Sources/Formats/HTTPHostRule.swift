/// What may stand in a Host header, and between the scheme and the path of an URL: `name`, `name:port`, `[IPv6]`,
/// `[IPv6]:port`. No user, nothing empty: whoever routes by the host must not be led to another one.
enum HTTPHostRule {
    /// Where the range is no host; nil if it is one.
    static func fault(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Int? {
        var at = range.lowerBound
        guard at < range.upperBound else { return at }
        if bytes[at] == UInt8(ascii: "[") {
            at += 1
            while at < range.upperBound, isAddressByte(bytes[at]) { at += 1 }
            guard at < range.upperBound, bytes[at] == UInt8(ascii: "]"), at > range.lowerBound + 2 else { return at }
            at += 1
        } else {
            while at < range.upperBound, isNameByte(bytes[at]) { at += 1 }
            if at == range.lowerBound { return at }
        }
        if at == range.upperBound { return nil }
        guard bytes[at] == UInt8(ascii: ":") else { return at }
        return portFault(at + 1..<range.upperBound, bytes)
    }

    /// An empty port is the scheme's own (RFC 3986, 3.2.3).
    private static func portFault(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Int? {
        var port = 0
        for at in range {
            guard isDigit(bytes[at]) else { return at }
            port = port * 10 + Int(bytes[at] - UInt8(ascii: "0"))
            if port > 65535 { return at }
        }
        return nil
    }

    /// Letters, digits, and what names, IPv4 addresses and percent-encoding need.
    @inline(__always)
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        case UInt8(ascii: "%"), UInt8(ascii: "~"): true
        default: false
        }
    }

    /// Hexadecimal digits, colons, the points of an embedded IPv4 address, and a zone (RFC 6874).
    @inline(__always)
    private static func isAddressByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || isNameByte(byte)
    }
}
