import Dispatch
import Events
import Formats
import Glibc
import Platform
import Service
import Settings

/// `itp bench history`: what the dashboard asks for, with few events in the ledger and with many, asked of a running service.
///
/// The ledgers are filled by the program's own writers; with `--keep DIR` they stay, for `itp serve` and a browser.
enum HistoryBench {
    static let bench = Bench(
        name: "history", summary: "the dashboard's requests with --events N in the ledger",
        accepted: Arguments.Accepted(values: ["events": "N", "repeats": "N", "keep": "DIR"]), run: run)

    /// The small ledger, beside which the other is looked at.
    private static let few = 10_000
    /// The alerts lie within so many days: all of them are kept.
    private static let days = 20

    @Sendable private static func run(_ arguments: Arguments) throws -> Bench.Report {
        let many = try arguments.number("events", few...10_000_000, default: 1_000_000)
        let repeats = try arguments.number("repeats", 1...1000, default: 20)
        let folder = arguments["keep"] ?? "./itp-bench-\(getpid())"
        let disk = SystemDisk()
        if access(folder, F_OK) != 0 { try disk.makeFolder(folder) }
        defer { if arguments["keep"] == nil { BenchFolder.remove(folder) } }
        let clock = SystemClock()
        let began = clock.monotonicNanoseconds
        for count in [few, many] { try fill("\(folder)/\(count)", count, disk, clock) }
        let seconds = Double(clock.monotonicNanoseconds - began) / 1e9
        var times: [[(name: String, milliseconds: Double)]] = []
        for count in [few, many] { times.append(try measure("\(folder)/\(count)", repeats, clock)) }
        let rows = zip(times[0], times[1]).map { small, large in
            [small.name, Bench.shown(small.milliseconds), Bench.shown(large.milliseconds)]
        }
        let head = ["ms, median of \(repeats)", "\(few) events", "\(many) events"]
        return Bench.Report(
            text: "ledgers filled in \(Bench.shown(seconds)) s\n" + Bench.table([head] + rows),
            json: [
                "events": .integer(many),
                "milliseconds": .members(rows.map { ($0[0], ["few": .number($0[1]), "many": .number($0[2])]) }),
            ])
    }

    private static func fill(_ folder: String, _ count: Int, _ disk: SystemDisk, _ clock: SystemClock) throws {
        // One that was kept is used again.
        guard access(folder, F_OK) != 0 else { return }
        for path in [folder, folder + "/config", folder + "/data"] { try disk.makeFolder(path) }
        let scene = DecideScene(psaRewrites: 1000)
        var files = scene.files(rewriteRules: 100)
        files.files = files.files.map { file in
            // Nobody is called.
            let text = String(decoding: file.bytes, as: UTF8.self).replacing(
                "PSA_URL=psa.example", with: "PSA_URL=http://127.0.0.1:1")
            return .init(name: file.name, bytes: Array(text.utf8))
        }
        files.files.append(.init(name: "ITPSvcCfg.ini", bytes: []))
        for file in files.files { try Files.replace("\(folder)/config/\(file.name)", with: file.bytes) }
        let span = Instant.Span.hours(days * 24)
        let past = PastFill(
            scene: scene, start: clock.now - span, millisecondsApart: Int(span.milliseconds) / count, isDelivered: true)
        try past.make(count, in: folder, files)
    }

    private static func measure(
        _ folder: String, _ repeats: Int, _ clock: SystemClock
    ) throws -> [(name: String, milliseconds: Double)] {
        var options = ServiceOptions(
            dataFolder: folder + "/data", configuration: Configuration.source(folder + "/config"),
            version: Program.version)
        options.listen = "127.0.0.1:0"
        let log = try Configuration.log()
        defer { log.finish() }
        let service = try Service(options, log: log) { reason in
            writeLine("itp bench: \(reason)", to: STDERR_FILENO)
        }
        defer { service.stop() }
        let courier = try Courier(Courier.Settings(version: Program.version))
        defer { courier.stop() }
        let page = Page(courier: courier, address: "http://\(service.address)")
        let calls = try requests(page, clock.now)
        // Each kind in turn, so that other work on the machine falls on all alike; the first time is not counted.
        var times = Array(repeating: [Double](), count: calls.count)
        for turn in 0...repeats {
            for (index, call) in calls.enumerated() {
                let began = clock.monotonicNanoseconds
                _ = try page.ask(call.path, body: call.body)
                if turn > 0 { times[index].append(Double(clock.monotonicNanoseconds - began) / 1e6) }
            }
        }
        return zip(calls, times).map { ($0.name, Bench.median($1)) }
    }

