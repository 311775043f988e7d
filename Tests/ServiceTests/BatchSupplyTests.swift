import Decisions
import Events
import Formats
import Platform
import Settings
import Storage
import TestSupport
import Testing

@testable import Service

@Suite struct BatchSupplyTests {
    /// A supply of so many alerts of one sort, all in memory.
    private func supply(_ count: Int) -> BatchSupply {
        let feed = RecordFeed(durable: 0, maxRecords: count, maxBytes: 64 << 20)
        let entries = (1...count).map {
            JournalEntry(type: JournalRecordType(rawValue: 1), payload: alert($0, body()).encoded)
        }
        feed.add(JournalBatch(entries), from: 1)
        let reader = JournalReader(JournalFolder("nowhere", on: MemoryDisk()))
        return BatchSupply(feed, reader, work: nil, workers: nil)
    }

    private func disposition(_ batch: BatchSupply.Batch, _ settings: Shared<Settings>) throws -> Disposition? {
        let event = try #require(batch.prepared.first?.events.first)
        guard case .verdict(let verdict) = try Pipeline.decide(event, settings, memory: TableMemory()) else {
            return nil
        }
        return verdict.disposition
    }

    @Test("batches come in the order of the journal, each record once, with what was made of it")
    func order() throws {
        var supply = supply(2400)
        defer { supply.finish() }
        let settings = Shared(wrappedValue: try settings())
        var sequences: [UInt64] = []
        while true {
            let batch = try supply.next(settings, now: start)
            if batch.records.isEmpty { break }
            #expect(batch.records.count <= 1024)
            #expect(batch.prepared.map(\.alert.receipt) == batch.records.map { alert(Int($0.sequence), "").receipt })
            sequences += batch.records.map(\.sequence)
        }
        #expect(sequences == Array(1...2400))
    }

    @Test("what was prepared ahead is prepared anew when the settings change")
    func change() throws {
        var supply = supply(1200)
        defer { supply.finish() }
        let former = Shared(wrappedValue: try settings())
        let latter = Shared(wrappedValue: try settings(rules: "[ALERT REWRITE]\nDisk=CANCEL"))
        #expect(try disposition(supply.next(former, now: start), former) == .ticketed)
        supply.settingsChanged()
        #expect(try disposition(supply.next(latter, now: start), latter) == .cancelled)
        #expect(try supply.next(latter, now: start).records.isEmpty)
    }
}
