import Dispatch
import Events
import Formats
import Platform
import Settings
import Storage

/// Takes a batch of records through decoding, mapping and the memory-free stages, on several threads. Which thread takes
/// which record makes no difference to what comes out.
struct Preparing {
    /// Records that a thread takes at a time.
    private static let chunk = 8

    let settings: Shared<Settings>
    let now: Instant
    /// Where each thread notes what it has in work.
    let work: WorkNotes?
    /// How many threads at most; nil = as many as there are cores.
    let workers: Int?

    /// The records prepared, in their order.
    func prepare(_ records: [JournalRecord]) -> [PreparedRecord] {
        guard let first = records.first else { return [] }
        let oneByOne = workers == 1 || work?.takesOneByOne(from: first.sequence) ?? false
        guard records.count > Preparing.chunk, !oneByOne else {
            return records.map { prepare($0, slot: DeciderStation.workSlot + 1) }
        }
        // As many pieces as would fill each thread several times, so that a long record does not keep the others waiting;
        // as many as there are threads, where their number is given.
        let share = workers.map { (records.count + $0 - 1) / $0 } ?? Preparing.chunk
        // One slot is the decider's, and each piece needs one.
        let chunk = max(share, records.count / (WorkNotes.slots - 1) + 1)
        let results = Guarded([PreparedRecord?](repeating: nil, count: records.count))
        DispatchQueue.concurrentPerform(iterations: (records.count + chunk - 1) / chunk) { index in
            let range = index * chunk..<min(records.count, (index + 1) * chunk)
            let made = records[range].map { prepare($0, slot: DeciderStation.workSlot + 1 + index) }
            results.with { results in
                for (offset, record) in made.enumerated() { results[range.lowerBound + offset] = record }
            }
        }
        return results.with { $0.compactMap(\.self) }
    }

    private func prepare(_ record: JournalRecord, slot: Int) -> PreparedRecord {
        if let ends = work?.ends[record.sequence], ends.areTooMany {
            // If its envelope alone ended the program once more, that is left unopened as well.
            return PreparedRecord(
                quarantining: ends.haveJustBecomeTooMany ? decoded(record) ?? unread(record) : unread(record),
                exits: ends.all)
        }
        work?.begin(record.sequence, slot: slot)
        defer { work?.end(slot: slot) }
        #if DEBUG
            PlantedTrap.spring(on: record.payload)
        #endif
        do {
            return PreparedRecord(try AlertRecord(decoding: record.payload), settings)
        } catch {
            // The checksum was right, so a later version wrote fields that this one cannot read: the record is kept as
            // an unparseable event, and the journal still holds every byte.
            return PreparedRecord(unread(record, "\(error)"), settings)
        }
    }

    /// The envelope of a record that is quarantined: it is noted as well, as nothing is above suspicion now.
    private func decoded(_ record: JournalRecord) -> AlertRecord? {
        work?.begin(record.sequence, slot: DeciderStation.workSlot + 1)
        defer { work?.end(slot: DeciderStation.workSlot + 1) }
        do { return try AlertRecord(decoding: record.payload) } catch { return nil }
    }

    /// What stands for an alert whose record is not, or cannot be, read.
    private func unread(_ record: JournalRecord, _ why: String = "not read") -> AlertRecord {
        let id = Identifier(high: record.sequence, low: 0x8000_0000_0000_0000)
        return AlertRecord(
            receipt: id, receivedAt: now, source: "journal", peer: "", deliveryID: nil,
            body: Array("record \(record.sequence): \(why)".utf8))
    }
}