    private struct Request {
        var name: String
        var path: String
        var body: String?
    }

    /// What the page asks for.
    private static func requests(_ page: Page, _ now: Instant) throws -> [Request] {
        let newest = try page.ask("/v1/events?limit=1")
        guard let next = newest["next"]?.string.flatMap({ Int($0) }) else { throw NoHistory() }
        let middle = try page.ask("/v1/events?limit=1&cursor=\(next / 2)")
        guard let event = middle["events"]?.array?.first, let id = event["id"]?.string,
            let receipt = event["receipt"]?.string
        else { throw NoHistory() }
        let list = "/v1/events?limit=50"
        let silence = """
            {"agent":"srv5.branch.servers.customer-7","for":"2h","owner":"bench","reason":"bench"}
            """
        return [
            Request(name: "counters (/stats)", path: "/stats"), Request(name: "chart", path: "/v1/chart"),
            Request(name: "health", path: "/health"), Request(name: "events, newest page", path: list),
            Request(name: "events, a page from the middle", path: "\(list)&cursor=\(next / 2)"),
            Request(name: "events, one disposition", path: "\(list)&disposition=ticketed"),
            Request(name: "events, a disposition that none has", path: "\(list)&disposition=closed"),
            Request(name: "events, one agent", path: "\(list)&agent=srv5.branch.servers.customer-7"),
            Request(name: "events, one customer", path: "\(list)&org=customer-7"),
            Request(name: "events, since an hour", path: "\(list)&since=\(now - .hours(1))"),
            Request(name: "search, many hits", path: "\(list)&q=Spooler"),
            Request(name: "search, no hit (100,000 events a call)", path: "\(list)&q=no%20such%20text"),
            Request(name: "one event with its trace and its alert", path: "/v1/events/\(id)"),
            Request(name: "receipt", path: "/v1/receipts/\(receipt)"),
            Request(name: "dead letters", path: "/v1/dead?limit=50"), Request(name: "silences", path: "/v1/silences"),
            Request(name: "preview of a silence, 30 days", path: "/v1/silences/preview", body: silence),
            Request(name: "metrics", path: "/metrics"),
        ]
    }

    private struct NoHistory: Error, CustomStringConvertible {
        var description: String { "the ledger that was filled holds no events" }
    }
}

/// The service as a browser asks it, on one connection.
private struct Page {
    let courier: Courier
    let address: String

    /// The answer, as JSON where it is that.
    func ask(_ path: String, body: String? = nil) throws -> JSON {
        let outcome = Guarded<CallOutcome?>(nil)
        let answered = DispatchSemaphore(value: 0)
        var call = OutgoingCall(
            method: body == nil ? "GET" : "POST", url: address + path,
            headers: body == nil ? [] : [("Content-Type", "application/json")], body: Array((body ?? "").utf8))
        call.totalTimeoutSeconds = 60
        courier.send(call) { result in
            outcome.with { $0 = result }
            answered.signal()
        }
        answered.wait()
        guard case .reply(let reply) = outcome.with({ $0 }), reply.status == 200 else {
            throw Unanswered(path: path, outcome: "\(String(describing: outcome.with { $0 }))")
        }
        return JSON(ifValid: reply.body) ?? .null
    }

    private struct Unanswered: Error, CustomStringConvertible {
        var path: String
        var outcome: String

        var description: String { "no good answer to \(path): \(outcome)" }
    }
}
