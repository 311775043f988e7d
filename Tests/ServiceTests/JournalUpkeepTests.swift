import Events
import Glibc
import Platform
import Storage
import TestSupport
import Testing

@testable import Service

/// What the journal's owner does beside the batches: large bodies, old segments, room.
@Suite struct JournalUpkeepTests {
    private let disk = MemoryDisk()
    private let clock = StoppedClock()
    private let troubles = Guarded<[String]>([])

    private var folder: JournalFolder {
        var limits = JournalLimits()
        limits.segmentBytes = 1024
        return JournalFolder("journal", on: disk, limits: limits)
    }

    private func runner(_ feed: RecordFeed, _ keeping: JournalRunner.Keeping) -> JournalRunner {
        JournalRunner(
            feed: feed, clock: clock, keeping: keeping, onDurable: { _, _ in },
            onTrouble: { [troubles] trouble in
                if let trouble { troubles.with { $0.append(trouble) } }
            }, onFailure: { _ in })
    }

    private func begin(_ runner: JournalRunner) throws {
        let streams = try folder.openStreams(ledgerWatermark: 0, clock: clock)
        try runner.start(streams.records, bodies: streams.bodies, lastReceived: start)
    }

    private func submit(_ alert: AlertRecord, _ runner: JournalRunner) async -> JournalError? {
        await withCheckedContinuation { continuation in
            let taken = runner.submit(JournalRunner.Submission(alert: alert) { continuation.resume(returning: $0) })
            if !taken { continuation.resume(returning: .noSuchRecord(0)) }
        }
    }

    private func large(_ number: Int) -> AlertRecord {
        var large = alert(number, "\(number)")
        large.body += [UInt8](repeating: 0x78, count: 300 << 10)
        large.headers = [Event.Field(name: "x", value: "\(number)")]
        return large
    }

    @Test("a large body goes to its own stream, and comes back in its place, from memory or file, whole")
    func bodies() async throws {
        let feed = RecordFeed(durable: 0, maxRecords: 100, maxBytes: 1 << 20)
        let runner = runner(feed, JournalRunner.Keeping(retention: .hours(24)))
        try begin(runner)
        for number in 1...6 {
            #expect(await submit(number % 2 == 0 ? large(number) : alert(number, "\(number)"), runner) == nil)
        }
        runner.stop()
        #expect(disk.paths.contains { $0.contains("/1-") })
        #expect(try folder.stat().reduce(0) { $0 + $1.bytes } < 4096, "the stream of records stays small")
        var reader = JournalReader(folder)
        var found: [AlertRecord] = []
        while found.count < 6 {
            let records = try feed.next(4, &reader)
            if records.isEmpty { break }
            found += try records.map { try AlertRecord(decoding: $0.payload) }
        }
        for (index, record) in found.enumerated() {
            let number = index + 1
            var due = number % 2 == 0 ? large(number) : alert(number, "\(number)")
            due.receivedAt = record.receivedAt
            #expect(record == due)
        }
        #expect(found.map(\.receivedAt) == found.map(\.receivedAt).sorted { $0 < $1 })
        #expect(try folder.verify().damage.isEmpty)
    }

    /// Begins a journal whose segments are larger than all that a test writes: only a spare, of two, begins another one.
    private func beginSpacious() throws -> (JournalFolder, JournalRunner) {
        var limits = JournalLimits()
        limits.segmentBytes = 16 << 20
        limits.spareAfterBytes = 1024
        limits.spares = 2
        let folder = JournalFolder("journal", on: disk, limits: limits)
        let runner = runner(
            RecordFeed(durable: 0, maxRecords: 0, maxBytes: 0), JournalRunner.Keeping(retention: .hours(24)))
        try runner.start(folder.openForWriting(ledgerWatermark: 0, clock: clock), lastReceived: start)
        return (folder, runner)
    }

    /// Submits an alert again and again until a spare has become a segment.
    private func fill(_ runner: JournalRunner) async throws {
        let (disk, refused) = (disk, Guarded(0))
        let isFilled = try await onThread("itp-waiting") {
            waitUntil {
                let submission = JournalRunner.Submission(alert: alert(1, body())) { error in
                    if error != nil { refused.with { $0 += 1 } }
                }
                return runner.submit(submission) && disk.paths.filter { $0.hasSuffix(".journal") }.count == 2
            }
        }
        #expect(isFilled)
        #expect(refused.with { $0 } == 0)
    }

    @Test("the first spare is made as soon as it is of use, the others in quiet seconds, and a stop removes them")
    func spares() async throws {
        let (folder, runner) = try beginSpacious()
        let (disk, clock) = (disk, clock)
        @Sendable func ready() -> Int { disk.paths.filter { $0.contains("/spare-") }.count }
        #expect(await submit(alert(1, "1"), runner) == nil)
        #expect(ready() == 0, "a journal that stays small costs no more than its records")
        try await fill(runner)
        let isFilled = try await onThread("itp-waiting") {
            waitUntil {
                // About as fast as the looks are made: each finds that a second has passed, and not two.
                clock.advance(nanoseconds: 13_000_000)
                return ready() == 2
            }
        }
        #expect(isFilled)
        runner.stop()
        #expect(ready() == 0)
        #expect(try folder.verify().damage.isEmpty)
    }

