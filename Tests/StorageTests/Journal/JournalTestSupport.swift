import Events
import Platform
import Storage
import TestSupport
import Testing

/// A clock that stands still until it is told otherwise.
final class StoppedClock: Clock {
    private let instant: Guarded<Instant>

    init(_ milliseconds: Int64) { instant = Guarded(Instant(milliseconds: milliseconds)) }

    var now: Instant { instant.with { $0 } }
    var monotonicNanoseconds: UInt64 { 0 }

    func set(_ milliseconds: Int64) { instant.with { $0 = Instant(milliseconds: milliseconds) } }
}

func entry(_ text: String, type: UInt16 = 1) -> JournalEntry {
    JournalEntry(type: JournalRecordType(rawValue: type), payload: Array(text.utf8))
}

/// A journal with small segments on a disk in memory.
func smallJournal(_ disk: any Disk, segmentBytes: Int = 1024) -> JournalFolder {
    var limits = JournalLimits()
    limits.segmentBytes = segmentBytes
    limits.readChunkBytes = 512
    limits.spareAfterBytes = 256
    return JournalFolder("/journal", on: disk, limits: limits)
}

/// The payloads of all records as text.
func texts(in folder: JournalFolder, from first: UInt64 = 1, upTo durable: UInt64) throws -> [String] {
    var reader = JournalReader(folder, from: first)
    var texts: [String] = []
    while let record = try reader.next(upTo: durable) { texts.append(String(decoding: record.payload, as: UTF8.self)) }
    return texts
}

/// What opening the journal throws; nil if it opens.
func refusal(_ folder: JournalFolder, ledgerWatermark: UInt64 = 0) -> JournalError? {
    do {
        _ = try folder.openForWriting(ledgerWatermark: ledgerWatermark)
        return nil
    } catch {
        return error
    }
}
