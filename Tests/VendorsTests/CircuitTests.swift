import Events
import Formats
import Testing

@testable import Vendors

/// A PSA that does not work is left alone.
struct CircuitTests {
    /// Whether a failure opens it.
    private func opens(_ circuit: inout Circuit, _ now: Instant) -> Bool { circuit.fail(now) }

    @Test("it opens after five failures in a row, for ever longer up to five minutes, and one success closes it")
    func pauses() {
        var circuit = Circuit()
        var now = Instant(milliseconds: 0)
        for _ in 1...4 { #expect(!opens(&circuit, now)) }
        _ = circuit.succeed()
        for _ in 1...4 { #expect(!opens(&circuit, now)) }
        #expect(circuit.pause(now) == nil && !circuit.isProbing)
        for seconds in [15, 30, 60, 120, 240, 300, 300] {
            #expect(opens(&circuit, now))
            #expect(circuit.pause(now) == now + .seconds(seconds))
            // What was under way when it opened changes nothing.
            #expect(!opens(&circuit, now + .seconds(1)))
            now = now + .seconds(seconds)
            #expect(circuit.pause(now) == nil && circuit.isProbing)
        }
        let closes = circuit.succeed()
        #expect(closes)
        #expect(!circuit.isProbing)
        for _ in 1...4 { #expect(!opens(&circuit, now)) }
        #expect(opens(&circuit, now))
        #expect(circuit.pause(now) == now + .seconds(15))
    }

    /// A lane whose circuit has just opened.
    private func opened(_ outcome: VendorOutcome) throws -> Rig {
        var rig = try Rig()
        rig.scripted["GET company/companies"] = Array(repeating: outcome, count: 20)
        for _ in 1...5 { _ = try rig.deliver() }
        return rig
    }

    @Test(
        "outages open it: nothing is sent until its time is up, then a single try shows whether the PSA works again",
        arguments: [
            .notSent(reason: "connection refused"), .ambiguous(reason: "time-out"), .status(503), .status(401),
            .status(200, "<html>"),
        ] as [VendorOutcome])
    func opens(_ outcome: VendorOutcome) throws {
        var rig = try opened(outcome)
        let until = rig.now + .seconds(15)
        guard case .open(until, _) = rig.conditions.last, rig.conditions.count == 1 else {
            Issue.record("\(rig.conditions)")
            return
        }
        let sent = rig.calls.count
        let reason = "ConnectWise does not work: it is left alone until \(until)"
        #expect(try rig.deliver() == .retry(reason: reason, after: .seconds(15)))
        #expect(rig.calls.count == sent)
        rig.now = until
        rig.scripted = [:]
        var probes: [LaneStation.Effect] = []
        for _ in 1...3 { probes += rig.lane.handle(.deliver(rig.order()), now: rig.now) }
        let calls = probes.count { if case .call = $0 { true } else { false } }
        #expect(calls == 1, "the others wait for the first")
        #expect(probes.contains { if case .condition(.probing) = $0 { true } else { false } })
        guard case .call(let row, let call) = probes.first(where: { if case .call = $0 { true } else { false } }) else {
            return
        }
        let after = rig.lane.handle(.outcome(row: row, rig.psa.answer(call)), now: rig.now)
        #expect(after.contains { if case .condition(.working) = $0 { true } else { false } })
        #expect(after.count { if case .call = $0 { true } else { false } } == 3, "now all go on")
    }

    @Test("what the PSA refuses, a missing record and a pause that it asks for say that it works")
    func works() throws {
        for outcome in [
            VendorOutcome.status(422, #"{"code":"InvalidObject","message":"no"}"#), .status(429, "", retryAfter: "1"),
        ] {
            var rig = try Rig()
            rig.scripted["POST service/tickets"] = Array(repeating: outcome, count: 20)
            for _ in 1...10 {
                _ = try rig.deliver()
                rig.now = rig.now + .minutes(5)
            }
            #expect(rig.conditions == [])
        }
    }

    @Test("a probe that fails opens it again, and the orders that wait for it are given back")
    func probeFails() throws {
        var rig = try opened(.notSent(reason: "connection refused"))
        rig.now = rig.now + .seconds(15)
        _ = rig.lane.handle(.deliver(rig.order()), now: rig.now)
        _ = rig.lane.handle(.deliver(rig.order()), now: rig.now)
        let effects = rig.lane.handle(.outcome(row: 6, .notSent(reason: "connection refused")), now: rig.now)
        let reports = effects.compactMap { effect -> Int64? in
            guard case .report(let row, .retry) = effect else { return nil }
            return row
        }
        #expect(reports == [6, 7] && rig.lane.load == 0)
        #expect(effects.contains { if case .condition(.open) = $0 { true } else { false } })
    }

    @Test("a changed account is tried at once, and no secret is in what is said of it")
    func changed() throws {
        var rig = try opened(.notSent(reason: "no way to \(Rig.secret)"))
        guard case .open(_, let reason) = rig.conditions.last else {
            Issue.record("\(rig.conditions)")
            return
        }
        #expect(reason == "no way to ***")
        let account = try ConformanceDesk.account(.connectWise)
        let effects = rig.lane.handle(.account(account, quietPeriod: .seconds(60)), now: rig.now)
        #expect(effects.count == 1)
        let sent = rig.calls.count
        _ = try rig.deliver()
        #expect(rig.calls.count > sent)
    }
}
