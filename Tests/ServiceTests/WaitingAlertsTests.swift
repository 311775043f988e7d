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
            batch.records.forEach(from: 1) { _, _, payload in
                receipts.append((try? AlertRecord(decoding: Array(payload)))?.receipt.description ?? "")
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

    @Test("memory that several batches give back is used for the next ones, with nothing left in it")
    func reuse() throws {
        var waiting = WaitingAlerts()
        for round in 0..<4 {
            let start = round * 100
            add(start..<start + 10, bytes: 1, to: &waiting)
            var taken = waiting.take()
            var first = try #require(taken)
            add(start + 10..<start + 20, bytes: 1, to: &waiting)
            taken = waiting.take()
            var second = try #require(taken)
            #expect((first.records.count, second.records.count) == (10, 10))
            first.removeAll()
            second.removeAll()
            waiting.reuse(second)
            waiting.reuse(first)
            add(start + 20..<start + 30, bytes: 1, to: &waiting)
            #expect(try take(&waiting) == [receipts(start + 20..<start + 30)])
        }
    }
}
