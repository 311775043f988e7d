import Events
import Formats
import Platform
import Testing

@testable import Service

/// Signatures of Amazon SNS, with a certificate of our own in `Tests/Fixtures/signatures`.
struct SNSTests {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/signatures"

    private static func message(_ name: String) throws -> JSON {
        try #require(JSON(parsing: Files.read(folder + "/sns_messages.json", maxBytes: 1 << 20))[name])
    }

    private static func certificate() throws -> [UInt8] {
        try Files.read(folder + "/sns_certificate.pem", maxBytes: 1 << 20)
    }

    @Test(
        "a message of either version verifies; with anything changed that is signed it does not",
        arguments: [
            "v1", "v2", "confirmation",
        ])
    func verifies(_ name: String) throws {
        let json = try Self.message(name)
        let certificate = try Self.certificate()
        #expect(try #require(SNSMessage(json.bytes)).isSigned(by: certificate))
        for member in json.members ?? [] where !["SigningCertURL", "SignatureVersion"].contains(member.name) {
            var text = Array(member.value.string?.utf8 ?? "".utf8)
            text[text.count / 2] ^= 1
            let changed = JSON.object(
                (json.members ?? []).map {
                    $0.name == member.name ? JSON.Member($0.name, .string(String(decoding: text, as: UTF8.self))) : $0
                })
            #expect(SNSMessage(changed.bytes)?.isSigned(by: certificate) ?? false == false, "\(member.name)")
        }
        #expect(try #require(SNSMessage(json.bytes)).isSigned(by: Array("no certificate".utf8)) == false)
    }

    @Test(
        "only Amazon's own hosts are asked for certificates",
        arguments: [
            ("https://sns.eu-west-1.amazonaws.com/a.pem", true),
            ("https://sns.cn-north-1.amazonaws.com.cn/a.pem", true),
            ("http://sns.eu-west-1.amazonaws.com/a.pem", false),
            ("https://sns.eu-west-1.amazonaws.com.evil.example/a.pem", false),
            ("https://evil.example/sns.eu-west-1.amazonaws.com/a.pem", false),
            ("https://sns.x@evil.amazonaws.com/a.pem", false),
            ("https://s3.eu-west-1.amazonaws.com/a.pem", false), ("https://sns.eu-west-1.amazonaws.com", false),
            ("https://sns.eu-west-1.amazonaws.com:99/a.pem", false), ("https://sns..amazonaws.com/a.pem", false),
        ])
    func hosts(_ url: String, _ expected: Bool) {
        #expect(SNSMessage.isAmazons(url) == expected)
    }

    @Test("a certificate is fetched once and kept, one that proves nothing is not kept")
    func kept() throws {
        let good = try Self.certificate()
        let fetched = Guarded(0)
        let answer = Guarded<[UInt8]?>(nil)
        let certificates = SNSCertificates { _, then in
            fetched.with { $0 += 1 }
            then(answer.with { $0 })
        }
        let message = try #require(SNSMessage(try Self.message("v2").bytes))
        let results = Guarded<[Bool]>([])
        let verify = { certificates.verify(message) { result in results.with { $0.append(result) } } }
        verify()
        answer.with { $0 = Array("broken".utf8) }
        verify()
        answer.with { $0 = good }
        verify()
        verify()
        #expect(results.with { $0 } == [false, false, true, true])
        #expect(fetched.with { $0 } == 3)
    }

    @Test("a message counts for a while around its time, and a confirmation says where to confirm")
    func times() throws {
        let message = try #require(SNSMessage(try Self.message("v1").bytes))
        let sent = try #require(Instant(rfc3339: "2026-07-15T14:08:03.824Z"))
        #expect(message.isRecent(sent + .minutes(70)))
        #expect(!message.isRecent(sent + .minutes(80)))
        #expect(message.subscribeURL == nil)
        let confirmation = try #require(SNSMessage(try Self.message("confirmation").bytes))
        #expect(
            confirmation.subscribeURL?.hasPrefix("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription")
                == true)
    }
}
