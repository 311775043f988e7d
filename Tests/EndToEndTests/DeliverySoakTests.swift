import Formats
import Glibc
import Platform
import TestSupport
import Testing

/// The real program delivers against the sandbox while calls fail in every way and the service is killed: none lost, none
/// twice, in order. Each run takes a sample; `scripts/delivery-soak` makes 2,000 creations for each destination.
@Suite("Delivery soak", .serialized, .timeLimit(.minutes(SoakPlan.isFull ? 60 : 3)))
struct DeliverySoakTests {
    @Test("nothing is lost, made twice or out of order, whatever fails", arguments: SoakPlan.all)
    func soak(_ plan: SoakPlan) async throws {
        try await Scene.with(changeFor: plan.change) { scene in try SoakRun(scene, plan).run() }
    }
}

/// One run of a plan.
private struct SoakRun {
    let scene: Scene
    let plan: SoakPlan
    private let clock = SystemClock()

    init(_ scene: Scene, _ plan: SoakPlan) {
        self.scene = scene
        self.plan = plan
    }

    /// So long may everything take.
    private var patienceSeconds: Int { plan.isFull ? 1800 : 90 }

    func run() throws {
        let began = clock.monotonicNanoseconds
        try orderFaults()
        let alerts = plan.creating + plan.repeating + plan.resolving
        let posters = try Posters(alerts, connections: 4)
        defer { posters.end() }
        var keeper = Keeper(try scene.serve(), plan)
        let ends = [plan.creating.count, plan.creating.count + plan.repeating.count, alerts.count]
        for end in ends {
            posters.post(to: keeper.service.address, limit: end)
            try keeper.go(on: scene, posters, limit: end, seconds: patienceSeconds) { _ in
                posters.answered.count >= end
            }
        }
        // A mail of which nobody knows goes out again at the end of its time; that try is to be a sound one. It comes only
        // where the last try that hangs, for a minute, has ended before.
        let sound = plan.destination == .mail ? began + UInt64(plan.maximumAgeSeconds) * 700_000_000 : .max
        try keeper.go(on: scene, posters, limit: alerts.count, seconds: patienceSeconds) { service in
            try service.isSettled() || clock.monotonicNanoseconds > sound
        }
        let struck = try scene.sandboxPage("faults").array ?? []
        _ = try Connection(scene.sandboxAddress).ask("DELETE", "/sandbox/faults")
        try keeper.service.settleAll(seconds: patienceSeconds)
        let events = try keeper.service.events()
        try expectNoneLost(posters.answered, events)
        if plan.destination == .mail { try expectMails(events) } else { try expectTickets(events) }
        try expectLimits(keeper.kills)
        let seconds = (clock.monotonicNanoseconds - began) / 1_000_000_000
        let faults = struck.reduce(0) { $0 + ($1["struck"]?.integer ?? 0) }
        try report(
            "delivery soak: \(plan.destination.rawValue), seed \(plan.seed): \(plan.creations) creations, "
                + "\(events.count) events, \(faults) faults, \(keeper.kills) kills, \(seconds) s")
        try keeper.service.stop()
        #expect(try scene.run("journal", "verify", scene.data + "/journal").code == 0)
        try expectAudit(events)
    }

    /// What was accepted is accounted for; where one event's row is gone from a copy of the ledger, that one is named.
    private func expectAudit(_ events: [JSON]) throws {
        let sound = try scene.run("audit", "--data", scene.data)
        #expect(sound.code == 0 && sound.output.contains("it adds up"), "\(sound)")
        let copy = scene.folder + "/copy"
        let lost = try #require(events[events.count / 2]["id"]?.string)
        let removal = """
            import sqlite3, sys, uuid
            ledger = sqlite3.connect(sys.argv[1] + "/ledger.db")
            assert ledger.execute("DELETE FROM events WHERE id=?", (uuid.UUID(sys.argv[2]).bytes,)).rowcount == 1
            ledger.commit()
            """
        let script = "cp -r '\(scene.data)' '\(copy)' && exec python3 -c '\(removal)' '\(copy)' \(lost)"
        let removed = try Program.run(["-c", script], in: scene.folder, program: "/bin/sh")
        #expect(removed.code == 0, "\(removed)")
        let broken = try scene.run("audit", "--data", copy)
        #expect(broken.code == 1, "\(broken)")
        #expect(broken.output.contains("event \(lost): there is no such event in the ledger"), "\(broken)")
        #expect(broken.output.contains("it does not add up: 1 not accounted for"), "\(broken)")
    }

    private func report(_ line: String) throws {
        if plan.isFull { try Files.writeAll(Array((line + "\n").utf8), to: STDOUT_FILENO, subject: "stdout") }
    }

    private func orderFaults() throws {
        let rules: JSON = .array(
            plan.faults.enumerated().map { index, fault in
                [
                    "vendor": .string(plan.destination == .mail ? "smtp" : plan.destination.rawValue),
                    "match": .string(fault.match), "fault": .string(fault.fault),
                    "probability": .number("\(fault.probability)"), "count": .integer(fault.count),
                    "seed": .integer(plan.seed &* 100 &+ UInt64(index)),
                ]
            })
        let sandbox = try Connection(scene.sandboxAddress)
        let answer = try sandbox.ask("POST", "/sandbox/faults", [], rules.bytes)
        guard answer.status == 201 else { throw Trouble("the sandbox takes no faults: \(answer.json.compact)") }
        guard plan.destination != .mail else { return }
        // The vendors' own limits are shown to hold in virtual time.
        let limits: JSON = ["psa": .string(plan.destination.rawValue), "perWindow": .null]
        guard try sandbox.ask("POST", "/sandbox/limits", [], limits.bytes).status == 200 else {
            throw Trouble("the sandbox takes no limits")
        }
    }

