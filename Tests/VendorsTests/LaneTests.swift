import Events
import Formats
import Testing
import Vendors

struct LaneTests {
    @Test("lists are read once, page by page, and again after a day or, for a name that is missing, after five minutes")
    func cache() throws {
        var rig = try Rig()
        rig.psa.lists["service/priorities"] =
            (0..<2000).map { ["id": .integer(1000 + $0), "name": .string("P \($0)")] } + [["id": 31, "name": "Medium"]]
        #expect(try rig.deliver() == .created(Rig.ticket(101), remarks: []))
        #expect(rig.count("GET service/priorities") == 3)
        let reads = rig.log.count { $0.hasPrefix("GET") }
        rig.now = rig.now + .hours(23)
        #expect(try rig.deliver() == .created(Rig.ticket(102), remarks: []))
        #expect(rig.log.count { $0.hasPrefix("GET") } == reads)
        rig.now = rig.now + .hours(1)
        #expect(try rig.deliver() == .created(Rig.ticket(103), remarks: []))
        #expect(rig.log.count { $0.hasPrefix("GET") } == 2 * reads)
        _ = try rig.deliver { $0.source = "Late" }
        #expect(rig.count("GET service/sources") == 2)
        rig.psa.lists["service/sources"]?.append(["id": 42, "name": "Late"])
        rig.now = rig.now + .minutes(5)
        #expect(try rig.deliver { $0.source = "Late" } == .created(Rig.ticket(105), remarks: []))
        #expect(rig.count("GET service/sources") == 3)
    }

    @Test("a list of exactly one full page is known to be whole, a server that repeats a page forever is left")
    func paging() throws {
        var rig = try Rig()
        let full = (0..<1000).map { JSON.members([("id", .integer($0)), ("name", .string("S \($0)"))]) }
        rig.psa.lists["service/sources"] = full
        #expect(try rig.deliver { $0.source = "S 999" } == .created(Rig.ticket(101), remarks: []))
        #expect(rig.count("GET service/sources") == 2)
        var endless = try Rig()
        let page = VendorOutcome.reply(VendorReply(status: 200, body: JSON.array(full).bytes))
        endless.scripted["GET service/sources"] = Array(repeating: page, count: 200)
        guard case .retry(let reason, nil) = try endless.deliver() else {
            Issue.record("it was not left")
            return
        }
        #expect(reason == "reading sources: more than 100000 rows")
    }

