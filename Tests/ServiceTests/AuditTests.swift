import Events
import Formats
import Platform
import Settings
import TestSupport
import Testing

@testable import Service
@testable import Storage

@Suite("Audit")
struct AuditTests {
    private static func batch(_ count: Int, _ kind: String) -> String {
        let alerts = (0..<count).map {
            "{\"subject\":\"EVT|Disk|\(kind)\($0)|a|b|MB-DISK.EVT.S.P2.Alm\",\"agent\":\"fs\($0).servers.acme\"}"
        }
        return "{\"alerts\":[\(alerts.joined(separator: ","))]}"
    }

    private func audit(_ folder: String, since: ReplaySince = .back(.hours(720))) throws -> AuditReport {
        try Audit.run(dataFolder: folder, journal: nil, since: since)
    }

    /// Changes the ledger by hand.
    private func tamper(_ folder: String, _ sql: String) throws {
        try Ledger(path: folder + "/ledger.db").database.script(sql)
    }

    @Test("every accepted alert is accounted for, by disposition, also those that wait")
    func sound() throws {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            try scene.take(AuditTests.batch(3, "A"))
            try scene.take(body())
            try scene.take(body())
            try scene.take(body("MB-PATCH.PCH.S.P3.Alm"))
            let report = try audit(folder)
            #expect(report.isSound, "\(report.text)")
            #expect(report.accepted == 4 && report.events == 6)
            #expect(report.dispositions == ["ticketed": 4, "duplicate": 1, "parked": 1])
            #expect(report.text.hasSuffix("it adds up"))
            #expect(
                report.text.contains("of them 1 wait for a time or an answer\nof them 4 are on their way to the PSA"))
        }
    }

    @Test("an event whose row is gone is named, with its receipt, also the last one of a batch")
    func missing() throws {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            let first = try scene.take(AuditTests.batch(3, "A"))
            try scene.take(body())
            let single = try scene.take(body(data: "D"))
            try scene.take(body(data: "E"))
            try tamper(folder, "DELETE FROM events WHERE sequence=3")
            try tamper(folder, "DELETE FROM events WHERE sequence=1 AND item=2")
            let report = try audit(folder)
            #expect(!report.isSound && report.gapCount == 2)
            #expect(report.gaps.map(\.sequence) == [1, 3])
            #expect(report.gaps.map(\.event) == [first.derived(2), single])
            #expect(
                report.text.contains(
                    "receipt \(first), event \(first.derived(2)): there is no such event in the ledger"))
            #expect(report.text.hasSuffix("it does not add up: 2 not accounted for"))
            let listed = report.json["missing"]?.array?.compactMap { $0["event"]?.string }
            #expect(listed == [first.derived(2).description, single.description])
        }
    }

    @Test("an event that waits for a delivery, or an answer, that nobody will bring is named")
    func stranded() throws {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            let order = try scene.take(body())
            let held = try scene.take(body("MB-PATCH.PCH.S.P3.Alm"))
            try tamper(folder, "DELETE FROM outbox; DELETE FROM parked")
            let report = try audit(folder)
            #expect(report.gaps.map(\.event) == [order, held])
            #expect(
                report.gaps.map(\.what) == [
                    "it is decided, and nothing waits to be delivered", "it is parked, and nothing waits for it",
                ])
        }
    }

    @Test("what the history has forgotten, and what a restore has taken as settled, is no gap")
    func forgotten() throws {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            for number in 0..<3 {
                try scene.take("{\"subject\":\"nothing that can be parsed \(number)\"}")
                try scene.pass(60)
            }
            let later = try Ledger(path: folder + "/ledger.db")
            try later.begin()
            _ = try later.removeOutdated(
                history: start + .seconds(90), deliveries: start, duplicates: start, triggers: start, limit: 10)
            try later.commit()
            let report = try audit(folder)
            #expect(report.isSound && report.forgotten == 2 && report.events == 1, "\(report.text)")
            #expect(try audit(folder, since: .back(.seconds(30))).accepted == 1)

            try tamper(folder, "DELETE FROM events; UPDATE marks SET value=2 WHERE name='watermark'")
            try later.begin()
            try later.settleRest(upTo: 3)
            try later.commit()
            let restored = try audit(folder)
            #expect(restored.isSound && restored.takenAsSettled == 1 && restored.accepted == 3)
        }
    }
}