    /// Every accepted alert is an event with an end.
    private func expectNoneLost(_ answered: [Int: String], _ events: [JSON]) throws {
        let byID = Dictionary(grouping: events) { $0["id"]?.string ?? "" }
        #expect(byID.count == events.count, "an event is there twice")
        for (index, id) in answered where byID[id] == nil { Issue.record("alert \(index), event \(id), is lost") }
        for event in events where !["delivered", "confirmed"].contains(event["state"]?.string) {
            Issue.record("event is left: \(event.compact)")
        }
        for event in events where event["disposition"]?.string == "failed" {
            Issue.record("event has failed: \(event.compact)")
        }
    }

    /// One ticket for each problem, made for its first event, with a note for each further one in their order.
    private func expectTickets(_ events: [JSON]) throws {
        let tickets = try scene.tickets()
        let byReference = Dictionary(grouping: tickets, by: \.reference)
        #expect(tickets.count == plan.creations, "\(tickets.count) tickets")
        for (_, problem) in Dictionary(grouping: events, by: { $0["subject"]?.string ?? "" }) {
            let ids = problem.map { $0["id"]?.string ?? "" }
            #expect(problem.first?["disposition"]?.string == "ticketed", "\(problem.map(\.compact))")
            guard let made = byReference[ids[0]], made.count == 1, let ticket = made.first else {
                Issue.record("\(byReference[ids[0]]?.count ?? 0) tickets of event \(ids[0])")
                continue
            }
            for id in ids.dropFirst() where byReference[id] != nil { Issue.record("a second ticket by event \(id)") }
            let wanted = zip(ids, problem).dropFirst()
                .filter {
                    ["updated", "noted", "closed"].contains($1["disposition"]?.string) && $1["state"] == "delivered"
                }
                .map(\.0)
            let notes = (ticket.json["notes"]?.array ?? []).map { $0["text"]?.string ?? "" }
            let noted = notes.flatMap { note in ids.dropFirst().filter { note.contains($0) } }
            #expect(noted == wanted, "ticket of \(ids[0]): \(problem.map(\.compact))")
            if problem.contains(where: { $0["disposition"] == "closed" }) {
                #expect(ticket.json["closed"]?.bool == true, "\(ids[0])")
            }
        }
        let closed = plan.resolving.count
        #expect(events.count { $0["disposition"] == "closed" } >= closed)
    }

    /// At least one mail of each event, and not two unless the second says so; the Message-ID tells them apart.
    private func expectMails(_ events: [JSON]) throws {
        var plain: [String: Int] = [:]
        var marked: [String: Int] = [:]
        for mail in try scene.sandboxPage("mail").array ?? [] {
            let header = (mail["headers"]?.array ?? []).first { $0["name"]?.string?.lowercased() == "message-id" }
            let id = header?["value"]?.string ?? ""
            if mail["subject"]?.string?.contains("[possible duplicate]") == true {
                marked[id, default: 0] += 1
            } else {
                plain[id, default: 0] += 1
            }
        }
        for event in events {
            let id = event["id"]?.string ?? ""
            let names = Set(plain.keys).union(marked.keys).filter { $0.contains(id) }
            #expect(names.count == 1, "\(names.count) mails of event \(event.compact)")
            for name in names {
                #expect(plain[name, default: 0] <= 1 && marked[name, default: 0] <= 1, "\(name) came too often")
            }
        }
    }

    /// What the lanes allow themselves. A call of a service that was killed goes on at the PSA, beside those of the next one.
    private func expectLimits(_ kills: Int) throws {
        guard plan.destination != .mail, kills == 0 else { return }
        let seen = try scene.sandboxPage("limits")[plan.destination.rawValue]?["mostConcurrent"]?.members ?? []
        let limit: Int64 = plan.destination == .connectwise ? 4 : 2
        #expect(!seen.isEmpty)
        for entity in seen {
            #expect(entity.value.integer ?? .max <= limit, "\(entity.name): \(entity.value.compact) at once")
        }
    }
}

/// Keeps a service running, and kills it every few seconds where the plan says so.
private struct Keeper {
    private(set) var service: Service
    private(set) var kills = 0
    private let plan: SoakPlan
    private var random: SeededRandom
    private let clock = SystemClock()
    private var nextKill: UInt64

    init(_ service: Service, _ plan: SoakPlan) {
        self.service = service
        self.plan = plan
        random = SeededRandom(seed: plan.seed)
        nextKill = 0
        scheduleKill()
    }

    private mutating func scheduleKill() {
        let milliseconds = plan.isFull ? random.pick(2000...5000) : random.pick(200...900)
        nextKill = clock.monotonicNanoseconds + UInt64(milliseconds) * 1_000_000
    }

    /// Kills and starts again until the condition holds.
    mutating func go(
        on scene: Scene, _ posters: Posters, limit: Int, seconds: Int, until isOver: (Service) throws -> Bool
    ) throws {
        let end = clock.monotonicNanoseconds + UInt64(seconds) * 1_000_000_000
        while try !isOver(service) {
            guard clock.monotonicNanoseconds < end else {
                throw Trouble("it does not end, seed \(plan.seed): \(try service.ask("GET", "/stats").json.compact)")
            }
            if plan.kills, clock.monotonicNanoseconds >= nextKill, plan.isFull || kills < 6 {
                try service.program.kill()
                kills += 1
                service = try scene.serve()
                posters.post(to: service.address, limit: limit)
                scheduleKill()
            }
            letPass(milliseconds: 20)
        }
    }
}
