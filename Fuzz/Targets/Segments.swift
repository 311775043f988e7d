import Events
import Platform
import Storage
import TestSupport

/// A journal is written from the input, with some bodies and a compressed segment, then damaged as the input says. Whatever is
/// done to it: what is read is what was written, at its place; opening it refuses or recovers; repairing it makes it sound.
@Sendable func fuzzSegments(_ input: [UInt8]) {
    guard input.count > 4 else { return }
    let disk = MemoryDisk()
    var limits = JournalLimits()
    limits.segmentBytes = 2048
    limits.readChunkBytes = 512
    let folder = JournalFolder("/journal", on: disk, limits: limits)
    do {
        let written = try write(input, to: folder)
        disk.killProcess()
        try damage(input, folder, disk)
        check(folder, written)
        do {
            _ = try folder.openForWriting(ledgerWatermark: 0)
            check(folder, written)
        } catch {
            _ = try folder.repair(ledgerWatermark: 0)
            check(folder, written)
            require(try folder.verify().damage.isEmpty, "damage is left after the repair")
            _ = try folder.openForWriting(ledgerWatermark: 0)
        }
    } catch JournalError.damaged(_, _, .format) {
        // Another version's: it is left alone.
    } catch {
        require(false, "neither opened nor repaired: \(error)")
    }
}

/// Some batches of some records, whose sizes the first bytes give; every third has a body, and what is first is compressed.
private func write(_ input: [UInt8], to folder: JournalFolder) throws -> [[UInt8]] {
    var streams = try folder.openStreams(ledgerWatermark: 0)
    var written: [[UInt8]] = []
    let type = JournalRecordType(rawValue: 1)
    for number in 0..<Int(input[0] % 12 + 1) {
        let size = Int(input[number % input.count]) * 3
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
        written.append(payload)
        if number % 3 == 2 {
            let body = try streams.bodies.append([JournalEntry(type: type, payload: Array(payload.dropFirst(3)))])
            try streams.records.append([JournalEntry(type: type, payload: Array(payload.prefix(3)), body: body)])
            streams.bodies.watermark = streams.records.durableSequence
        } else {
            try streams.records.append([JournalEntry(type: type, payload: payload)])
        }
    }
    let future = Instant(milliseconds: .max)
    if input[1] & 1 == 1, let first = streams.records.segmentToCompress(upTo: UInt64(written.count), olderThan: future)
    {
        require(try folder.compress(first), "a sound segment is not compressed")
        try streams.records.useCompressed(first)
    }
    return written
}

/// Four bytes each: which file, where, and what; every eighth cuts the file off instead.
private func damage(_ input: [UInt8], _ folder: JournalFolder, _ disk: MemoryDisk) throws {
    let names = try disk.list(folder.path).sorted()
    guard !names.isEmpty else { return }
    for start in stride(from: 1, to: input.count - 3, by: 4) {
        let path = "\(folder.path)/\(names[Int(input[start]) % names.count])"
        guard var bytes = disk.contents(path), !bytes.isEmpty else { continue }
        let at = (Int(input[start + 1]) << 8 | Int(input[start + 2])) % bytes.count
        if input[start + 3] & 7 == 7 {
            bytes.removeLast(bytes.count - at)
        } else {
            bytes[at] = input[start + 3]
        }
        disk.replace(path, with: bytes)
    }
}

/// Reads from each place that can be read; what comes must be what was written there.
private func check(_ folder: JournalFolder, _ written: [[UInt8]]) {
    for first in 1...UInt64(written.count) {
        var reader = JournalReader(folder, from: first)
        do {
            let record = try reader.record(first)
            require(record.sequence == first, "record \(record.sequence) in place of \(first)")
            require(record.payload == written[Int(first) - 1], "another payload than was written at \(first)")
        } catch {
            // Refusing is right; what must not be is a crash, or something else than what was written.
        }
    }
}
