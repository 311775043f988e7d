import Events
import Mapping
import Settings
import Storage

/// Sources that are expected to send (`ExpectEvery`): when one was last heard of is in the ledger, and a timer looks after it.
/// Its silence is an event, decided in the transaction that notices it, and so is its end.
extension DeciderStation {
    /// After a start a source has this long to be heard of, as nobody could send to a service that was not there; less where it
    /// is expected more often.
    private static let grace = Instant.Span.minutes(10)
    /// These events come of no record of the journal.
    private static let noSequence = UInt64(Int64.max)

    /// Begins to look after sources that are expected to send, and ends it for those that no longer are.
    mutating func expectSources(_ now: Instant) throws {
        expected = settings.sources.compactMapValues(\.course.expectEvery)
        var known: [String: ExpectationRow] = [:]
        for row in try ledger.expectations() {
            if expected[row.source] == nil { try ledger.removeExpectation(row.source) } else { known[row.source] = row }
        }
        for (source, every) in expected.sorted(by: { $0.key < $1.key }) {
            var row = known[source] ?? ExpectationRow(source: source, heard: now, due: nil)
            if known[source] != nil {
                // One that is silent is waited for without a timer; one that is due early enough has its timer.
                guard let due = row.due, due > row.heard + every else { continue }
            }
            row.due = row.heard + every
            try keep(row)
        }
    }

    /// Notes that something came of a source; kept before the commit.
    mutating func hear(_ source: String, _ at: Instant) {
        guard expected[source] != nil else { return }
        heard[source] = max(heard[source] ?? at, at)
    }

    /// Keeps what has been heard since the last commit; whoever was silent is no longer.
    mutating func keepHeard(_ now: Instant) throws {
        guard !heard.isEmpty else { return }
        let news = heard.sorted { $0.key < $1.key }
        heard = [:]
        for (source, at) in news {
            guard let every = expected[source], var row = try ledger.expectation(source), at > row.heard else {
                continue
            }
            row.heard = at
            // The timer that is set looks again when it is due.
            guard row.due == nil else {
                try ledger.keep(row)
                continue
            }
            row.due = max(at + every, now)
            try keep(row)
            try tell(row, every, isOver: true, now)
        }
    }

    /// A source's time may be up.
    mutating func watchSource(_ timer: TimerRow, _ now: Instant) throws {
        guard var row = try ledger.expectation(timer.subject), row.due == timer.due, let every = expected[row.source]
        else { return }
        // Records of this transaction that were handled before.
        row.heard = max(row.heard, heard[row.source] ?? row.heard)
        let waits = max(row.heard + every, startedAt + min(every, DeciderStation.grace))
        guard waits <= now else {
            row.due = waits
            return try keep(row)
        }
        row.due = nil
        try ledger.keep(row)
        try tell(row, every, isOver: false, now)
    }

    private mutating func keep(_ row: ExpectationRow) throws {
        try ledger.keep(row)
        guard let due = row.due else { return }
        effects.append(.setTimer(try ledger.setTimer(due: due, kind: .expect, subject: row.source)))
    }

    private mutating func tell(_ row: ExpectationRow, _ every: Instant.Span, isOver: Bool, _ now: Instant) throws {
        let record = SourceSilence.record(of: row.source, heard: row.heard, every: every, isOver: isOver, at: now)
        try decide(PreparedRecord(record, $settings), DeciderStation.noSequence, now)
    }
}
