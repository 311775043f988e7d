import Formats

/// One of the addresses of `[LISTEN] Address`.
public struct ListenAddress: Sendable, Equatable {
    /// `host:port` or `unix:/path`.
    public var place: String
    /// Whether it speaks TLS: `https://` or `http://` was written before it; nil = it does if there is a certificate.
    public var isSecure: Bool?

    /// The addresses of a comma list.
    public static func list(_ text: String) -> [ListenAddress] {
        text.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }.map { word in
            for (scheme, isSecure) in [("https://", true), ("http://", false)]
            where word.prefix(scheme.count).lowercased() == scheme {
                return ListenAddress(place: String(word.dropFirst(scheme.count)), isSecure: isSecure)
            }
            return ListenAddress(place: String(word), isSecure: word.hasPrefix("unix:") ? false : nil)
        }
    }

    /// Whether it is reached from this machine alone.
    public var isLoopback: Bool {
        if place.hasPrefix("unix:") { return true }
        let host = place.split(separator: ":", omittingEmptySubsequences: false).dropLast().joined(separator: ":")
        if host.equalsIgnoringCase("localhost") { return true }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        return IPAddress(bare)?.isLoopback ?? false
    }
}

/// So many requests in a time.
public struct RateLimit: Sendable, Equatable {
    /// How many.
    public var count: Int
    /// In how many seconds.
    public var seconds: Int

    /// Makes a limit from its two numbers.
    public init(count: Int, seconds: Int) {
        self.count = count
        self.seconds = seconds
    }

    /// Reads `100/s`, `600/m`, `5000/h`; a number alone counts for a second.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { $0.trimmed }
        guard (1...2).contains(parts.count), let count = Int(parts[0]), (1...1_000_000_000).contains(count) else {
            return nil
        }
        self.count = count
        switch parts.count == 2 ? parts[1].lowercased() : "s" {
        case "s": seconds = 1
        case "m": seconds = 60
        case "h": seconds = 3600
        default: return nil
        }
    }
}

/// A file that a key names, and where it says so.
public struct NamedFile: Sendable, Equatable {
    /// The file's path.
    public var path: String
    /// The configuration's file.
    public var file: String
    /// The line in it.
    public var line: Int
}

extension SettingsLoader {
    /// TLS, proxies and the limits of one sender, of `[LISTEN]`.
    mutating func loadEntrance(_ service: inout ServiceSettings) {
        let listen = sections.section("LISTEN", in: .service)
        func named(_ key: String) -> NamedFile? {
            guard let line = listen?[key], !line.value.isEmpty else { return nil }
            return NamedFile(path: line.value, file: line.file, line: line.line)
        }
        service.certificate = named("TLSCert")
        service.certificateKey = named("TLSKey")
        for (one, other, missing) in [
            (service.certificate, service.certificateKey, "TLSKey"),
            (service.certificateKey, service.certificate, "TLSCert"),
        ] {
            guard let one, other == nil else { continue }
            add(Finding(.error, one.file, one.line, "there is no \(missing): write both, or neither for plain HTTP"))
        }
        if service.certificate == nil, let line = listen?["Address"],
            ListenAddress.list(line.value).contains(where: { $0.isSecure == true })
        {
            add(Finding(.error, line.file, line.line, "Address: https:// needs TLSCert and TLSKey"))
        }
        service.maxConnectionsPerAddress = listen.number("MaxConnectionsPerAddress")
        service.expectsProxyProtocol = listen.flag("ProxyProtocol") ?? false
        if let line = listen?["TrustedProxies"] {
            service.trustedProxies = words(line.value)
            for word in service.trustedProxies where !word.equalsIgnoringCase("unix") && IPBlock(word) == nil {
                add(
                    Finding(
                        .error, line.file, line.line,
                        "TrustedProxies: '\(word)' is no address; write 192.0.2.1, 10.0.0.0/8 or unix"))
            }
        }
        if service.expectsProxyProtocol, service.trustedProxies.isEmpty, let line = listen?["ProxyProtocol"] {
            add(
                Finding(
                    .error, line.file, line.line,
                    "ProxyProtocol: name the balancers in TrustedProxies; nobody else is taken at their word"))
        }
        if let line = listen?["RateLimit"], !line.value.isEmpty {
            service.rateLimit = RateLimit(line.value)
            if service.rateLimit == nil {
                add(Finding(.error, line.file, line.line, "RateLimit: '\(line.value)' is not 100/s, 600/m or 5000/h"))
            }
        }
    }
}
