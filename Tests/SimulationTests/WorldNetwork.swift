import Events
import Formats
import Storage
import TestSupport
import Vendors

@testable import Sandbox

/// The network between the lane and the PSA, and the PSA's bad days.
extension World {
    mutating func moveCall() throws {
        let index = random.pick(0...calls.count - 1)
        var call = calls.remove(at: index)
        if let reply = call.reply { return answer(call, reply) }
        try checkIntent(call)
        if outages, let outcome = trouble(of: call) { return tell(call, outcome) }
        switch fate(of: call) {
        case 1: tell(call, .notSent(reason: "connection refused"))
        case 2: tell(call, .ambiguous(reason: "reset before it arrived"))
        case 3:
            // The caller gives up; the call still arrives later.
            haunt(call.call)
            tell(call, .ambiguous(reason: "time-out"))
        case 4: tell(call, .reply(VendorReply(status: 503, body: [])))
        case 5:
            _ = perform(call.call)
            tell(call, .reply(VendorReply(status: 500, body: Array("{\"code\":\"ConnectWiseApi\"}".utf8))))
        case 6: tell(call, .reply(VendorReply(status: 429, retryAfter: "30", body: [])))
        default:
            call.reply = perform(call.call)
            calls.append(call)
        }
    }

    /// The PSA is away for minutes, or refuses what is posted.
    private mutating func trouble(of call: Call) -> VendorOutcome? {
        if now < awayUntil { return .notSent(reason: "connection refused") }
        guard faultsLeft > 0, random.oneIn(call.call.method == "POST" ? 8 : 40) else { return nil }
        faultsLeft -= 1
        if call.call.method == "POST", !call.call.url.contains("/security/"), random.oneIn(2) {
            dangers["refusal", default: 0] += 1
            return .reply(VendorReply(status: 422, body: Array("{\"code\":\"InvalidObject\",\"message\":\"no\"}".utf8)))
        }
        dangers["outage", default: 0] += 1
        awayUntil = now + .seconds(random.pick(20...600))
        // Now and then it goes for longer than anybody waits, with the call that was on its way.
        if random.oneIn(4) { awayUntil = now + .hours(30) }
        return random.oneIn(2) ? .ambiguous(reason: "reset") : .notSent(reason: "connection refused")
    }

    /// Which fault comes, 0 for none: calls that make something meet one more often.
    private mutating func fate(of call: Call) -> Int {
        guard faultsLeft > 0 else { return 0 }
        let fate = random.pick(0...(call.call.method != "GET" ? 12 : 40))
        if (1...6).contains(fate) { faultsLeft -= 1 }
        return fate
    }

    private mutating func answer(_ call: Call, _ reply: SandboxReply) {
        switch fate(of: call) {
        case 1:
            if call.call.method == "POST" { dangers["lost answer to a POST", default: 0] += 1 }
            tell(call, .ambiguous(reason: "reset after it arrived"))
        case 2: tell(call, .reply(VendorReply(status: reply.status, body: Array(reply.body.prefix(20)))))
        default: tell(call, .reply(VendorReply(status: reply.status, body: reply.body)))
        }
    }

    private mutating func tell(_ call: Call, _ outcome: VendorOutcome) {
        toLane.append(.outcome(row: call.row, outcome))
    }

    /// No call that makes something goes out before the ledger says so.
    private mutating func checkIntent(_ call: Call) throws {
        // Signing in makes nothing.
        guard call.call.method != "GET", !call.call.url.contains("/security/") else { return }
        guard let order = try ledger.order(call.row), order.sends > 0 else {
            violations.append("a \(call.call.method) of row \(call.row) went out without a durable intent")
            return
        }
    }

    /// The PSA does what it is asked.
    mutating func perform(_ call: VendorCall) -> SandboxReply {
        let path = call.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        let words = "/" + path.drop { $0 != "/" }.dropFirst()
        // Autotask's own hosts have nothing before the interface's path, the sandbox has the vendor's name.
        let target = HTTPTarget(call.url.contains(".autotask.net/") ? "/autotask" + words : words)
        return psa.handle(
            SandboxRequest(
                method: call.method, path: target.path,
                query: target.queryItems.map { ($0.name, $0.value) },
                headers: call.headers.map { ($0.name, $0.value) }, body: call.body),
            now: now.milliseconds)
    }
}
