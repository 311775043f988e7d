import Events
import Formats
import Settings
import TestSupport
import Testing
import Vendors

@testable import Sandbox

/// The vendors' real limits against more creations than an hour allows, in virtual time: none is ever met, and all are made.
@Suite struct HourlyLimitTests {
    @Test("more tickets than an hour's calls allow are all made, and no limit is ever met")
    func bms() async throws {
        let seen = try await Backlog.seen(.bms, count: 1500, seed: 1)
        #expect(seen.refused == 0 && seen.inWindow <= 1500 && seen.atOnce <= 2, "\(seen)")
        // It went up to what is allowed, else this shows nothing.
        #expect(seen.inWindow >= 1400 && seen.hours >= 1, "\(seen)")
    }

    @Test(
        "Autotask's hourly calls are spread when others leave no more, and never more than two of a kind are under way")
    func autotask() async throws {
        let seen = try await Backlog.seen(.autotask, count: 3000, seed: 3)
        #expect(seen.refused == 0 && seen.inWindow <= 10_000 && seen.atOnce <= 2, "\(seen)")
        #expect(seen.inWindow >= 7000, "\(seen)")
    }

    @Test("a service that is killed again and again does not use up several hours' calls in one")
    func kills() async throws {
        let seen = try await Backlog.seen(
            .bms, count: 120, seed: 5, lines: "PSA_CallsPerHour=100", limit: 110, killedEvery: 60)
        #expect(seen.refused == 0 && seen.inWindow <= 110, "\(seen)")
        #expect(seen.inWindow >= 90 && seen.hours >= 1 && seen.kills >= 4, "\(seen)")
    }
}

/// A lane with a backlog, and a PSA some way off; nothing but its limits is in the way.
private struct Backlog {
    struct Seen {
        var refused: Int64
        /// The most calls in an hour, and at the same time.
        var inWindow: Int64
        var atOnce: Int64
        var hours: Double
        var kills: Int
    }

    private struct Arrival {
        var at: Instant
        var message: LaneStation.Message
    }

    private let kind: ConformingPSA
    private let count: Int
    private var lane: LaneStation
    private var world = SandboxWorld()
    private var random: SeededRandom
    private var now = Instant(milliseconds: 1_795_227_247_000)
    private var arrivals: [Arrival] = []
    private var begun = 0
    private var made: Set<Int64> = []
    private let account: PSAAccount
    /// What the ledger knows of the calls, and after how many of them the service is killed.
    private var counted: [CallCount] = []
    private let killedEvery: Int?
    private var kills = 0
    private var tries: [Int64: Int] = [:]
    private var ambiguousSince: [Int64: Instant] = [:]
    /// Orders that a lane is handed at once.
    private static let window = 32

    /// `lines` are the account's, `limit` is the PSA's in an hour where it is not the vendor's own.
    static func seen(
        _ kind: ConformingPSA, count: Int, seed: UInt64, lines: String = "", limit: Int? = nil, killedEvery: Int? = nil
    ) async throws -> Seen {
        try await inTurn {
            var backlog = try Backlog(kind, lines, count: count, seed: seed, killedEvery: killedEvery)
            if let limit {
                _ = try backlog.world.setLimits(["psa": .string(kind.rawValue), "perWindow": .integer(limit)])
            }
            return try backlog.run()
        }
    }

    private init(
        _ kind: ConformingPSA, _ lines: String, count: Int, seed: UInt64, killedEvery: Int?
    ) throws {
        self.kind = kind
        self.count = count
        self.killedEvery = killedEvery
        random = SeededRandom(seed: seed)
        // The sandbox's own address: its limits are counted where it is listened to.
        account = try ConformanceDesk.account(
            kind, lines + (kind == .autotask ? "PSA_URL=http://127.0.0.1:9090/autotask" : ""))
        lane = LaneStation(account, quietPeriod: .seconds(60))
    }

