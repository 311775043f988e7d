import Formats
import HTTPServer
public import Settings

/// What came of reading the configuration.
public struct ReloadReport: Sendable {
    /// Whether what was read is in use now.
    public var isAccepted: Bool
    /// The configuration that is in use; nil while there is none.
    public var hash: String?
    /// What is wrong or surprising in what was read.
    public var findings: [Finding] = []
    /// Why nothing could be read; nil where it could.
    public var failure: String?
    /// By tenant with errors in its sections: the configuration that it stays at; empty = its events wait.
    public var tenants: [String: String] = [:]
    /// What has changed and takes effect at the next start.
    public var remarks: [String] = []

    /// What `/health` says while it is so.
    var reasons: [String] {
        var reasons: [String] = []
        if !isAccepted {
            let why = failure ?? "the configuration has errors"
            reasons.append(
                hash.map { "\(why): \($0) stays in use" }
                    ?? "\(why): alerts are accepted and wait until there is a sound one")
        }
        for (tenant, kept) in tenants.sorted(by: { $0.key < $1.key }) {
            reasons.append(
                kept.isEmpty
                    ? "the tenant '\(tenant)' has never had sound sections: its events wait"
                    : "the tenant '\(tenant)' stays at its sections of \(kept)")
        }
        return reasons + findings.filter { $0.severity != .warning }.map(\.description)
    }

    /// What the administrator is told: nil where nothing was refused.
    var trouble: String? {
        guard !isAccepted || !tenants.isEmpty else { return nil }
        let lines = reasons
        let more =
            lines.count > ReloadReport.linesTold ? ["… and \(lines.count - ReloadReport.linesTold) more lines"] : []
        return (lines.prefix(ReloadReport.linesTold) + more).joined(separator: "\n")
    }

    private static let linesTold = 50

    /// The answer to whoever asked over HTTP.
    var response: HTTPResponse {
        let listed = findings.map { finding -> JSON in
            [
                "file": .string(finding.file), "line": .integer(finding.line),
                "severity": .string(finding.severity == .warning ? "warning" : "error"),
                "message": .string(finding.message),
            ]
        }
        let members: [(String, JSON)] = [
            ("accepted", .bool(isAccepted)), ("hash", .text(hash)), ("findings", .array(listed)),
            (
                "tenants",
                .members(
                    tenants.sorted { $0.key < $1.key }.map { ($0.key, $0.value.isEmpty ? .null : .string($0.value)) })
            ),
            ("warnings", .array(remarks.map { .string($0) })),
        ]
        guard !isAccepted else { return .json(200, .members(members)) }
        return .problem(
            status: 422, title: "The configuration was refused", detail: failure ?? reasons.first,
            extra: members.map { JSON.Member($0.0, $0.1) })
    }
}
