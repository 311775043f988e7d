import Platform
import Storage

/// The journal's records on their way to the decider: recent ones from memory, older ones read back from the file. One
/// path for normal work, for a queue that is longer than memory, and for what a restart finds.
final class RecordFeed: Sendable {
    private struct State: Sendable {
        /// Recent records, contiguous; the oldest first.
        var ring = Fifo<JournalRecord>()
        var bytes = 0
        var durable: UInt64
    }

    /// Bytes of records after which `next` gives what it has: a record may hold a thousand alerts, and what is decided
    /// together is held in memory and committed together.
    private static let bytesAtOnce = 1 << 20

    private let state: Guarded<State>
    private let maxRecords: Int
    private let maxBytes: Int

    /// A feed for a journal whose last durable record is `durable`.
    init(durable: UInt64, maxRecords: Int, maxBytes: Int) {
        state = Guarded(State(durable: durable))
        self.maxRecords = maxRecords
        self.maxBytes = maxBytes
    }

    /// A batch that has become durable, by the sequence of its first record. What does not fit in memory is read from the file
    /// later.
    func add(_ batch: JournalBatch, from first: UInt64) {
        state.with { state in
            if maxRecords > 0 { batch.forEach(from: first) { add($0, $1, $2, &state) } }
            state.durable = first + UInt64(batch.count) - 1
        }
    }

    private func add(
        _ sequence: UInt64, _ type: JournalRecordType, _ payload: ArraySlice<UInt8>, _ state: inout State
    ) {
        let fits = state.ring.count < maxRecords && state.bytes + payload.count <= maxBytes
        let follows = state.ring.last.map { $0.sequence + 1 == sequence } ?? true
        guard fits, follows else { return }
        state.ring.append(JournalRecord(sequence: sequence, type: type, payload: Array(payload)))
        state.bytes += payload.count
    }

    /// The last record that is durable.
    var durable: UInt64 { state.with { $0.durable } }

    /// At most `limit` records from the sequence at which `reader` stands; the reader is moved on.
    func next(_ limit: Int, _ reader: inout JournalReader) throws -> [JournalRecord] {
        let wanted = reader.position
        let (recent, upTo) = state.with { state -> ([JournalRecord], UInt64) in
            // What the decider has read from the file in the meantime is not needed any more.
            while let first = state.ring.first, first.sequence < wanted { drop(&state) }
            guard let first = state.ring.first, first.sequence == wanted else {
                return ([], state.ring.first.map { $0.sequence - 1 } ?? state.durable)
            }
            var taken: [JournalRecord] = []
            var bytes = 0
            while taken.count < limit, bytes < RecordFeed.bytesAtOnce, let record = drop(&state) {
                taken.append(record)
                bytes += record.payload.count
            }
            return (taken, state.durable)
        }
        if let last = recent.last {
            reader.seek(to: last.sequence + 1)
            return recent
        }
        var records: [JournalRecord] = []
        var bytes = 0
        while records.count < limit, bytes < RecordFeed.bytesAtOnce, reader.position <= upTo,
            let record = try reader.next(upTo: upTo)
        {
            records.append(record)
            bytes += record.payload.count
        }
        return records
    }

    @discardableResult
    private func drop(_ state: inout State) -> JournalRecord? {
        guard let record = state.ring.popFirst() else { return nil }
        state.bytes -= record.payload.count
        return record
    }
}