    private mutating func run() throws -> Seen {
        let start = now
        while made.count < count {
            if let killedEvery, counted.count >= (kills + 1) * killedEvery { try kill() }
            while begun < count, begun - made.count < Backlog.window {
                begun += 1
                try handle(.deliver(order(Int64(begun))))
            }
            guard let next = arrivals.indices.min(by: { arrivals[$0].at < arrivals[$1].at }) else {
                throw SecretFault("it has come to rest with \(made.count) of \(count)")
            }
            let arrival = arrivals.remove(at: next)
            now = max(now, arrival.at)
            try handle(arrival.message)
        }
        let references = Set(world.tickets.map(\.externalRef))
        #expect(references.count == count && world.tickets.count == count)
        let meter = world.limits[kind.rawValue] ?? .null
        let most = { (name: String) in (meter[name]?.members ?? []).compactMap(\.value.integer).max() ?? 0 }
        return Seen(
            refused: meter["refused"]?.integer ?? -1, inWindow: most("mostInWindow"), atOnce: most("mostConcurrent"),
            hours: Double((now - start).milliseconds) / 3_600_000, kills: kills)
    }

    /// The service ends; the count of the call that was just being sent is lost. The next one begins with what the ledger has.
    private mutating func kill() throws {
        kills += 1
        counted.removeLast()
        arrivals = []
        lane = LaneStation(account, quietPeriod: .seconds(60))
        let minutes = counted.filter { $0.at > now - LaneStation.callWindow }
        try handle(.formerCalls(minutes))
        for row in 1...Int64(begun) where !made.contains(row) {
            ambiguousSince[row] = now
            try handle(.deliver(order(row)))
        }
    }

    private func order(_ row: Int64) -> DeliveryOrder {
        let reference = Identifier(milliseconds: row, random: (6, 7))
        let action = TicketAction(kind: .create, reference: reference, draft: ConformanceDesk.draft)
        return DeliveryOrder(row: row, action: action, ticket: nil, ambiguousSince: ambiguousSince[row])
    }

    private mutating func handle(_ message: LaneStation.Message) throws {
        var effects = lane.handle(message, now: now)
        while !effects.isEmpty {
            switch effects.removeFirst() {
            case .call(let row, let call): try send(call, row)
            case .counted(let meter): counted.append(CallCount(meter: meter, at: now, count: 1))
            case .declareIntent(let row): effects += lane.handle(.intentIsDurable(row: row), now: now)
            case .report(let row, .created): made.insert(row)
            case .report(let row, .retry(_, let after)): again(row, after)
            case .report(let row, .stillAmbiguous): again(row, .seconds(60))
            case .report(let row, let report): throw SecretFault("order \(row): \(report)")
            case .condition, .credentials, .closedDoubles: break
            }
        }
    }

    private mutating func again(_ row: Int64, _ after: Instant.Span?) {
        tries[row, default: 0] += 1
        let wait = after ?? Backoff.delay(attempt: tries[row, default: 1], seed: UInt64(row))
        arrivals.append(Arrival(at: now + wait, message: .deliver(order(row))))
    }

    private mutating func send(_ call: VendorCall, _ row: Int64) throws {
        let target = HTTPTarget("/" + call.url.split(separator: "/").dropFirst(2).joined(separator: "/"))
        let way = Instant.Span(milliseconds: Int64(random.pick(1...80)))
        // What arrives later than it was sent is counted by the PSA's clock.
        let outcome = world.take(
            SandboxRequest(
                method: call.method, path: target.path, query: target.queryItems.map { ($0.name, $0.value) },
                headers: call.headers.map { ($0.name, $0.value) }, body: call.body), now: now.milliseconds)
        guard case .reply(let reply) = outcome.ending else { throw SecretFault("no fault was asked for") }
        let delay = Instant.Span(milliseconds: Int64(outcome.delayMilliseconds))
        let answer = VendorReply(status: reply.status, body: reply.body)
        arrivals.append(Arrival(at: now + way + delay, message: .outcome(row: row, .reply(answer))))
    }
}
