import Events
import Formats
import Glibc
import Platform
import Storage

/// `itp bench journal`: what a durable append costs on this disk, bare and through the journal, and how long a start with a
/// long journal takes.
enum JournalBench {
    static let bench = Bench(
        name: "journal", summary: "durable appends and recovery on the disk of --data",
        accepted: Arguments.Accepted(
            values: ["data": "DIR", "appends": "N", "records": "N", "bytes": "N"]), run: run)

    private static let recordType = JournalRecordType(rawValue: UInt16(AlertRecord.recordType))

    @Sendable private static func run(_ arguments: Arguments) throws -> Bench.Report {
        let parent = arguments["data"] ?? "."
        let appends = try arguments.number("appends", 100...1_000_000, default: 2_000)
        let records = try arguments.number("records", 0...10_000_000, default: 1_000_000)
        let bytes = try arguments.number("bytes", 1...(1 << 20), default: 600)
        let folder = "\(parent)/itp-bench-\(getpid())"
        let disk = SystemDisk()
        try disk.makeFolder(folder)
        defer { BenchFolder.remove(folder) }
        var rows = [["durable write", "writes/s", "records/s", "p50 µs", "p99 µs"]]
        var json: [(String, JSON)] = []
        for measure in [
            try bare(folder, appends, bytes, isWritten: false), try bare(folder, appends, bytes, isWritten: true),
            try journal(folder, appends, bytes, batch: 1), try journal(folder, max(100, appends / 8), bytes, batch: 64),
        ] {
            rows.append(measure.cells)
            json.append((measure.name, measure.json))
        }
        var text = Bench.table(rows)
        if records > 0 {
            let recovery = try recovery(folder, records, bytes)
            text += "\n\(recovery.text)"
            json.append(("recovery", recovery.json))
        }
        return Bench.Report(text: text, json: .members(json))
    }
}

/// The times of many writes of one kind.
private struct Measure {
    var name: String
    var records: Int
    var nanoseconds: [UInt64] = []

    mutating func time(_ clock: SystemClock, _ body: () throws -> Void) rethrows {
        let began = clock.monotonicNanoseconds
        try body()
        nanoseconds.append(clock.monotonicNanoseconds - began)
    }

    private func microseconds(_ part: Double) -> Int {
        let sorted = nanoseconds.sorted()
        return sorted.isEmpty ? 0 : Int(sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] / 1000)
    }

    private var rate: Double {
        let sum = nanoseconds.reduce(0, +)
        return sum == 0 ? 0 : Double(nanoseconds.count) * 1e9 / Double(sum)
    }

    var cells: [String] {
        [
            name, String(Int(rate)), String(Int(rate * Double(records))), String(microseconds(0.5)),
            String(microseconds(0.99)),
        ]
    }

    var json: JSON {
        [
            "writesPerSecond": .integer(Int(rate)), "recordsPerSecond": .integer(Int(rate * Double(records))),
            "p50Microseconds": .integer(microseconds(0.5)), "p99Microseconds": .integer(microseconds(0.99)),
        ]
    }
}

extension JournalBench {
    /// The bytes of a record, appended and synced without a journal: into a file that grows, or one of zeroes.
    private static func bare(_ folder: String, _ count: Int, _ bytes: Int, isWritten: Bool) throws -> Measure {
        let clock = SystemClock()
        var measure = Measure(name: isWritten ? "bare, into zeroes" : "bare, growing", records: 1)
        let file = try SystemDisk().open("\(folder)/bare-\(isWritten)", .create)
        let record = [UInt8](repeating: 0x78, count: bytes + 24)
        if isWritten {
            try file.writeAll([UInt8](repeating: 0, count: record.count * count), at: 0)
            try file.sync()
        }
        for number in 0..<count {
            try measure.time(clock) {
                try file.writeAll(record, at: UInt64(number * record.count))
                try file.sync()
            }
        }
        return measure
    }

    /// Appends through the journal, into segments of zeroes.
    private static func journal(_ folder: String, _ count: Int, _ bytes: Int, batch: Int) throws -> Measure {
        let clock = SystemClock()
        var measure = Measure(name: "journal, \(batch) a write", records: batch)
        let journal = JournalFolder("\(folder)/journal-\(batch)")
        var writer = try journal.openForWriting(ledgerWatermark: 0)
        let spares = SpareSegments(journal)
        writer.spares = spares
        try writer.append(entries(bytes, count: 1 + journal.limits.spareAfterBytes / bytes))
        for number in 0..<count {
            if spares.ready == 0, number == 0 || writer.segments.count > 1 { try spares.prepare() }
            try measure.time(clock) { try writer.append(entries(bytes, count: batch)) }
        }
        spares.close()
        return measure
    }

    private static func entries(_ bytes: Int, count: Int) -> [JournalEntry] {
        let entry = JournalEntry(type: recordType, payload: [UInt8](repeating: 0x78, count: bytes))
        return [JournalEntry](repeating: entry, count: count)
    }

    /// A start with so many unsettled records, and the reading of all of them.
    private static func recovery(
        _ folder: String, _ records: Int, _ bytes: Int
    ) throws -> (text: String, json: JSON) {
        let clock = SystemClock()
        let journal = JournalFolder("\(folder)/recovery")
        var writer = try journal.openForWriting(ledgerWatermark: 0)
        var left = records
        while left > 0 {
            try writer.append(entries(bytes, count: min(left, 1024)))
            left -= min(left, 1024)
        }
        let began = clock.monotonicNanoseconds
        let again = try journal.openForWriting(ledgerWatermark: 0)
        let opened = clock.monotonicNanoseconds
        var reader = JournalReader(journal)
        var count = 0
        while try reader.next(upTo: again.durableSequence) != nil { count += 1 }
        let read = clock.monotonicNanoseconds
        let (opening, reading) = (Int((opened - began) / 1_000_000), Int((read - opened) / 1_000_000))
        let memory = residentKibibytes()
        return (
            "a start with \(again.recovery.unsettledRecords) unsettled records of \(bytes) bytes: \(opening) ms; "
                + "reading all \(count): \(reading) ms; resident memory \(memory) KiB",
            [
                "records": .integer(count), "openMilliseconds": .integer(opening),
                "readMilliseconds": .integer(reading), "residentKibibytes": .integer(memory),
            ]
        )
    }

    private static func residentKibibytes() -> Int {
        do {
            let status = String(decoding: try Files.read("/proc/self/status", maxBytes: 1 << 16), as: UTF8.self)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
            return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
        } catch {
            return 0
        }
    }
}
