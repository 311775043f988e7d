import Decisions
import Events
import Formats
import Platform
import Service
import Settings
import Storage
import Vendors

/// A data folder as a service leaves it: a journal with alerts and the ledger that has decided them, made by the parts of the
/// program that do so in a service.
struct PastFill {
    var scene: DecideScene
    /// The first alert's time, and how far one lies from the next.
    var start: Instant
    var millisecondsApart: Int
    /// Whether the PSA has taken what was decided; without it all of that waits in the outbox.
    var isDelivered: Bool

    private static let recordType = JournalRecordType(rawValue: UInt16(AlertRecord.recordType))
    private static let batch = 256

    /// Fills the folder's `data` with so many alerts, decided by that configuration.
    func make(_ count: Int, in folder: String, _ files: ConfigurationFiles) throws {
        let settings = try Configuration.load(files)
        let shared = Shared(wrappedValue: settings)
        let ledger = try Ledger(path: folder + "/data/ledger.db")
        var station = DeciderStation(ledger, settings)
        let clock = PresetClock(start)
        var writer = try JournalFolder(folder + "/data/journal").openForWriting(ledgerWatermark: 0, clock: clock)
        let kept = StoredConfiguration(
            hash: settings.hash, files: files.files.map { .init(name: $0.name, bytes: $0.bytes) }, tenants: [:])
        try ledger.begin()
        try station.handle(.keep(kept), now: clock.now)
        try ledger.commit()
        var sequence: UInt64 = 0
        for first in stride(from: 0, to: count, by: PastFill.batch) {
            let records = records(first..<min(count, first + PastFill.batch))
            guard let last = records.last else { return }
            clock.set(last.receivedAt)
            _ = try writer.append(records.map { JournalEntry(type: PastFill.recordType, payload: $0.encoded) })
            try ledger.begin()
            for record in records {
                sequence += 1
                try station.handle(
                    .record(sequence: sequence, PreparedRecord(record, shared)), now: record.receivedAt)
            }
            if isDelivered { try deliver(&station, clock.now) }
            try ledger.commit()
            _ = station.takeEffects()
        }
    }

    private func records(_ range: Range<Int>) -> [AlertRecord] {
        zip(range, scene.alerts(range, secondsApart: 1)).map { index, alert in
            var record = alert
            record.receivedAt = Instant(milliseconds: start.milliseconds + Int64(index * millisecondsApart))
            return record
        }
    }

    /// The PSA takes all that is to be delivered. Nothing is sent, so it need not be durable before.
    private func deliver(_ station: inout DeciderStation, _ now: Instant) throws {
        while true {
            try station.release(now: now)
            var reports: [(lane: String, order: DeliveryOrder)] = []
            for effect in station.takeEffects() {
                if case .deliver(let lane, let order) = effect { reports.append((lane, order)) }
            }
            guard !reports.isEmpty else { return }
            for (lane, order) in reports {
                let number = TicketNumber(
                    id: "\(order.row)", number: "\(order.row)", url: "https://psa.example/\(order.row)")
                let report: DeliveryReport =
                    order.action.kind == .create
                    ? .created(number, remarks: []) : .noted(order.ticket ?? number, remarks: [])
                try station.handle(.report(lane: lane, row: order.row, report), now: now)
            }
        }
    }
}

/// A clock that shows what it is set to.
private final class PresetClock: Clock {
    private let time: Guarded<Instant>

    init(_ now: Instant) { time = Guarded(now) }

    var now: Instant { time.with { $0 } }
    var monotonicNanoseconds: UInt64 { 0 }

    func set(_ now: Instant) { time.with { $0 = now } }
}