    @Test("a disk without room for the first spare is told, and tried again a minute later; alerts go on")
    func noRoomForSpare() async throws {
        let (_, runner) = try beginSpacious()
        disk.setCapacity(disk.usedBytes + (512 << 10))
        for number in 1...10 { #expect(await submit(alert(number, body()), runner) == nil) }
        let troubles = troubles
        @Sendable func told() -> Int { troubles.with { $0.filter { $0.contains("no room for the next") }.count } }
        #expect(try await onThread("itp-waiting") { waitUntil { told() == 1 } })
        disk.setCapacity(nil)
        clock.pass(wall: 61, monotonic: 61)
        try await fill(runner)
        runner.stop()
        #expect(told() == 1)
        #expect(runner.failed == nil)
    }

    @Test("a body that finds no room is refused, and small alerts go on")
    func fullDisk() async throws {
        let runner = runner(
            RecordFeed(durable: 0, maxRecords: 0, maxBytes: 0), JournalRunner.Keeping(retention: .hours(24)))
        try begin(runner)
        disk.setCapacity(disk.usedBytes + 8192)
        #expect(await submit(large(1), runner)?.isFinal == false)
        #expect(await submit(alert(2, "2"), runner) == nil)
        disk.setCapacity(nil)
        #expect(await submit(large(3), runner) == nil)
        runner.stop()
        #expect(try folder.lastSequence() == 2)
    }

    @Test("a body whose sync fails ends the taking")
    func syncFailure() async throws {
        let runner = runner(
            RecordFeed(durable: 0, maxRecords: 0, maxBytes: 0), JournalRunner.Keeping(retention: .hours(24)))
        try begin(runner)
        #expect(await submit(large(1), runner) == nil)
        // A segment for it is opened, its head written, and synced.
        disk.fail(after: 2, with: .error(EIO))
        #expect(await submit(large(2), runner)?.isFinal == true)
        #expect(runner.failed != nil)
        #expect(await submit(alert(3, "3"), runner) == .noSuchRecord(0))
        runner.stop()
    }

    @Test("settled segments are compressed after a day, of both streams, and read back; then they go with their age")
    func compression() async throws {
        let feed = RecordFeed(durable: 0, maxRecords: 0, maxBytes: 0)
        let runner = runner(feed, JournalRunner.Keeping(retention: .hours(72)))
        try begin(runner)
        for number in 1...30 { #expect(await submit(alert(number, body()), runner) == nil) }
        for number in 31...34 { #expect(await submit(large(number), runner) == nil) }
        runner.noteWatermark(34)
        clock.pass(wall: 25 * 3600, monotonic: 25 * 3600)
        let disk = disk
        @Sendable func compressed(_ stream: String) -> Int {
            disk.paths.filter { $0.contains("/\(stream)-") && $0.hasSuffix(".journal.z") }.count
        }
        // A further segment makes the journal's thread look after the old ones, and one leads to the next.
        for number in 35...50 { #expect(await submit(alert(number, body()), runner) == nil) }
        let isDone = try await onThread("itp-waiting") { waitUntil { compressed("0") >= 3 && compressed("1") == 3 } }
        #expect(isDone, "\(disk.paths)")
        runner.stop()
        #expect(troubles.with { $0 }.isEmpty)
        var reader = JournalReader(folder)
        var sequences: [UInt64] = []
        while let record = try reader.next(upTo: 50) { sequences.append(record.sequence) }
        #expect(sequences == Array(1...50))
        #expect(try folder.verify().damage.isEmpty)
    }

    @Test(
        "past MaxBytes the oldest settled segments of either stream go, then alerts are refused until more is settled")
    func maxBytes() async throws {
        let feed = RecordFeed(durable: 0, maxRecords: 0, maxBytes: 0)
        let runner = runner(feed, JournalRunner.Keeping(retention: .hours(24), maxBytes: 1 << 20))
        try begin(runner)
        for number in 1...3 { #expect(await submit(large(number), runner) == nil) }
        // Nothing is settled: a fourth body is more than there may be.
        #expect(await submit(large(4), runner) == nil)
        var number = 5
        var refused = false
        while !refused, number < 5000 {
            refused = await submit(alert(number, body()), runner) != nil
            number += 1
        }
        #expect(refused)
        #expect(runner.obstructed?.contains("MaxBytes=1048576") == true)
        runner.noteWatermark(feed.durable)
        #expect(try await onThread("itp-waiting") { waitUntil { runner.obstructed == nil } })
        #expect(await submit(alert(number, body()), runner) == nil)
        runner.stop()
        let kept = try folder.stat() + folder.bodies.stat()
        #expect(kept.reduce(0) { $0 + $1.bytes } <= 1 << 20)
    }
}
