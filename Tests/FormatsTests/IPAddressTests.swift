import Formats
import Testing

struct IPAddressTests {
    @Test(
        "addresses are read, and written in their one short form",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:c000:201", "192.0.2.1"), ("::", "::"), ("::1", "::1"),
            ("2001:db8:0:0:0:0:0:1", "2001:db8::1"), ("2001:DB8::1", "2001:db8::1"), ("1::", "1::"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("fe80::1%eth0", "fe80::1"),
            ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
        ])
    func read(text: String, form: String) { #expect(IPAddress(text)?.description == form) }

    @Test(
        "what is no address is none",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "+1.2.3.4", "a.b.c.d", ":", ":::",
            "1::2::3",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "g::", "1.2.3.4::", "::1.2.3", "unix",
            "[::1]", "1.2.3.4:80",
        ])
    func noAddress(text: String) { #expect(IPAddress(text) == nil) }

    @Test("a machine's own addresses are known, also in the form of the other family")
    func loopback() {
        for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
            #expect(IPAddress(text)?.isLoopback == true, "\(text)")
        }
        for text in ["128.0.0.1", "::2", "::", "::127.0.0.1", "7f00::1"] {
            #expect(IPAddress(text)?.isLoopback == false, "\(text)")
        }
    }

    @Test(
        "a block holds its own addresses and no other's",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3/8", "10.9.9.9", true),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "203.0.113.9", true), ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("2001:db8::/65", "2001:db8::7fff:0:0:1", true),
            ("2001:db8::/65", "2001:db8::8000:0:0:1", false), ("::1/128", "::1", true),
        ])
    func block(block: String, address: String, holds: Bool) throws {
        let address = try #require(IPAddress(address))
        #expect(IPBlock(block)?.contains(address) == holds)
    }

    @Test(
        "what is no block is none",
        arguments: ["", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10/8", "x/8", "::/8/8"])
    func noBlock(text: String) { #expect(IPBlock(text) == nil) }
}

struct ProxyPrefaceTests {
    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    private static let v4: [UInt8] = signature + [0x21, 0x11, 0, 12, 192, 0, 2, 7, 10, 0, 0, 1, 0x30, 0x39, 0, 80]

    /// The outcome, the same for every beginning that is incomplete.
    private func parse(_ bytes: [UInt8]) -> ProxyPreface.Progress {
        let whole = ProxyPreface.parse(bytes.span)
        if case .complete(_, let consumed) = whole {
            for end in 0..<consumed { #expect(ProxyPreface.parse(bytes.span.extracting(0..<end)) == .incomplete) }
        }
        return whole
    }

    @Test("the client's address is read, and what follows is left alone")
    func client() {
        #expect(parse(Self.v4 + Array("GET".utf8)) == .complete(client: IPAddress("192.0.2.7"), consumed: 28))
        let v6: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [7]
        let long = Self.signature + [0x21, 0x21, 0, 40] + v6 + v6 + [0, 1, 0, 2] + [4, 0, 1, 9]
        #expect(parse(long) == .complete(client: IPAddress("2001:db8::7"), consumed: 56))
    }

    @Test("a balancer that speaks for itself, and one that does not tell, name no client")
    func none() {
        #expect(parse(Self.signature + [0x20, 0x00, 0, 0]) == .complete(client: nil, consumed: 16))
        #expect(parse(Self.signature + [0x21, 0x00, 0, 2, 1, 2]) == .complete(client: nil, consumed: 18))
        #expect(parse(Self.signature + [0x20, 0x11, 0, 1, 9]) == .complete(client: nil, consumed: 17))
    }

    @Test("anything else is refused as soon as it can be told")
    func refused() {
        for bytes in [
            Array("GET / HTTP/1.1\r\n".utf8), Array("PROXY TCP4 ".utf8), [0x0D, 0x0A, 0x0D, 0x0B],
            Self.signature + [0x11, 0x11, 0, 12], Self.signature + [0x22, 0x11, 0, 12],
            Self.signature + [0x21, 0x12, 0, 0], Self.signature + [0x21, 0x11, 0, 4, 1, 2, 3, 4],
            Self.signature + [0x21, 0x11, 0xFF, 0xFF],
            Self.signature + [0x21, 0x21, 0, 12] + [UInt8](repeating: 0, count: 12),
        ] {
            guard case .invalid = ProxyPreface.parse(bytes.span) else {
                Issue.record("taken: \(bytes)")
                continue
            }
        }
    }
}
