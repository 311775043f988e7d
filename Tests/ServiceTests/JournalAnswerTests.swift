import Events
import Formats
import HTTPServer
import Platform
import Settings
import Storage
import TestSupport
import Testing

@testable import Service

/// What senders are told while the journal cannot be written, by a server whose passes take their alerts.
@Suite("Answers of a journal that fails", .timeLimit(.minutes(1)))
struct JournalAnswerTests {
    /// The intake of a service, without anybody who decides.
    private final class Door: HTTPHandler {
        let journal: JournalRunner
        let counters = Counters()
        private let plain: AlertIntake
        private let sources: SourceIntake

        init(_ journal: JournalRunner, _ sources: [String: SourceSettings]) {
            self.journal = journal
            plain = AlertIntake(journal: journal, counters: counters, random: SystemRandom())
            self.sources = SourceIntake(
                journal: journal, counters: counters, random: SystemRandom(), inflater: BodyInflater(maxBytes: 1 << 20),
                certificates: SNSCertificates { _, then in then(nil) }, confirm: { _, _ in }, sources: sources)
        }

        func admit(_ head: HTTPHead, peer: HTTPPeer, pass: inout (any HTTPPass)?) -> HTTPResponse? {
            if head.target.path == "/v1/alerts" {
                pass = IntakePass(.plain(PlainPass(head, peer, plain)), age: 0)
                return nil
            }
            switch sources.admit(ArraySlice("door".utf8), token: nil, head, peer) {
            case .admitted(let found): pass = IntakePass(.source(found), age: 0)
            case .refused(let answer): return answer
            }
            return nil
        }

        func handle(_ batch: [HTTPExchange]) {
            #expect(batch.isEmpty, "all of them are taken as they lie")
            for exchange in batch { exchange.abort(reset: true) }
            journal.writeHere()
        }
    }

    @Test(
        "a full disk is 507 until there is room, and a disk that fails is overload, as each source has it",
        arguments: ["/v1/alerts", "/v1/alerts/door"])
    func answers(path: String) async throws {
        let disk = MemoryDisk()
        let feed = RecordFeed(durable: 0, maxRecords: 1000, maxBytes: 1 << 20)
        let runner = JournalRunner(
            feed: feed, clock: StoppedClock(), keeping: JournalRunner.Keeping(retention: .hours(1)),
            onDurable: { _, _ in }, onTrouble: { _ in }, onFailure: { _ in })
        let folder = JournalFolder("journal", on: disk)
        try runner.start(folder.openForWriting(ledgerWatermark: 0), lastReceived: start)
        let rules = "[SOURCE door]\nAuth=none\nSuccess=202\nOverload=429\nSubject={/n}\nDefault=fire"
        let door = Door(runner, try settings(service: rules).sources)
        try await onThread("itp-journal-answers") {
            let server = HTTPServer(handler: door)
            let address = try server.start("127.0.0.1:0")
            defer { server.stop(drainSeconds: 0) }
            let courier = try Courier(Courier.Settings(version: "test"))
            defer { courier.stop() }
            let isSource = path.hasSuffix("door")
            func ask() throws -> IncomingReply {
                let body = Array(body().utf8)
                return try courier.reply(to: OutgoingCall(method: "POST", url: "http://\(address)\(path)", body: body))
            }
            let first = try ask()
            #expect(first.status == (isSource ? 202 : 200))
            let id = try #require(try JSON(parsing: first.body)["ids"]?.array?.first?.string)
            #expect(id.count == 36)
            disk.setCapacity(disk.usedBytes + 10)
            for _ in 0..<2 {
                let full = try ask()
                #expect(full.status == 507)
                #expect(full.headers.contains { $0.0.lowercased() == "retry-after" })
            }
            disk.setCapacity(nil)
            #expect(try ask().status == first.status)
            // The write, then the sync that fails: from then on nothing is taken.
            disk.fail(after: 1, with: .error(5))
            for _ in 0..<2 { #expect(try ask().status == (isSource ? 429 : 503)) }
            #expect(runner.failed != nil)
            let rejected = door.counters.rejectedJSON
            #expect(rejected["journal"]?.integer == 3 && rejected["overload"]?.integer == 1)
        }
        runner.stop()
        #expect(feed.durable == 2)
    }
}
