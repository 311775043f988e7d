import Dispatch
import Events
import Formats
import Platform
import Storage
import TestSupport
import Testing

@testable import Service

/// Several threads at one journal, and a journal that is full.
@Suite("Sharing the journal", .timeLimit(.minutes(1)))
struct JournalSharingTests {
    private let disk = MemoryDisk()

    private func runner(_ feed: RecordFeed, _ keeping: JournalRunner.Keeping) -> JournalRunner {
        JournalRunner(
            feed: feed, clock: StoppedClock(), keeping: keeping, onDurable: { _, _ in }, onTrouble: { _ in },
            onFailure: { _ in }
        )
    }

    private func folder(segmentBytes: Int = 64 << 10) -> JournalFolder {
        var limits = JournalLimits()
        limits.segmentBytes = segmentBytes
        limits.spareAfterBytes = segmentBytes / 4
        return JournalFolder("journal", on: disk, limits: limits)
    }

    @Test(
        "whoever finds the writer free writes for all: every alert of every thread is acknowledged once and kept once")
    func combining() async throws {
        let feed = RecordFeed(durable: 0, maxRecords: 100_000, maxBytes: 64 << 20)
        let runner = runner(feed, JournalRunner.Keeping(retention: .hours(1)))
        try runner.start(folder().openForWriting(ledgerWatermark: 0), lastReceived: start)
        let done = Guarded([Int: Int]())
        let threads = try (0..<6).map { thread in
            try SystemThread(name: "itp-test") {
                for turn in 0..<100 {
                    for part in 0..<3 {
                        let number = thread * 1000 + turn * 3 + part
                        let submission = JournalRunner.Submission(alert: alert(number, body())) { error in
                            if error == nil { done.with { $0[number, default: 0] += 1 } }
                        }
                        #expect(runner.enqueue(submission))
                    }
                    runner.writeHere()
                }
            }
        }
        for thread in threads { thread.join() }
        runner.stop()
        #expect(done.with { $0.count } == 1800)
        #expect(done.with { $0.values.allSatisfy { $0 == 1 } })
        #expect(feed.durable == 1800)
        disk.killProcess()
        var reader = JournalReader(folder())
        var receipts: Set<String> = []
        while let record = try reader.next(upTo: 1800) {
            receipts.insert(try AlertRecord(decoding: record.payload).receipt.description)
        }
        #expect(receipts.count == 1800)
    }

    @Test("while senders are told of their alerts the next ones are written; a stop waits for those who are told")
    func telling() throws {
        let runner = runner(
            RecordFeed(durable: 0, maxRecords: 100, maxBytes: 1 << 20), JournalRunner.Keeping(retention: .hours(1)))
        try runner.start(folder().openForWriting(ledgerWatermark: 0), lastReceived: start)
        let (isWritten, isStopping, isStopped) = (semaphore(), semaphore(), semaphore())
        let (wasWritten, hasStopped) = (Guarded(false), Guarded(true))
        let next = JournalRunner.Submission(alert: alert(2, body())) { _ in isWritten.signal() }
        let first = JournalRunner.Submission(alert: alert(1, body())) { _ in
            #expect(runner.submit(next))
            // The journal's thread may be the one that tells.
            let other = try? SystemThread(name: "itp-test") { runner.writeHere() }
            let written = isWritten.wait(timeout: .now() + 30) == .success
            other?.join()
            wasWritten.with { $0 = written }
            isStopping.signal()
            // Long enough for a stop that does not wait.
            let stopped = isStopped.wait(timeout: .now() + .milliseconds(200)) == .success
            hasStopped.with { $0 = stopped }
        }
        let thread = try SystemThread(name: "itp-test") {
            #expect(runner.enqueue(first))
            runner.writeHere()
        }
        isStopping.wait()
        runner.stop()
        isStopped.signal()
        thread.join()
        #expect(wasWritten.with { $0 })
        #expect(!hasStopped.with { $0 })
    }

    private func semaphore() -> DispatchSemaphore { DispatchSemaphore(value: 0) }

    @Test("past MaxBytes alerts are refused until what is there is settled, and health says why")
    func maxBytes() async throws {
        let feed = RecordFeed(durable: 0, maxRecords: 100_000, maxBytes: 64 << 20)
        let runner = runner(feed, JournalRunner.Keeping(retention: .hours(1), maxBytes: 8192))
        try runner.start(folder(segmentBytes: 2048).openForWriting(ledgerWatermark: 0), lastReceived: start)
        let submission = JournalRunner.Submission(alert: alert(1, body())) { _ in }
        var taken = 0
        while taken < 1000, runner.submit(submission) {
            taken += 1
            #expect(waitUntil { feed.durable == UInt64(taken) })
        }
        #expect(taken < 1000)
        #expect(runner.obstructed?.contains("MaxBytes=8192") == true)
        #expect(runner.failed == nil)
        runner.noteWatermark(feed.durable)
        #expect(waitUntil { runner.submit(submission) })
        #expect(runner.obstructed == nil)
        runner.stop()
        let bytes = try folder().stat().reduce(0) { $0 + $1.bytes }
        #expect(bytes <= 8192 + 2048, "the oldest of what is settled is gone")
    }

    @Test("with Workers=0 alerts are accepted and kept, and decided once a reload says otherwise")
    func noWorkers() async throws {
        try await Scene.with(soundRules + tenant, service: "[GLOBAL]\nDebug=Y\n[QUEUE]\nWorkers=0") { scene in
            try scene.serve { running throws in
                let ids = try (0..<3).map { try running.post(org: "acme", subject: "x\($0)") }
                let before = try running.ask("GET", "/stats").json
                #expect(before["journal"]?["durable"]?.integer == 3)
                #expect(before["watermark"]?.integer == 0)
                scene.source.write("[GLOBAL]\nDebug=Y", to: "ITPSvcCfg.ini")
                #expect(try running.reload().status == 200)
                for id in ids { _ = try running.event(id) }
            }
        }
    }
}
