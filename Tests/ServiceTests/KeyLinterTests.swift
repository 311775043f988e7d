import Events
import Formats
import Settings
import TestSupport
import Testing

@testable import Service

@Suite("Key linter")
struct KeyLinterTests {
    private func lint(_ alerts: [(agent: String, key: String?, subject: String)]) throws -> [String] {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            for alert in alerts {
                let body: JSON = [
                    "agent": .string(alert.agent), "key": .text(alert.key), "subject": .string(alert.subject),
                    "orgId": "acme",
                ]
                try scene.take(body.compact)
                try scene.pass(1)
            }
            return try KeyLinter.findings(PastAlerts(dataFolder: folder), since: .back(.hours(1)), scene.desk.settings)
                .map(\.message)
        }
    }

    private static let subject = "EVT|Disk|C|a|b|MB-DISK.EVT.S.P2.Alm"

    @Test("a time in the key is found, and which machine it is")
    func split() throws {
        let found = try lint(
            (0..<6).map { ("fs1.servers.acme", "disk 2026-11-21T02:0\($0):00Z", Self.subject) }
                + (0..<6).map { ("fs2.servers.acme", nil, "EVT|Job|17958\($0)0241|a|b|MB-JOB.EVT.S.P2.Alm") })
        #expect(found.count == 2, "\(found)")
        #expect(
            found.contains {
                $0.hasPrefix("6 problems of fs1.servers.acme differ only in a time, a number or an ID: 'disk 2026")
            })
        #expect(found.contains { $0.contains("6 problems of fs2.servers.acme") })
    }

    @Test("a key with an empty field, or of several machines, is found; alerts without agent and key are told")
    func merged() throws {
        let found = try lint([
            ("fs1.servers.acme", ":disk", Self.subject), ("fs2.servers.acme", ":disk", Self.subject),
            ("fs3.servers.acme", "ups", Self.subject), ("fs4.servers.acme", "ups", Self.subject),
            ("", nil, Self.subject), ("", nil, Self.subject),
        ])
        #expect(
            found == [
                "2 alerts name neither agent nor key, for instance 'MB-DISK.EVT C': all of one customer with the same monitor "
                    + "share a ticket; give an agent or a key",
                "the key ':disk' merges 2 machines (fs1.servers.acme, fs2.servers.acme), as a field in it is empty; put what "
                    + "tells them apart into the key",
                "the key 'ups' merges 2 machines (fs3.servers.acme, fs4.servers.acme); put what tells them apart into the key",
            ], "\(found)")
    }

    @Test("disks, ports, machines with numbers and addresses are no times")
    func sound() throws {
        let found = try lint(
            (0..<9).map { ("fs1.servers.acme", "10.0.0.\($0):443", Self.subject) }
                + (0..<9).map { ("fs2.servers.acme", "eth\($0) 00:1a:2b:3c:4d:0\($0)", Self.subject) }
                + (0..<9).map { ("fs3.servers.acme", nil, "EVT|Disk|/dev/sd\($0)|a|b|MB-DISK.EVT.S.P2.Alm") })
        #expect(found.isEmpty, "\(found)")
        #expect(KeyLinter.shape("a 2026-11-21T02:14:07.123+01:00 b") == "a # b")
        #expect(KeyLinter.shape("job 0198c0de-0000-7000-8000-000000000001") == "job #")
        #expect(KeyLinter.shape("port 8080") == "port 8080")
    }
}
