import Events
import Formats
import HTTPServer
import Platform
import TestSupport
import Testing

@testable import Service
@testable import Settings

/// TLS, limits of a rate, and proxies, as the whole service has them.
@Suite struct EntranceTests {
    private static let rules = "[RMM_SETTINGS]\nTimeZone=UTC\nPSA_Type=GEN\nPSA_Email=psa@x.example\n"

    /// Makes a key and a certificate for this machine, made out by themselves.
    private func makeCertificate(_ folder: String, _ name: String, days: Int = 2) throws {
        let ending = try shell(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days \(days) -subj /CN=\(name) "
                + "-addext subjectAltName=IP:127.0.0.1 -keyout \(folder)/\(name).key -out \(folder)/\(name).crt 2>/dev/null"
        )
        guard ending == 0 else { throw Trouble("openssl made no certificate") }
    }

    @discardableResult
    private func shell(_ command: String) throws -> Int32 {
        guard case .exited(let code) = try ChildProcess("/bin/sh", ["-c", command]).wait() else { return -1 }
        return code
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Files.read(path, maxBytes: 1 << 20), as: UTF8.self)
    }

    private func service(_ folder: String, _ more: String = "") -> String {
        "[LISTEN]\nTLSCert=\(folder)/server.crt\nTLSKey=\(folder)/server.key\n\(more)"
    }

    private func install(_ name: String, _ folder: String) throws {
        for kind in ["key", "crt"] {
            try Files.replace(
                "\(folder)/server.\(kind)", with: try Files.read("\(folder)/\(name).\(kind)", maxBytes: 65536))
        }
    }

    /// Runs `body` with a service that has a certificate, and the folder that holds it.
    private func withTLS(
        _ more: String = "", _ body: @escaping @Sendable (RunningService, String) throws -> Void
    ) async throws {
        try await onThread("itp-entrance-test") {
            try withTemporaryFolder { folder in
                try makeCertificate(folder, "one")
                try install("one", folder)
                let scene = Scene(
                    folder: folder + "/data", source: Source(Self.rules, service: service(folder, more)))
                try scene.serve { try body($0, folder) }
            }
        }
    }

    @Test("TLS 1.2 and 1.3 are spoken with HTTP/1.1, and 1.1 is refused")
    func versions() async throws {
        try await withTLS { running, folder in
            let address = running.service.address
            for (option, version) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
                let command =
                    "printf 'GET /health HTTP/1.0\\r\\n\\r\\n' | openssl s_client -connect \(address) \(option) -ign_eof "
                    + "-alpn h2,http/1.1 -CAfile \(folder)/one.crt -verify_return_error >\(folder)/out 2>&1"
                #expect(try shell(command) == 0)
                let out = try text("\(folder)/out")
                #expect(out.contains("ALPN protocol: http/1.1") && out.contains(version), "\(out)")
                #expect(out.contains("HTTP/1.1 200 OK") && out.contains("\"status\""), "\(out)")
            }
            let old =
                "openssl s_client -connect \(address) -tls1_1 -cipher ALL:@SECLEVEL=0 </dev/null >\(folder)/out 2>&1"
            #expect(try shell(old) != 0)
            let other = "openssl s_client -connect \(address) -alpn h2 </dev/null >\(folder)/out 2>&1"
            #expect(try shell(other) != 0)
            #expect(try shell("curl -s -m 5 http://\(address)/health >/dev/null 2>&1") != 0)
        }
    }

    @Test("large alerts go through TLS whole, and many on one connection")
    func large() async throws {
        try await withTLS { running, folder in
            let body = "{\"subject\":\"x\",\"body\":\"\(String(repeating: "y", count: 300_000))\"}"
            try Files.replace("\(folder)/body", with: Array(body.utf8))
            let url = "https://\(running.service.address)/v1/alerts"
            let curl =
                "curl -s --cacert \(folder)/one.crt -H 'Content-Type: application/json' --data-binary @\(folder)/body"
            #expect(try shell("\(curl) -w '%{http_code} %{num_connects}\\n' '\(url)?[1-20]' >\(folder)/out") == 0)
            let answers = try text("\(folder)/out").components(of: "}").dropFirst()
            #expect(answers.count == 20 && answers.allSatisfy { $0.hasPrefix("200 ") }, "\(answers)")
            #expect(answers.dropFirst().allSatisfy { $0.hasPrefix("200 0") }, "\(answers)")
        }
    }

    @Test("the certificate is changed under load, and no request fails")
    func swap() async throws {
        try await withTLS { running, folder in
            try makeCertificate(folder, "two")
            try shell("cat \(folder)/one.crt \(folder)/two.crt >\(folder)/both.crt")
            let curl = "curl -s --cacert \(folder)/both.crt -H 'Connection: close' -o /dev/null -w '%{http_code}\\n'"
            let url = "https://\(running.service.address)/health?[1-20]"
            try Files.replace("\(folder)/out", with: [])
            // It goes on until the last change is over, however long that takes.
            let load = try ChildProcess(
                "/bin/sh",
                ["-c", "while [ ! -e \(folder)/over ]; do \(curl) '\(url)'; done >\(folder)/out 2>/dev/null"])
            func answers() throws -> [Substring] { try text("\(folder)/out").components(of: "\n") }
            for name in ["two", "one", "two"] {
                let before = try answers().count
                #expect(try waitUntil(seconds: 60) { try answers().count >= before + 40 })
                try install(name, folder)
                // The service is asked over TLS by nobody here; its own door for it is the same as SIGHUP's.
                let isDone = Guarded(false)
                running.service.reload("test") { _ in isDone.with { $0 = true } }
                #expect(waitUntil(seconds: 60) { isDone.with { $0 } })
                #expect(try subject(running.service.address, folder).contains("CN = \(name)"))
            }
            try Files.replace("\(folder)/over", with: [])
            _ = try load.wait()
            #expect(try answers().allSatisfy { $0 == "200" })
        }
    }

    private func subject(_ address: BoundAddress, _ folder: String) throws -> String {
        try shell(
            "openssl s_client -connect \(address) </dev/null 2>/dev/null | openssl x509 -noout -subject >\(folder)/subject"
        )
        return try text("\(folder)/subject")
    }

    @Test("a certificate that cannot be used leaves the one before in use, and health says so")
    func broken() async throws {
        try await withTLS { running, folder in
            try Files.replace("\(folder)/server.key", with: Array("no key".utf8))
            let isDone = Guarded(false)
            running.service.reload("test") { _ in isDone.with { $0 = true } }
            #expect(waitUntil { isDone.with { $0 } })
            #expect(try subject(running.service.address, folder).contains("CN = one"))
            let curl = "curl -s --cacert \(folder)/one.crt https://\(running.service.address)/health >\(folder)/out"
            #expect(try shell(curl) == 0)
            let health = try text("\(folder)/out")
            #expect(health.contains("degraded") && health.contains("server.key cannot be used"), "\(health)")
        }
    }

    @Test("what is wrong with the files of a certificate is a finding at its key's line")
    func findings() throws {
        try withTemporaryFolder { folder in
            for name in ["one", "two"] { try makeCertificate(folder, name) }
            try Files.replace("\(folder)/bad", with: Array("x".utf8))
            func found(_ certificate: String, _ key: String) -> [Finding] {
                var settings = ServiceSettings()
                settings.certificate = NamedFile(path: "\(folder)/\(certificate)", file: "f", line: 2)
                settings.certificateKey = NamedFile(path: "\(folder)/\(key)", file: "f", line: 3)
                return Entrance.findings(settings)
            }
            #expect(found("one.crt", "one.key").isEmpty)
            for (certificate, key, line, text) in [
                ("one.crt", "two.key", 2, "is not that of"), ("bad", "one.key", 2, "certificates in"),
                ("none", "one.key", 2, "certificates in"), ("one.crt", "bad", 3, "key in"),
                ("one.crt", "none", 3, "key in"),
            ] {
                let finding = found(certificate, key).first
                #expect(finding?.severity == .error && finding?.line == line, "\(certificate) \(key)")
                #expect(finding?.message.contains(text) == true, "\(finding?.message ?? "")")
            }
        }
    }

    @Test("whoever asks too often gets 429 and when to come again; others are not held up")
    func rate() {
        let limiter = RateLimiter(RateLimit(count: 3, seconds: 60))
        func refused(_ address: String, at second: UInt64) -> String? {
            let peer = HTTPPeer(host: address, isLoopback: false, address: IPAddress(address))
            let refusal = limiter.refusal(peer, at: second * 1_000_000_000)
            #expect(refusal == nil || refusal?.status == 429)
            return refusal?.headers.first { $0.0 == "Retry-After" }?.1
        }
        for _ in 0..<3 { #expect(refused("192.0.2.1", at: 100) == nil) }
        #expect(refused("192.0.2.1", at: 100) == "20")
        #expect(refused("192.0.2.1", at: 110) == "10")
        #expect(refused("192.0.2.2", at: 110) == nil)
        #expect(refused("192.0.2.1", at: 120) == nil)
        #expect(refused("192.0.2.1", at: 120) == "20")
        // One network of IPv6 is one sender, however many addresses it uses.
        for last in 1...3 { #expect(refused("2001:db8::\(last)", at: 100) == nil) }
        #expect(refused("2001:db8::4", at: 100) == "20")
        #expect(refused("unix", at: 100) == nil)
        limiter.apply(nil)
        #expect(refused("192.0.2.1", at: 120) == nil)
    }

    @Test("more senders than are remembered do not take memory without end")
    func rateMemory() {
        let limiter = RateLimiter(RateLimit(count: 1, seconds: 3600))
        for number in 0..<UInt32(RateLimiter.maxAddresses + 10) {
            let address = IPAddress(v4: number)
            #expect(limiter.refusal(HTTPPeer(host: "", isLoopback: false, address: address), at: 5) == nil)
        }
        #expect(limiter.count <= RateLimiter.maxAddresses)
    }

    @Test("the limit of a rate concerns alerts alone, and a forwarded request is never this machine's own")
    func wired() async throws {
        let service = "[LISTEN]\nRateLimit=2/h\nTrustedProxies=127.0.0.1\n"
        try await Scene.with(Self.rules, service: service) { scene in
            try scene.serve { running in
                let json = [("Content-Type", "application/json")]
                let forwarded = json + [("X-Forwarded-For", "127.0.0.1"), ("Host", "localhost")]
                let body = Array("{\"subject\":\"x\"}".utf8)
                let other = json + [("X-Forwarded-For", "198.51.100.7")]
                let statuses = try [forwarded, json, json, other].map { headers in
                    try running.ask("POST", "/v1/alerts", headers, body).status
                }
                #expect(statuses == [403, 200, 429, 403])
                let health = try running.ask("GET", "/health").status
                #expect(health == 200)
            }
        }
    }
}

extension String {
    /// The parts between separators that are not empty.
    fileprivate func components(of separator: Character) -> [Substring] { split(separator: separator) }
}
