import Events
import Formats
import Glibc
import HTTPServer
import Platform
import Storage
import TestSupport
import Testing

@testable import Service

@Suite struct JournalRunnerTests {
    private let disk = MemoryDisk()
    private let clock = StoppedClock()

    private var folder: JournalFolder {
        var limits = JournalLimits()
        limits.segmentBytes = 1024
        return JournalFolder("journal", on: disk, limits: limits)
    }

    private func runner(
        _ feed: RecordFeed, retention: Instant.Span = .hours(24), pause: (@Sendable (UInt64) -> Void)? = nil,
        onFailure: @escaping @Sendable (String) -> Void = { _ in }
    ) -> JournalRunner {
        JournalRunner(
            feed: feed, clock: clock, keeping: JournalRunner.Keeping(retention: retention), pause: pause,
            onDurable: { _, _ in }, onTrouble: { _ in }, onFailure: onFailure)
    }

    private func feed() -> RecordFeed { RecordFeed(durable: 0, maxRecords: 1000, maxBytes: 1 << 20) }

    /// Submits an alert and waits for what came of it.
    private func submit(_ number: Int, _ runner: JournalRunner) async -> JournalError? {
        await withCheckedContinuation { continuation in
            let taken = runner.submit(
                JournalRunner.Submission(alert: alert(number, body())) { continuation.resume(returning: $0) })
            if !taken { continuation.resume(returning: .noSuchRecord(0)) }
        }
    }

    @Test("an alert is durable when it is acknowledged, and no alert was received before an earlier one")
    func durable() async throws {
        let feed = feed()
        let runner = runner(feed)
        let last = start + .seconds(30)
        try runner.start(folder.openForWriting(ledgerWatermark: 0), lastReceived: last)
        #expect(await submit(1, runner) == nil)
        clock.setWall(start + .seconds(40))
        #expect(await submit(2, runner) == nil)
        runner.stop()
        disk.killProcess()
        var reader = JournalReader(folder)
        let times = try [1, 2].map { try AlertRecord(decoding: reader.record($0).payload).receivedAt }
        #expect(times == [last, start + .seconds(40)])
        #expect(feed.durable == 2)
    }

    @Test("what was submitted before the stop is written, and afterwards nothing is taken")
    func stop() async throws {
        let feed = feed()
        let runner = runner(feed)
        let done = Guarded(0)
        for number in 1...500 {
            #expect(
                runner.submit(JournalRunner.Submission(alert: alert(number, body())) { _ in done.with { $0 += 1 } }))
        }
        try runner.start(folder.openForWriting(ledgerWatermark: 0), lastReceived: start)
        runner.stop()
        #expect(done.with { $0 } == 500)
        #expect(feed.durable == 500)
        #expect(!runner.submit(JournalRunner.Submission(alert: alert(1, body())) { _ in }))
    }

    @Test("settled segments that are too old go, what is not settled stays, and a new segment tells the watermark")
    func retention() async throws {
        let runner = runner(feed(), retention: .hours(1))
        try runner.start(folder.openForWriting(ledgerWatermark: 0), lastReceived: start)
        for number in 1...40 { #expect(await submit(number, runner) == nil) }
        let before = try folder.stat()
        #expect(before.count > 4)
        clock.pass(wall: 7200, monotonic: 7200)
        let watermark = before[2].header.firstSequence
        runner.noteWatermark(watermark)
        for number in 41...60 { #expect(await submit(number, runner) == nil) }
        runner.stop()
        let after = try folder.stat()
        #expect(after.first?.header.firstSequence == before[2].header.firstSequence)
        #expect(after.last?.header.ledgerWatermark == watermark)
    }

    @Test(
        "a sync that fails ends the taking: this alert and all later ones are refused, and the owner hears of it once")
    func syncFailure() async throws {
        let failures = Guarded<[String]>([])
        let runner = runner(feed(), onFailure: { reason in failures.with { $0.append(reason) } })
        try runner.start(folder.openForWriting(ledgerWatermark: 0), lastReceived: start)
        #expect(await submit(1, runner) == nil)
        // The next operation but one is the sync of the next batch.
        disk.fail(after: 1, with: .error(EIO))
        #expect(await submit(2, runner)?.isFinal == true)
        #expect(runner.failed?.contains("could not be made durable") == true)
        #expect(await submit(3, runner) == .noSuchRecord(0), "it is not even taken")
        #expect(failures.with { $0.count } == 1)
        runner.stop()
    }

    @Test("a full disk refuses alerts, says so, and takes them again when there is room")
    func fullDisk() async throws {
        let runner = runner(feed())
        try runner.start(folder.openForWriting(ledgerWatermark: 0), lastReceived: start)
        disk.setCapacity(disk.usedBytes)
        #expect(await submit(1, runner)?.isFinal == false)
        #expect(runner.failed == nil)
        #expect(runner.obstructed?.contains("full") == true)
        disk.setCapacity(nil)
        #expect(await submit(2, runner) == nil)
        #expect(runner.obstructed == nil)
        runner.stop()
    }

    @Test("a write waits a moment after the one before while the decider is behind, and only then")
    func pace() throws {
        let pauses = Guarded<[UInt64]>([])
        let runner = runner(feed(), pause: { time in pauses.with { $0.append(time) } })
        try runner.start(folder.openForWriting(ledgerWatermark: 0), lastReceived: start)
        var undecided: UInt64 = 0
        func write(_ count: Int) {
            for _ in 0..<count {
                #expect(runner.enqueue(JournalRunner.Submission(alert: alert(1, body())) { _ in }))
                runner.writeHere()
                undecided += 1
                // The journal's thread may have had the writer, to look after segments: then it is the one who writes.
                #expect(waitUntil { runner.backlog.records == undecided })
            }
        }
        write(513)
        #expect(pauses.with { $0 } == [])
        write(2)
        #expect(pauses.with { $0 } == [1_000_000, 1_000_000])
        // Nothing waits for the disk: a health check, say, is answered at once.
        runner.writeHere()
        #expect(pauses.with { $0.count } == 2)
        clock.advance(nanoseconds: 400_000)
        write(1)
        #expect(pauses.with { $0.last } == 600_000)
        clock.advance(nanoseconds: 1_000_000)
        write(1)
        runner.noteWatermark(10)
        undecided -= 10
        write(1)
        #expect(pauses.with { $0.count } == 3)
        runner.stop()
    }

    @Test("more alerts than may wait are turned away")
    func overload() throws {
        let runner = runner(feed())
        let submission = JournalRunner.Submission(alert: alert(1, "")) { _ in }
        var taken = 0
        while taken < 100_000, runner.submit(submission) { taken += 1 }
        #expect(taken == 65_536)
        let intake = AlertIntake(journal: runner, counters: Counters(), random: SystemRandom())
        let answers = Guarded<[Int]>([])
        var parser = HTTPHeadParser()
        let head = Array("POST /v1/alerts HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        guard case .complete(let head, _) = parser.parse(head.span) else { throw NoHead() }
        let request = HTTPRequest(
            head: head, body: Array(body().utf8), peer: HTTPPeer(host: "127.0.0.1", isLoopback: true))
        intake.accept(
            PlainPass(head, request.peer, intake),
            HTTPExchange(request: request) { answer in
                guard case .response(let response) = answer else { return }
                answers.with { $0.append(response.status) }
                #expect(response.headers.contains { $0.0 == "Retry-After" })
            }, HTTPArrival(clock))
        #expect(answers.with { $0 } == [503])
    }

    private struct NoHead: Error {}
}
