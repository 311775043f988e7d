public import Events
import Formats
import Platform
public import Settings
public import Storage

/// The journal as a past that can be looked at: compressed segments too, beside a running service or without one.
public struct PastAlerts: Sendable {
    /// The journal.
    public let journal: JournalFolder
    /// The last record that is decided; without a ledger the last that there is.
    public let last: UInt64
    /// When its alert was received.
    public let end: Instant
    private let ledgerPath: String?
    /// Rows of the ledger that are read at a time.
    private static let page = 1000

    /// Looks at a data folder; `journal` is where its journal is, if not inside; `last` the record up to which it is looked at.
    public init(dataFolder: String, journal path: String? = nil, last given: UInt64? = nil) throws {
        let journal = JournalFolder(path ?? dataFolder + "/journal")
        self.journal = journal
        let hasLedger = try SystemDisk().list(dataFolder).contains("ledger.db")
        ledgerPath = hasLedger ? dataFolder + "/ledger.db" : nil
        last =
            try given
            ?? (hasLedger ? LedgerHistory(path: dataFolder + "/ledger.db").watermark() : journal.lastSequence())
        end = try PastAlerts.end(journal, last)
    }

    /// A connection of its own to the ledger; nil where there is none.
    func history() throws -> LedgerHistory? { try ledgerPath.map { try LedgerHistory(path: $0) } }

    /// A reader that stands at, or somewhat before, the first alert of a time.
    func reader(from time: Instant) throws -> JournalReader {
        let before = try journal.stat().last { $0.header.created <= time }
        return JournalReader(journal, from: before?.header.firstSequence ?? 1)
    }

    /// The records since a time that have ended the program again and again: nobody looks at them a second time.
    func quarantined(since time: Instant) throws -> Set<UInt64> {
        guard let history = try history(), var next = try history.firstNumber(since: time) else { return [] }
        var found: Set<UInt64> = []
        while true {
            let rows = try history.auditRows(from: next, limit: PastAlerts.page)
            for row in rows where row.isQuarantined { found.insert(row.sequence) }
            guard let last = rows.last else { return found }
            next = last.number + 1
        }
    }

    /// When the last alert that can be read was received.
    private static func end(_ journal: JournalFolder, _ last: UInt64) throws -> Instant {
        var end = Instant(milliseconds: 0)
        guard let segment = try journal.stat().last(where: { $0.header.firstSequence <= last }) else { return end }
        var reader = JournalReader(journal, from: segment.header.firstSequence)
        while let record = try reader.next(upTo: last) {
            do { end = max(end, try AlertRecord(decoding: record.payload).receivedAt) } catch { continue }
        }
        return end
    }
}

/// Configurations for looking at the past, where secrets matter to nobody.
public enum PastConfiguration {
    private static func world() -> SettingsWorld {
        SettingsWorld(zones: ZoneFolder.resolve, patterns: RegularExpression.compiler, now: nil) {
            reference throws(SecretFault) in
            // One that is not there, for instance in another user's environment, decides nothing.
            do { return try ConfigurationFolder.resolveSecret(reference) } catch { return "unknown-secret" }
        }
    }

    /// The configuration that the ledger of a data folder has in use; nil where it keeps none that is sound.
    public static func inUse(dataFolder: String) throws -> Settings? {
        let kept = try kept(dataFolder)
        return kept.first.flatMap { Settings.restore($0, among: kept, world())?.settings }
    }

    /// All configurations that the ledger of a data folder keeps and that are sound, the one in use first.
    static func all(dataFolder: String) throws -> [Settings] {
        let kept = try kept(dataFolder)
        return kept.compactMap { Settings.restore($0, among: kept, world())?.settings }
    }

    /// A folder's configuration as a reload of the service would take it. Throws where it would be refused.
    public static func load(_ folder: String, dataFolder: String) throws -> Settings {
        let earlier = try kept(dataFolder)
        let result = Settings.accept(try ConfigurationFolder.read(folder), earlier: earlier, world())
        guard let accepted = result.accepted else { throw ConfigurationError.refused(result.findings) }
        return accepted.settings
    }

    private static func kept(_ dataFolder: String) throws -> [KeptConfiguration] {
        guard try SystemDisk().list(dataFolder).contains("ledger.db") else { return [] }
        return try LedgerHistory(path: dataFolder + "/ledger.db").configurations().map(KeptConfiguration.init)
    }
}
