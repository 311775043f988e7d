import Events
import Formats
import Glibc
import HTTPServer
import Platform
import Settings
import Storage
import TestSupport
import Testing

@testable import Service

/// The whole service in this process, on a free port of the loopback address.
@Suite struct ServiceLifeTests {
    private struct Silent: LogSink {
        func write(_ line: [UInt8]) {}
    }

    private let log = Log(form: .json, sink: Silent())

    private func options(_ folder: String) throws -> ServiceOptions {
        var options = ServiceOptions(
            dataFolder: folder,
            configuration: ConfigurationSource(
                read: { configurationFiles(service: "[GLOBAL]\nDebug=Y") }, stamps: { [] },
                secrets: ConfigurationFolder.resolveSecret), version: "test")
        options.listen = "127.0.0.1:0"
        return options
    }

    /// A service, and a way to ask it.
    private func withService(_ body: (Service, Caller, String) async throws -> Void) async throws {
        let folder = try makeTemporaryFolder()
        defer { removeTemporaryFolder(folder) }
        let service = try Service(options(folder), log: log) { Issue.record("the service fails: \($0)") }
        defer { service.stop() }
        let caller = try Caller(service.address)
        defer { caller.courier.stop() }
        try await body(service, caller, folder)
    }

    private struct Caller {
        let courier: Courier
        let base: String

        init(_ address: BoundAddress) throws {
            courier = try Courier(Courier.Settings(version: "test"))
            base = "http://\(address)"
        }

        func ask(_ method: String, _ path: String, _ body: String = "") async throws -> IncomingReply {
            let call = OutgoingCall(method: method, url: base + path, headers: [], body: Array(body.utf8))
            let outcome = await withCheckedContinuation { continuation in
                courier.send(call) { continuation.resume(returning: $0) }
            }
            guard case .reply(let reply) = outcome else { throw NoReply(description: "\(outcome)") }
            return reply
        }

        func json(_ path: String) async throws -> JSON { try JSON(parsing: try await ask("GET", path).body) }
    }

    private struct NoReply: Error, CustomStringConvertible {
        var description: String
    }

    @Test("a service that has started is ready and well, and takes an alert that its history then shows")
    func alive() async throws {
        try await withService { _, caller, _ in
            #expect(try await caller.ask("GET", "/ready").status == 200)
            #expect(try await caller.json("/health")["status"]?.string == "ok")
            let reply = try await caller.ask("POST", "/v1/alerts", "{\"alerts\":[\(body()),\(body(data: "D"))]}")
            #expect(reply.status == 200)
            let ids = try #require(try JSON(parsing: reply.body)["ids"]?.array).compactMap(\.string)
            #expect(ids.count == 2)
            // Deciding comes after the answer.
            while try await caller.ask("GET", "/v1/events/" + (ids.last ?? "")).status == 404 {}
            let event = try await caller.json("/v1/events/" + (ids.first ?? ""))
            #expect(event["disposition"]?.string == "ticketed")
            #expect(event["raw"]?.string?.contains("EVT|Disk|C") == true)
            #expect(event["trace"]?.array?.isEmpty == false)
            let receipt = try await caller.json("/v1/receipts/" + (event["receipt"]?.string ?? ""))
            #expect(receipt["events"]?.array?.count == 2)
            #expect(try await caller.json("/v1/events?limit=1")["next"]?.string == "2")
        }
    }

