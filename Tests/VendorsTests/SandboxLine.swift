import Events
import Formats
import Platform
import Settings
import Testing
import Vendors

@testable import Sandbox

/// The line between a conversation with an account and the stand-in of its PSA; what goes over it is kept.
final class SandboxLine {
    let kind: ConformingPSA
    var psa: any VendorSandbox
    var now = Instant(milliseconds: 1_795_227_247_000)
    private(set) var calls: [VendorCall] = []
    /// Answers in place of the PSA's own, for calls whose path ends so.
    var answers: [String: SandboxReply] = [:]

    init(_ kind: ConformingPSA) {
        self.kind = kind
        psa = kind.sandbox
    }

    /// The calls that could change something; signing in is none.
    var writes: [String] {
        calls.filter { $0.method != "GET" && !$0.url.contains("/security/") }.map { "\($0.method) \($0.url)" }
    }

    func dialogue(_ account: PSAAccount) -> AccountDialogue {
        AccountDialogue(account, time: { self.now }, exchange: carryOut)
    }

    private func carryOut(_ call: VendorCall) -> VendorOutcome {
        calls.append(call)
        let path = call.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        let words = "/" + path.drop { $0 != "/" }.dropFirst()
        let target = HTTPTarget(call.url.contains(".autotask.net/") ? "/autotask" + words : words)
        let own = answers.first { target.path.hasSuffix($0.key) }?.value
        let reply =
            own
            ?? psa.handle(
                SandboxRequest(
                    method: call.method, path: target.path, query: target.queryItems.map { ($0.name, $0.value) },
                    headers: call.headers.map { ($0.name, $0.value) }, body: call.body), now: now.milliseconds)
        return .reply(VendorReply(status: reply.status, body: reply.body))
    }

    /// What a configuration expects of its first account; `rules` stand below `[RMM_SETTINGS]` with the account.
    static func expectations(
        _ kind: ConformingPSA, _ rules: String, service: String = "", changing: [(String, String)] = []
    ) throws -> PSAExpectations {
        var account = kind.account
        for (old, new) in changing { account = account.replacing(old, with: new) }
        let files = ConfigurationFiles(files: [
            .init(name: "ITPConfig.ini", bytes: Array("[RMM_SETTINGS]\n\(account)\n\(rules)".utf8)),
            .init(name: "ITPSvcCfg.ini", bytes: Array(service.utf8)),
        ])
        let loaded = Settings.load(files, zones: universal, patterns: RegularExpression.compiler) {
            reference throws(SecretFault) in throw SecretFault(reference)
        }
        let settings = try #require(loaded.settings, "\(loaded.findings)")
        return try #require(settings.psaExpectations(files).first)
    }
}

/// The host is in UTC, and there is no other zone.
private let universal: ZoneResolver = { name throws(ZoneFault) in
    guard name.isEmpty else { throw ZoneFault("there is no zone '\(name)'") }
    return TZif.bytes(rule: "UTC0")
}
