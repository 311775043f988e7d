import Decisions
import Events
import Formats
import Testing

struct PatchSummaryTests {
    private let minute: Int64 = 60_000
    private static let configuration = """
        [GLOBAL]
        PFSummaryPeriod=45
        [PROCESSING]
        PCH:MB-PATCH=ITP-PRC-PFS.mod
        """

    private func failure(_ data: String) -> String { "PCH|Patch|\(data)|||MB-PATCH.PCH.S.P3.Alm" }

    @Test("the first failure of an agent is held for PFSummaryPeriod, the ones after it are summarised")
    func held() throws {
        var bench = try Bench(Self.configuration)
        let first = bench.event(failure("KB1"), after: 0) { $0.body = "First." }
        let hold = try bench.park(first)
        #expect(hold.until == Bench.start + .minutes(45))
        for (data, after) in [("KB2", 1), ("kb3", 2), ("KB2", 3), ("KB1", 44)] as [(String, Int64)] {
            let verdict = try bench.send(failure(data), after: after * minute)
            #expect(verdict.disposition == .summarised)
            #expect(verdict.reason == "PFS: added to the patch failure \(first.id)")
            #expect(verdict.step(.module)?.rule?.place == "ITPConfig.ini:12")
        }
        let released = try bench.decide(first, inputs: [hold.name: Hold.release(at: hold.until)])
        #expect(released.disposition == .ticketed)
        #expect(
            released.draft.description == "First.\n\n4 more patch failures of this agent:\nKB2\nKB3",
            "the patch of the first one and repetitions are not listed")
        #expect(released.step(.module)?.saw == "held until \(hold.until)")
        // The hold is closed, and the window of duplicates counts from the release.
        let key = failure("KB1")
        #expect(try bench.send(key, after: 45 * minute).disposition == .duplicate)
        #expect(try bench.send(key, after: 105 * minute - 1).disposition == .duplicate)
        #expect(try bench.park(bench.event(failure("KB9"), after: 105 * minute)).until.milliseconds > 0)
    }

    @Test("while the hold is open duplicates do not count; other agents have holds of their own")
    func skipsDuplicates() throws {
        var bench = try Bench(Self.configuration)
        let first = bench.event(failure("KB1"))
        let hold = try bench.park(first)
        for _ in 0..<2 {
            let verdict = try bench.send(failure("KB1"))
            #expect(verdict.disposition == .summarised)
            #expect(verdict.step(.duplicate)?.decided == "left to PFS")
        }
        let other = bench.event(failure("KB1"), agent: "fs2.servers.acme")
        #expect(try bench.park(other).name == hold.name)
        #expect(try bench.send(dhcp).disposition == .ticketed)
        let released = try bench.decide(first, inputs: [hold.name: Hold.release(at: hold.until)])
        #expect(released.draft.description == "2 more patch failures of this agent, of the same patch.")
    }

    @Test(
        "a patch is the first KB number of the data fields, else of the body, else the body's first line, else the subject",
        arguments: [
            ("update kb5031356 failed", "KB77", "KB5031356"), ("64KB77", "see (KB88): no", "KB88"),
            ("KBx", "x\nKB", "x"), ("", "  Office 2016\nmore", "Office 2016"), ("KB 5", "", "PCH|Patch|KB 5"),
            ("KB1", "", "KB1"),
        ])
    func patches(data: String, body: String, patch: String) throws {
        var bench = try Bench(Self.configuration)
        let first = bench.event(failure("KB0"))
        let hold = try bench.park(first)
        _ = try bench.send(failure(data)) { $0.body = body }
        let released = try bench.decide(first, inputs: [hold.name: Hold.release(at: hold.until)])
        #expect(released.draft.description.hasPrefix("1 more patch failure of this agent:\n\(patch)"))
    }

    @Test("the list is bounded, the count is not")
    func bounded() throws {
        var bench = try Bench(Self.configuration)
        let first = bench.event(failure("KB0"))
        let hold = try bench.park(first)
        for number in 1...300 { _ = try bench.send(failure("KB\(number)")) }
        let released = try bench.decide(first, inputs: [hold.name: Hold.release(at: hold.until)])
        #expect(released.draft.description.hasPrefix("300 more patch failures of this agent:\nKB1\n"))
        #expect(released.draft.description.hasSuffix("\nKB199"))
    }

    @Test("a resolved event of the same problem cancels the hold")
    func resolved() throws {
        var bench = try Bench(Self.configuration)
        let first = bench.event(failure("KB1"))
        let hold = try bench.park(first)
        #expect(try bench.send(failure("KB2")) { $0.state = .resolved }.changes.contains { isCancel($0) } == false)
        let verdict = try bench.send(failure("KB1")) { $0.state = .resolved }
        #expect(verdict.disposition == .cancelled)
        #expect(verdict.step(.policy) != nil && verdict.trace.steps.allSatisfy { $0.stage != .module })
        let cancel = try #require(verdict.changes.first { isCancel($0) })
        guard case .cancelHold(let event, let name, let reason) = cancel else { return }
        #expect(event == first.id && name == hold.name && reason.hasPrefix("resolved by event "))
        let ended = try bench.decide(first, inputs: [name: .value(reason)])
        #expect(ended.disposition == .cancelled && ended.reason == "cancelled while it was held: \(reason)")
        #expect(ended.delivery == nil)
        #expect(try bench.park(bench.event(failure("KB1"))).name == hold.name)
    }

    @Test("a resolved event does not cancel what other patches have been taken into")
    func resolvedWithOthers() throws {
        var bench = try Bench(Self.configuration)
        let hold = try bench.park(bench.event(failure("KB1")))
        _ = try bench.send(failure("KB2"))
        let verdict = try bench.send(failure("KB1")) { $0.state = .resolved }
        #expect(!verdict.changes.contains { isCancel($0) })
        #expect(verdict.trace.steps.contains { $0.decided == "stays held: patches of other alerts are in it as well" })
        #expect(hold.changes.count == 1)
    }

    @Test("the delivery's ID is remembered while the event is held: its retry is a redelivery, and it is none itself")
    func deliveries() throws {
        var bench = try Bench(Self.configuration)
        let first = bench.event(failure("KB1")) { $0.deliveryID = "api:1" }
        let hold = try bench.park(first)
        #expect(try bench.send(failure("KB1")) { $0.deliveryID = "api:1" }.disposition == .redelivery)
        let released = try bench.decide(first, inputs: [hold.name: Hold.release(at: hold.until)])
        #expect(released.disposition == .ticketed && released.draft.description.isEmpty)
    }

    @Test("a hold is closed though the configuration names PFS no longer")
    func reconfigured() throws {
        var bench = try Bench(Self.configuration)
        let first = bench.event(failure("KB1"))
        let hold = try bench.park(first)
        let other = try Bench()
        let input = [hold.name: Hold.release(at: hold.until)]
        let decision = try Pipeline.decide(
            Pipeline.prepare(first, other.$settings, inputs: input), other.$settings, memory: bench.memory,
            inputs: input)
        guard case .verdict(let verdict) = decision else { throw NoVerdict() }
        #expect(verdict.disposition == .ticketed && verdict.changes.contains(.closeHold(event: first.id)))
    }

    private func isCancel(_ change: MemoryChange) -> Bool {
        guard case .cancelHold = change else { return false }
        return true
    }
}

extension Bench {
    /// Decides an event that is held, and keeps what the memory is to keep of it.
    mutating func park(_ event: Event) throws -> Hold {
        guard case .parked(let hold, let facts) = try decision(event) else { throw NoVerdict() }
        #expect(facts.agent == event.agent.name)
        for change in hold.changes { memory.apply(change) }
        return hold
    }
}
