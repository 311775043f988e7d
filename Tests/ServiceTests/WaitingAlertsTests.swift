import Events
import Formats
import Storage
import TestSupport
import Testing

@testable import Service

@Suite struct WaitingAlertsTests {
    private func add(_ numbers: Range<Int>, bytes: Int, to waiting: inout WaitingAlerts) {
        let text = body(data: String(repeating: "x", count: bytes))
        for number in numbers { waiting.add(JournalRunner.Submission(alert: alert(number, text)) { _ in }) }
    }

    /// Takes all batches, and gives what alerts are in each.
    private func take(_ waiting: inout WaitingAlerts) throws -> [[String]] {
        var batches: [[String]] = []
        while var batch = waiting.take() {
            var receipts: [String] = []
            batch.records.forEach(from: 1) { record in
                receipts.append((try? AlertRecord(decoding: record.payload))?.receipt.description ?? "")
            }
            #expect(batch.others.count == receipts.count)
            batches.append(receipts)
            batch.removeAll()
            waiting.reuse(batch)
        }
        return batches
    }

    private func receipts(_ numbers: Range<Int>) -> [String] { numbers.map { alert($0, "").receipt.description } }

    @Test("a batch holds at most 1,024 alerts, and they leave in the order in which they came")
    func count() throws {
        var waiting = WaitingAlerts()
        #expect(waiting.take() == nil)
        for round in 0..<3 {
            let start = round * 5000
            add(start..<start + 2500, bytes: 1, to: &waiting)
            #expect(waiting.count == 2500 && !waiting.isEmpty)
            let batches = try take(&waiting)
            #expect(batches.map(\.count) == [1024, 1024, 452])
            #expect(batches.flatMap { $0 } == receipts(start..<start + 2500))
            #expect(waiting.isEmpty)
        }
    }

    @Test("a batch takes no more once it holds 4 MiB")
    func bytes() throws {
        var waiting = WaitingAlerts()
        add(0..<30, bytes: 500_000, to: &waiting)
        #expect(try take(&waiting).map(\.count) == [9, 9, 9, 3])
        add(0..<1, bytes: 5_000_000, to: &waiting)
        add(1..<2, bytes: 1, to: &waiting)
        #expect(try take(&waiting) == [receipts(0..<1), receipts(1..<2)])
    }
}
