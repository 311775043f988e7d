import Events
import Platform
import Storage
import TestSupport

/// A journal is written from the input, then damaged as the input says. Whatever is done to it: what is read is what was written,
/// in order; opening it refuses or recovers; repairing it makes it sound.
func fuzzSegments(_ input: [UInt8]) {
    guard input.count > 4 else { return }
    let disk = MemoryDisk()
    var limits = JournalLimits()
    limits.segmentBytes = 2048
    limits.readChunkBytes = 512
    let folder = JournalFolder("/journal", on: disk, limits: limits)
    do {
        let written = try write(input, to: folder)
        try damage(input, folder, disk)
        check(folder, written)
        guard try folder.verify().damage.isEmpty else {
            _ = try folder.repair()
            return require(try folder.verify().damage.isEmpty, "damage is left after the repair")
        }
        _ = try folder.openForWriting(ledgerWatermark: 0)
        check(folder, written)
    } catch {
        // Refusing is right; what must not be is a crash, or something else than what was written.
    }
}

/// Some batches of some records, whose sizes the first bytes give.
private func write(_ input: [UInt8], to folder: JournalFolder) throws -> [[UInt8]] {
    var writer = try folder.openForWriting(ledgerWatermark: 0)
    var written: [[UInt8]] = []
    for number in 0..<Int(input[0] % 12 + 1) {
        let size = Int(input[number % input.count]) * 3
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
        written.append(payload)
        _ = try writer.append([JournalEntry(type: JournalRecordType(rawValue: 1), payload: payload)])
    }
    return written
}

/// Four bytes each: which file, where, and what; every eighth cuts the file off instead.
private func damage(_ input: [UInt8], _ folder: JournalFolder, _ disk: MemoryDisk) throws {
    let names = try disk.list(folder.path).sorted()
    guard !names.isEmpty else { return }
    for start in stride(from: 1, to: input.count - 3, by: 4) {
        let file = try disk.open("\(folder.path)/\(names[Int(input[start]) % names.count])", .write)
        let size = try file.size()
        guard size > 0 else { continue }
        let at = (UInt64(input[start + 1]) << 8 | UInt64(input[start + 2])) % size
        if input[start + 3] & 7 == 7 {
            try file.truncate(to: at)
        } else {
            _ = try file.write([input[start + 3]], from: 0, at: at)
        }
    }
}

/// Reads from each place that can be read; what comes must be what was written there.
private func check(_ folder: JournalFolder, _ written: [[UInt8]]) {
    for first in 1...UInt64(written.count) {
        var reader = JournalReader(folder, from: first)
        guard let record = try? reader.record(first) else { continue }
        require(record.sequence == first, "record \(record.sequence) in place of \(first)")
        require(record.payload == written[Int(first) - 1], "another payload than was written at \(first)")
    }
}
