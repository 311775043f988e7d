import Formats
import Settings
import Testing

struct ListenTests {
    @Test("addresses are a list, with or without a scheme")
    func list() {
        let list = ListenAddress.list("0.0.0.0:8443, http://127.0.0.1:8080,HTTPS://[::]:9,unix:/run/itp.sock, ")
        #expect(list.map(\.place) == ["0.0.0.0:8443", "127.0.0.1:8080", "[::]:9", "unix:/run/itp.sock"])
        #expect(list.map(\.isSecure) == [nil, false, true, false])
        #expect(list.map(\.isLoopback) == [false, true, false, true])
    }

    @Test(
        "a list is this machine's own only if all of it is",
        arguments: [
            ("127.0.0.1:1", true), ("localhost:1", true), ("[::1]:1", true), ("127.0.0.1:1,unix:/s", true),
            ("127.0.0.1:1,0.0.0.0:2", false), ("127.evil.example:1", false), ("*:1", false), (":1", false),
            ("http://127.0.0.1:1", true), ("[::ffff:127.0.0.1]:1", true),
        ])
    func own(addresses: String, isOwn: Bool) { #expect(ServiceSettings.isLoopback(addresses) == isOwn) }

    @Test("limits of a rate are read, and anything else is not")
    func rates() {
        #expect(RateLimit("100/s") == RateLimit(count: 100, seconds: 1))
        #expect(RateLimit("600 / M") == RateLimit(count: 600, seconds: 60))
        #expect(RateLimit("5000/h") == RateLimit(count: 5000, seconds: 3600))
        #expect(RateLimit("7") == RateLimit(count: 7, seconds: 1))
        for text in ["", "0/s", "-1", "x/s", "1/d", "1/s/s", "/s", "1.5/s"] {
            #expect(RateLimit(text) == nil, "\(text)")
        }
    }

    @Test(
        "what is wrong with the listener is found, with its line",
        arguments: [
            ("TLSCert=/c", "there is no TLSKey"), ("TLSKey=/k", "there is no TLSCert"),
            ("Address=https://127.0.0.1:1", "https:// needs TLSCert"), ("RateLimit=fast", "'fast' is not 100/s"),
            ("TrustedProxies=10.0.0.0/8, nginx", "'nginx' is no address"),
            ("ProxyProtocol=Y", "name the balancers in TrustedProxies"),
        ])
    func findings(line: String, text: String) {
        let errors = load(soundRules, service: "[LISTEN]\n\(line)\n").findings.filter {
            $0.severity == .error && $0.file == "ITPSvcCfg.ini"
        }
        #expect(
            errors.count == 1 && errors.first?.line == 2 && errors.first?.message.contains(text) == true, "\(errors)")
    }

    @Test("what is right is taken")
    func taken() throws {
        let loaded = load(
            soundRules,
            service:
                "[LISTEN]\nTLSCert=/c\nTLSKey=/k\nTrustedProxies=10.0.0.0/8, unix\nProxyProtocol=Y\nRateLimit=10/m\n"
                + "MaxConnectionsPerAddress=7\n")
        let service = try #require(loaded.settings, "\(loaded.findings)").service
        #expect(service.certificate?.path == "/c" && service.certificateKey?.line == 3)
        #expect(service.trustedProxies == ["10.0.0.0/8", "unix"] && service.expectsProxyProtocol)
        #expect(service.rateLimit == RateLimit(count: 10, seconds: 60) && service.maxConnectionsPerAddress == 7)
    }
}