    @Test("/stats says what has been taken, decided and is waiting")
    func stats() async throws {
        try await withService { _, caller, _ in
            _ = try await caller.ask("POST", "/v1/alerts", body())
            #expect(try await caller.ask("POST", "/v1/alerts", "{").status == 400)
            while try await caller.json("/stats")["watermark"]?.integer != 1 {}
            let stats = try await caller.json("/stats")
            let names = try #require(stats.members).map(\.name)
            #expect(
                names == [
                    "accepted", "rejected", "acceptMilliseconds", "queue", "deliveries", "deliveryMilliseconds",
                    "circuits", "journal", "http", "logLinesDropped", "settings", "version", "startedAt",
                    "uptimeSeconds", "clockJumps", "memoryBytes", "dispositions", "outbox", "messages", "deadLetters",
                    "oldestOrderAt", "timers", "ledgerBytes", "watermark",
                ])
            #expect(stats["accepted"]?.integer == 1)
            #expect(stats["circuits"]?.members?.map { $0.value["state"]?.string } == ["closed"])
            #expect(stats["rejected"]?["not-json"]?.integer == 1)
            #expect(stats["dispositions"]?["ticketed"]?.integer == 1)
            #expect(stats["journal"]?["durable"]?.integer == 1)
        }
    }

    @Test(
        "what is not there is 404, and a wrong method 405 with those that are taken",
        arguments: [
            ("GET", "/nowhere", 404, nil), ("GET", "/v1/events/", 404, nil),
            ("GET", "/v1/alerts", 405, "POST, OPTIONS"),
            ("DELETE", "/v1/alerts", 405, "POST, OPTIONS"), ("POST", "/health", 405, "GET, HEAD, OPTIONS"),
            ("POST", "/stats", 405, "GET, HEAD, OPTIONS"), ("PUT", "/v1/events/x", 405, "GET, HEAD, OPTIONS"),
            ("GET", "/v1/events/x", 400, nil), ("GET", "/v1/events?limit=0", 400, nil),
            ("GET", "/v1/events?what=1", 400, nil),
            ("GET", "/v1/receipts/01980000-0000-7000-8000-000000000001", 404, nil),
        ] as [(String, String, Int, String?)])
    func refusals(_ method: String, _ path: String, _ status: Int, _ allow: String?) async throws {
        try await withService { _, caller, _ in
            let reply = try await caller.ask(method, path)
            #expect(reply.status == status)
            #expect(reply.header("Allow") == allow)
            #expect(reply.header("Content-Type") == "application/problem+json")
        }
    }

    @Test("alerts that have arrived when the service stops are answered, and are in the journal")
    func stopping() throws {
        let folder = try makeTemporaryFolder()
        defer { removeTemporaryFolder(folder) }
        let service = try Service(options(folder), log: log) { Issue.record("the service fails: \($0)") }
        let lines = try (0..<20).map { _ in try Line(service.address) }
        // Every connection is known to the server once it has been answered on it.
        for line in lines {
            try line.post(body())
            #expect(try line.answer().contains(" 200 "))
        }
        for line in lines { try line.post(body()) }
        service.stop()
        for line in lines { #expect(try line.answer().contains("\"accepted\":1")) }
        #expect(try JournalFolder(folder + "/journal").lastSequence() == 40)
        #expect(throws: SystemError.self) { try Line(service.address) }

        // The folder is free, and nothing has been lost.
        let again = try Service(options(folder), log: log) { Issue.record("the service fails: \($0)") }
        again.stop()
        #expect(try LedgerHistory(path: folder + "/ledger.db").dispositionCounts().reduce(0) { $0 + $1.count } <= 40)
    }

    @Test("a start that fails leaves the data folder free, and says why")
    func failedStart() throws {
        let folder = try makeTemporaryFolder()
        defer { removeTemporaryFolder(folder) }
        let other = HTTPServer(handler: Nothing())
        let taken = try other.start("127.0.0.1:0")
        defer { other.stop(drainSeconds: 0) }
        var options = try options(folder)
        options.listen = "\(taken)"
        #expect(throws: ListenError.self) { try Service(options, log: log) { _ in } }
        options.listen = "127.0.0.1:0"
        let service = try Service(options, log: log) { _ in }
        #expect(throws: DataLockError.self) { try Service(options, log: log) { _ in } }
        service.stop()
        service.stop()
    }

    @Test("a ledger that cannot be used is told to the owner, and the decider can be stopped")
    func brokenLedger() async throws {
        let feed = RecordFeed(durable: 0, maxRecords: 1, maxBytes: 1)
        let (reasons, reason) = AsyncStream<String>.makeStream()
        let decider = DeciderRunner(
            feed: feed, clock: SystemClock(), carryOut: { _ in }, onCommit: { _ in }, onFailure: { reason.yield($0) })
        try decider.start(
            ledgerPath: "/nowhere/ledger.db", settings: try settings(),
            reader: JournalReader(JournalFolder("journal", on: MemoryDisk())))
        var iterator = reasons.makeAsyncIterator()
        #expect(await iterator.next(isolation: nil)?.hasPrefix("the ledger has failed: SQLite:") == true)
        decider.stop()
    }

    private struct Nothing: HTTPHandler {
        func handle(_ batch: [HTTPExchange]) {}
    }
}

/// A connection that is kept.
private final class Line {
    private let socket: Int32

    init(_ address: BoundAddress) throws {
        socket = try check("socket", on: "test") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(address.port).bigEndian
        inet_pton(AF_INET, address.host, &name.sin_addr)
        try check("connect", on: "\(address)") {
            withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    deinit { close(socket) }

    func post(_ body: String) throws {
        let text = "POST /v1/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        try Files.writeAll(Array(text.utf8), to: socket, subject: "test")
    }

    /// What comes next, up to the end of a body that ends an object.
    func answer() throws -> String {
        var text = ""
        while !text.hasSuffix("}") {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = try check("recv", on: "test") {
                buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            }
            if count == 0 { return text }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return text
    }
}