    @Test("a refusal of what was posted makes the lane read its lists again")
    func refreshAfterRefusal() throws {
        var rig = try Rig()
        #expect(try rig.deliver() == .created(Rig.ticket(101), remarks: []))
        rig.scripted["POST service/tickets"] = [.status(400, #"{"code":"InvalidObject","message":"no"}"#)]
        #expect(try rig.deliver() == .refused(reason: "creating the ticket: HTTP 400 InvalidObject: no"))
        _ = try rig.deliver()
        #expect(rig.count("GET service/boards") == 2)
        // A company that is not there is no reason to read all the rest again.
        _ = try rig.deliver { $0.company.name = "Nobody" }
        _ = try rig.deliver()
        #expect(rig.count("GET service/boards") == 2)
    }

    @Test("four tries run at a time, the others wait for their turn in order")
    func concurrency() throws {
        var rig = try Rig()
        var effects: [LaneStation.Effect] = []
        for _ in 0..<6 { effects += rig.lane.handle(.deliver(rig.order()), now: rig.now) }
        let rows = { (effects: [LaneStation.Effect]) in
            effects.compactMap { effect -> Int64? in
                guard case .call(let row, _) = effect else { return nil }
                return row
            }
        }
        #expect(rows(effects) == [1, 2, 3, 4] && rig.lane.load == 6)
        let next = rig.lane.handle(.outcome(row: 2, .notSent(reason: "refused")), now: rig.now)
        #expect(rows(next) == [5] && rig.lane.load == 5)
        guard case .report(2, .retry(let reason, nil)) = next.first else {
            Issue.record("no report")
            return
        }
        #expect(reason == "reading companies: refused")
        // What nobody asked for changes nothing.
        #expect(rig.lane.handle(.outcome(row: 99, .status(200)), now: rig.now).isEmpty)
        #expect(rig.lane.handle(.intentIsDurable(row: 1), now: rig.now).isEmpty)
    }

    @Test("no POST leaves before its intent is durable, an early outcome is no answer to it")
    func intentFirst() throws {
        var rig = try Rig()
        _ = try rig.deliver()
        let effects = rig.lane.handle(.deliver(rig.order()), now: rig.now)
        guard effects.count == 1, case .declareIntent(2) = effects[0] else {
            Issue.record("\(effects)")
            return
        }
        #expect(rig.lane.handle(.outcome(row: 2, .status(201, "{\"id\":1}")), now: rig.now).isEmpty)
        let after = rig.lane.handle(.intentIsDurable(row: 2), now: rig.now)
        guard after.count == 1, case .call(2, let call) = after[0] else {
            Issue.record("\(after)")
            return
        }
        #expect(call.method == "POST")
        #expect(rig.lane.handle(.intentIsDurable(row: 2), now: rig.now).isEmpty)
    }

    @Test(
        "after 429 the whole lane pauses, for as long as Retry-After says, at least 30 seconds and at most an hour",
        arguments: [
            (nil, 30), ("10", 30), ("45", 45), ("99999", 3600), ("-5", 30), ("soon", 60),
            ("Sat, 21 Nov 2026 02:15:37 GMT", 90), ("Sat, 21 Nov 2026 02:00:00 GMT", 30), ("44.2", 45),
            ("Saturday, 21-Nov-26 02:15:37 GMT", 90), ("Sat Nov 21 02:15:37 2026", 90), ("inf", 60),
        ] as [(String?, Int)])
    func pause(retryAfter: String?, seconds: Int) throws {
        var rig = try Rig()
        let body = #"{"error":"ConnectWiseAPI","message":"Too many requests. Please try again in 30 seconds."}"#
        rig.scripted["GET company/companies"] = [.status(429, body, retryAfter: retryAfter)]
        #expect(
            try rig.deliver()
                == .retry(
                    reason:
                        "reading companies: HTTP 429 ConnectWiseAPI: Too many requests. Please try again in 30 seconds.",
                    after: .seconds(seconds)))
        rig.now = rig.now + .seconds(seconds) - .init(milliseconds: 1)
        #expect(try rig.deliver() == .retry(reason: "the PSA asked for a pause", after: .init(milliseconds: 1)))
        #expect(rig.calls.count == 1)
        rig.now = rig.now + .init(milliseconds: 1)
        #expect(try rig.deliver() == .created(Rig.ticket(101), remarks: []))
    }

    @Test(
        "without Retry-After the pause that the answer's own sentence names is kept",
        arguments: [
            ("Too many requests. Please try again in 45 seconds.", 45), ("Try again in 2 minutes", 120),
            ("Try again in a while.", 30), ("Try again in 99999 seconds.", 30), ("Try again in ", 30), ("", 30),
        ])
    func pauseInWords(sentence: String, seconds: Int) throws {
        var rig = try Rig()
        let body: JSON = ["error": "ConnectWiseAPI", "message": .string(sentence)]
        rig.scripted["GET company/companies"] = [.status(429, body.compact)]
        guard case .retry(_, after: .seconds(seconds)) = try rig.deliver() else {
            Issue.record("another pause")
            return
        }
    }

    @Test("waits grow with each try, are spread from nought to the ceiling, and never pass five minutes")
    func backoff() {
        for attempt in [-1, 0, 1, 2, 5, 9, 20, 1000, Int.max] {
            let ceiling: Int64 = min(300_000, 1000 << Int64(min(max(attempt, 1), 20)))
            let waits = (0..<2000).map { Backoff.delay(attempt: attempt, seed: $0).milliseconds }
            #expect(waits.allSatisfy { (0...ceiling).contains($0) })
            let mean = waits.reduce(0, +) / 2000
            #expect(abs(mean - ceiling / 2) < ceiling / 10, "attempt \(attempt): \(mean) of \(ceiling)")
        }
        #expect(Backoff.delay(attempt: 3, seed: 9) == Backoff.delay(attempt: 3, seed: 9))
    }
}
