import Decisions
import Events
import Formats
import Testing

struct DuplicateTests {
    private let minute: Int64 = 60_000

    @Test("within the window of the first one an alert is a duplicate, to the last millisecond")
    func edges() throws {
        var bench = try Bench("[GLOBAL]\nDeDupPeriod=10")
        let first = bench.event(dhcp)
        #expect(try bench.decide(first).disposition == .ticketed)
        for after in [0, 1, 10 * minute - 1] {
            let verdict = try bench.send(dhcp, after: after)
            #expect(verdict.disposition == .duplicate)
            #expect(verdict.reason == "the same subject from the same place within 10 minutes of event \(first.id)")
            #expect(verdict.trace.steps.last?.stage == .duplicate && verdict.delivery == nil)
        }
        // A fixed window, from the first: the duplicates have not prolonged it.
        let next = try bench.send(dhcp, after: 10 * minute)
        #expect(next.disposition == .updated)
        #expect(next.draft.description.contains("3 repeated alerts were suppressed before this one."))
        #expect(try bench.send(dhcp, after: 20 * minute - 1).disposition == .duplicate)
        let last = try bench.send(dhcp, after: 20 * minute)
        #expect(last.draft.description.contains("1 repeated alert was suppressed before this one."))
    }

    @Test("Act has a window of its own, 0 switches a window off")
    func windows() throws {
        let act = "A|B||||N.SVC.S.P3.Act"
        var bench = try Bench("[GLOBAL]\nDeDupPeriod=0\nActDeDupPeriod=5")
        #expect(try bench.send(act).disposition == .ticketed)
        #expect(try bench.send(act, after: 5 * minute - 1).disposition == .duplicate)
        #expect(try bench.send(act, after: 5 * minute).disposition == .updated)
        #expect(try bench.send(dhcp).disposition == .ticketed)
        let again = try bench.send(dhcp)
        #expect(again.disposition == .updated)
        #expect(again.step(.duplicate)?.decided == "off")
    }

    @Test("letters' case does not tell two subjects or agents apart")
    func caseless() throws {
        var bench = try Bench()
        #expect(try bench.send(dhcp).disposition == .ticketed)
        #expect(try bench.send(dhcp.uppercased(), agent: "FS1.branch.SERVERS.acme").disposition == .duplicate)
        #expect(try bench.send(dhcp, agent: "fs2.branch.servers.acme").disposition == .ticketed)
    }

    @Test("without an agent the correlation key tells places apart, without that the org and the sender's address")
    func keys() throws {
        var bench = try Bench("[GLOBAL]\nDeDupPeriod=60")
        let send = { (bench: inout Bench, key: String?, org: String, sender: String) in
            try bench.send(dhcp, agent: "") {
                $0.correlationKey = key
                $0.organisation.id = org
                $0.sender = sender
            }.disposition
        }
        #expect(try send(&bench, "api:1", "acme", "10.0.0.1") == .ticketed)
        #expect(try send(&bench, "api:1", "acme", "10.0.0.2") == .duplicate)
        #expect(try send(&bench, "api:2", "acme", "10.0.0.1") == .ticketed)
        #expect(try send(&bench, nil, "acme", "10.0.0.1") == .ticketed)
        #expect(try send(&bench, nil, "acme", "10.0.0.1") == .duplicate)
        #expect(try send(&bench, nil, "acme", "10.0.0.2") == .updated)
        #expect(try send(&bench, nil, "globex", "10.0.0.1") == .ticketed)
    }

    @Test("a resolved event clears the window and notes the open ticket")
    func resolved() throws {
        var bench = try Bench("[RESTRICTED]\nBKP=1")
        #expect(try bench.send(dhcp).disposition == .ticketed)
        let verdict = try bench.send(dhcp) { $0.state = .resolved }
        #expect(verdict.disposition == .noted)
        #expect(verdict.delivery?.action.kind == .note)
        #expect(verdict.draft.description.contains("The problem is resolved, says the sender."))
        #expect(
            !verdict.trace.steps.map(\.stage).contains(.duplicate)
                && !verdict.trace.steps.map(\.stage).contains(.restricted))
        #expect(try bench.send(dhcp).disposition == .updated)
    }

    @Test("a resolved event never creates a ticket, and is rewritten and parsed like any other")
    func resolvedAlone() throws {
        var bench = try Bench("DropCodes=Inf\n[ALERT REWRITE]\nnoise=CANCEL")
        let verdict = try bench.send(dhcp) { $0.state = .resolved }
        #expect(verdict.disposition == .cancelled && verdict.reason == "resolved: nothing open")
        #expect(verdict.delivery == nil)
        #expect(try bench.send("noise") { $0.state = .resolved }.reason.contains("ITPConfig.ini:11"))
        #expect(try bench.send("hello") { $0.state = .resolved }.disposition == .unparseable)
        #expect(try bench.send("A|B||||N.EVT.S.P3.Inf") { $0.state = .resolved }.reason == "resolved: nothing open")
    }

    @Test("similar alerts share a ticket: same org, agent, monitor, category and Data1, or the same key of the source")
    func similar() throws {
        var bench = try Bench("[GLOBAL]\nDeDupPeriod=0")
        let first = bench.event("EVT|DHCP|1033|A|B|M.EVT.S.P3.Alm")
        #expect(try bench.decide(first).disposition == .ticketed)
        let again = try bench.send("XXX|Other|1033|||M.EVT.S.P1.Inf")
        #expect(again.disposition == .updated)
        #expect(again.reason == "the ticket of event \(first.id) is about the same problem")
        #expect(again.delivery?.problem == again.delivery?.problem.lowercased())
        for subject in [
            "EVT|DHCP|1034|A|B|M.EVT.S.P3.Alm", "EVT|DHCP|1033|A|B|N.EVT.S.P3.Alm", "EVT|DHCP|1033|A|B|M.DSK.S.P3.Alm",
        ] {
            #expect(try bench.send(subject).disposition == .ticketed, "\(subject)")
        }
        #expect(try bench.send("EVT|a|1|||M.EVT.S.P3.Alm") { $0.correlationKey = "api:k" }.disposition == .ticketed)
        #expect(try bench.send("DSK|b|2|||N.DSK.S.P3.Alm") { $0.correlationKey = "api:K" }.disposition == .updated)
    }
}
