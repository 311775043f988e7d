import Formats
import HTTPServer
import Platform
public import Settings

/// The service's side of the listeners: which there are, with which certificate, and whom they trust. All but the addresses may
/// change while the service runs.
final class Entrance: Sendable {
    private let server: HTTPServer
    private let limiter: RateLimiter
    private let troubles: Troubles
    private let log: Log
    /// The certificate in use.
    private let tls = Guarded<TLSContext?>(nil)

    init(server: HTTPServer, limiter: RateLimiter, troubles: Troubles, log: Log) {
        self.server = server
        self.limiter = limiter
        self.troubles = troubles
        self.log = log
    }

    /// Takes connections at all addresses, or at the sockets that were handed over instead; gives where.
    func open(_ addresses: String, inherited: [Int32], _ settings: ServiceSettings) throws -> [BoundAddress] {
        if let certificate = settings.certificate, let key = settings.certificateKey {
            // Without a certificate there is nothing to say to anybody: then it had better be known at once.
            let context = try TLSContext(certificatePath: certificate.path, keyPath: key.path)
            tls.with { $0 = context }
        }
        apply(settings)
        let hasCertificate = tls.with { $0 } != nil
        if !inherited.isEmpty {
            return try inherited.map { try server.adopt($0, secure: hasCertificate) }
        }
        return try ListenAddress.list(addresses).map { address in
            try server.start(address.place, secure: address.isSecure ?? hasCertificate)
        }
    }

    /// Takes what the settings say into use. A certificate that cannot be used leaves the one before in use.
    func apply(_ settings: ServiceSettings) {
        if let certificate = settings.certificate, let key = settings.certificateKey {
            do throws(TLSError) {
                let context = try TLSContext(certificatePath: certificate.path, keyPath: key.path)
                tls.with { $0 = context }
                tell(Entrance.doubt(context, certificate.path))
            } catch {
                tell("\(error); the certificate before it stays in use")
            }
        } else {
            tell(nil)
        }
        limiter.apply(settings.rateLimit)
        var rules = EntryRules()
        rules.tls = tls.with { $0 }
        rules.trusted.includesLocal = settings.trustedProxies.contains { $0.equalsIgnoringCase("unix") }
        rules.trusted.blocks = settings.trustedProxies.compactMap { IPBlock($0) }
        rules.expectsPreface = settings.expectsProxyProtocol
        rules.maxConnectionsPerAddress =
            settings.maxConnectionsPerAddress ?? max(1, settings.maxConnections / 2)
        server.apply(rules)
    }

    private func tell(_ trouble: String?) {
        guard let trouble else { return troubles.clear("tls") }
        troubles.set("tls", trouble)
        log.error(trouble)
    }

    /// What is surprising about a certificate that can be used.
    private static func doubt(_ context: TLSContext, _ path: String) -> String? {
        switch context.validity {
        case .valid: nil
        case .notYet: "the certificate in \(path) is not valid yet"
        case .over: "the certificate in \(path) has run out"
        }
    }

    /// What `itp check` says of the certificate and its key.
    static func findings(_ settings: ServiceSettings) -> [Finding] {
        guard let certificate = settings.certificate, let key = settings.certificateKey else { return [] }
        do throws(TLSError) {
            let context = try TLSContext(certificatePath: certificate.path, keyPath: key.path)
            return doubt(context, certificate.path).map {
                [Finding(.warning, certificate.file, certificate.line, "TLSCert: \($0)")]
            } ?? []
        } catch {
            var place = certificate
            if case .key = error { place = key }
            return [Finding(.error, place.file, place.line, error.description)]
        }
    }
}

extension Service {
    /// What is wrong with the files that the settings name: they cannot be judged without being read.
    public static func findings(_ settings: Settings) -> [Finding] { Entrance.findings(settings.service) }
}
