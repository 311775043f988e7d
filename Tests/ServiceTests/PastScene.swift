import Decisions
import Events
import Formats
import Platform
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// A data folder with a journal and the ledger that has decided it, as a service leaves them.
struct PastScene {
    let folder: String
    var desk: Desk
    private var writer: JournalWriter
    private let clock: StoppedClock

    init(_ folder: String, _ files: ConfigurationFiles, segmentBytes: Int = 1 << 20) throws {
        self.folder = folder
        let settings = try PastScene.settings(files)
        desk = try Desk(settings, on: Ledger(path: folder + "/ledger.db"))
        clock = StoppedClock()
        var limits = JournalLimits()
        limits.segmentBytes = segmentBytes
        writer = try JournalFolder(folder + "/journal", limits: limits).openForWriting(
            ledgerWatermark: 0, clock: clock)
        let kept = StoredConfiguration(KeptConfiguration(hash: settings.hash, files: files, tenants: [:]))
        try desk.handle(.keep(kept))
    }

    static func settings(_ files: ConfigurationFiles) throws -> Settings {
        let loaded = Settings.load(
            files, zones: ZoneFolder.resolve, patterns: RegularExpression.compiler
        ) { reference throws(SecretFault) in throw SecretFault(reference) }
        return try #require(loaded.settings, "\(loaded.findings)")
    }

    /// An alert comes, is journaled, and decided; its event's ID.
    @discardableResult
    mutating func take(_ body: String, delivery: String? = nil) throws -> Identifier {
        clock.setWall(desk.now)
        desk.sequence += 1
        let alert = alert(Int(desk.sequence), body, at: desk.now, delivery: delivery)
        let type = JournalRecordType(rawValue: UInt16(AlertRecord.recordType))
        _ = try writer.append([JournalEntry(type: type, payload: alert.encoded)])
        let record = PreparedRecord(alert, desk.$settings)
        try desk.handle(.record(sequence: desk.sequence, record))
        return try #require(record.events.first).id
    }

    /// Time goes on; what is due happens.
    mutating func pass(_ seconds: Int) throws { try desk.pass(seconds) }

    /// The PSA takes all that lanes have been handed.
    mutating func deliver() throws { try desk.deliver() }

    /// The journal's segments that may be are compressed.
    mutating func compress() throws -> Int {
        var count = 0
        while let first = writer.segmentToCompress(upTo: desk.sequence, olderThan: desk.now + .hours(1)) {
            guard try writer.folder.compress(first) else { break }
            try writer.useCompressed(first)
            count += 1
        }
        return count
    }

    func replay(_ new: ConfigurationFiles, since: ReplaySince = .back(.hours(24 * 30))) throws -> ReplayReport {
        let old = try #require(try PastConfiguration.inUse(dataFolder: folder))
        var replay = try Replay(
            PastAlerts(dataFolder: folder), since: since, old: old, new: PastScene.settings(new))
        return try replay.run()
    }
}
