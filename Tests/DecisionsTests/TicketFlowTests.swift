import Decisions
import Events
import Formats
import Settings
import Testing

/// `[TICKET FLOW]`: what becomes of a repeated alert.
struct TicketFlowTests {
    private static let noDuplicates = "[GLOBAL]\nDeDupPeriod=0\n"
    private static let minute: Int64 = 60_000

    /// A bench with these lines in the flow, and no flood or consolidation in the way.
    private func bench(_ flow: String, service: String = "", more: String = "") throws -> Bench {
        try Bench(
            // Of a key that stands there twice the first counts.
            Self.noDuplicates + "[TICKET FLOW]\n\(flow)\nTicketFloodLimit=0\nConsolidationInterval=0\n" + more,
            service: service)
    }

    @Test("without a section a repeat updates the open ticket, however late, and reopens nothing")
    func plain() throws {
        var bench = try Bench(Self.noDuplicates)
        #expect(try bench.send(dhcp).disposition == .ticketed)
        let repeated = try bench.send(dhcp, after: 400 * 86_400_000)
        #expect(repeated.disposition == .updated)
        #expect(repeated.delivery?.action.kind == .update)
        #expect(repeated.delivery?.action.terms.reopens == false)
        #expect(repeated.delivery?.action.terms.closedStates == [])
        #expect(repeated.delivery?.gathering == nil)
    }

    @Test("within UpdateInterval of the last occurrence it updates, after it there is a new ticket")
    func updateInterval() throws {
        var bench = try bench("UpdateInterval=100")
        #expect(try bench.send(dhcp).disposition == .ticketed)
        #expect(try bench.send(dhcp, after: 99_999).disposition == .updated)
        #expect(try bench.send(dhcp, after: 199_998).disposition == .updated, "counted from the last one")
        let late = try bench.send(dhcp, after: 299_998)
        #expect(late.disposition == .ticketed)
        #expect(late.step(.policy)?.saw.contains("last heard of") == true)
    }

    @Test("with UpdateTicketOnRepetitiveAlerts off each alert is a ticket")
    func noUpdates() throws {
        var bench = try bench("UpdateTicketOnRepetitiveAlerts=false")
        #expect(try bench.send(dhcp).disposition == .ticketed)
        #expect(try bench.send(dhcp, after: 1).disposition == .ticketed)
    }

    @Test("reopening needs both flags; the terms carry statuses and the guard")
    func terms() throws {
        let rows: [(String, (TicketAction.Terms) -> Bool)] = [
            ("", { $0.reopens && $0.closedStates == ["Closed", "Completed", "Resolved", "Canceled"] }),
            ("ReopenTicketOnRepetitiveAlerts=N", { !$0.reopens }),
            ("ClosedTicketStates=Done, Gone", { $0.closedStates == ["Done", "Gone"] }),
            ("", { $0.openStatuses == ["New"] && $0.closingStatuses == ["Completed", "Complete"] }),
            ("NewState=Back", { $0.openStatuses == ["Back"] }),
            ("", { $0.sparesTouched }),
        ]
        for (line, isRight) in rows {
            var bench = try bench(line)
            _ = try bench.send(dhcp)
            let terms = try #require(try bench.send(dhcp, after: 1).delivery?.action.terms)
            #expect(isRight(terms), "\(line): \(terms)")
        }
        let named =
            Bench.primary + "PSA_TicketNew=Fresh\nPSA_TicketReopened=Again\nPSA_TicketClosed=Shut\nHumanGuard=N\n"
        var bench = try Bench(Self.noDuplicates, primary: named)
        _ = try bench.send(dhcp)
        let terms = try #require(try bench.send(dhcp, after: 1).delivery?.action.terms)
        #expect(terms.openStatuses == ["Again"] && terms.closingStatuses == ["Shut"] && !terms.sparesTouched)
    }

    @Test("what repeats say is attached in a flow, unless it says otherwise, and noted where there is none")
    func records() throws {
        for (lines, attaches) in [("", true), ("DisplayOnlyFirstActivityRecord=N", false)] {
            for interval in [0, 900] {
                var bench = try bench("ConsolidationInterval=\(interval)\n" + lines)
                #expect(try bench.send(dhcp).delivery?.action.terms.attachesText == false)
                let action = try bench.send(dhcp, after: 1).delivery?.action
                #expect(action?.terms.attachesText == attaches, "\(interval) \(lines)")
                // The outbox keeps it.
                let kept = action.flatMap { TicketAction(json: $0.json) }
                #expect(kept?.terms.attachesText == attaches)
            }
        }
        var plain = try Bench(Self.noDuplicates)
        _ = try plain.send(dhcp)
        #expect(try plain.send(dhcp, after: 1).delivery?.action.terms.attachesText == false)
    }

    @Test(
        "repeats within ConsolidationInterval of the last writing are collected, the first after it is written at once")
    func consolidation() throws {
        var bench = try bench("ConsolidationInterval=900")
        #expect(try bench.send(dhcp).disposition == .ticketed)
        let first = try bench.send(dhcp, after: Self.minute)
        #expect(first.disposition == .consolidated)
        let gathering = try #require(first.delivery?.gathering)
        #expect(gathering.until == Bench.start + .seconds(900) && gathering.joins == nil)
        #expect(first.delivery?.action.terms.listTitle != nil)
        let second = try bench.send(dhcp, after: 2 * Self.minute)
        #expect(second.disposition == .consolidated && second.delivery?.gathering?.joins == 1)
        #expect(
            second.delivery?.gathering?.line?.contains(second.delivery?.action.reference.description ?? "-") == true)
        #expect(try bench.send(dhcp, agent: "other.servers.acme", after: 3 * Self.minute).disposition == .ticketed)

        var quiet = try self.bench("ConsolidationInterval=900")
        _ = try quiet.send(dhcp)
        let later = try quiet.send(dhcp, after: 900_000)
        #expect(later.disposition == .updated && later.delivery?.gathering == nil)
        #expect(try quiet.send(dhcp, after: 1_000_000).disposition == .consolidated, "counted from the update")
    }

    @Test("an order that is full is followed by another; no line is lost")
    func fullOrder() throws {
        var bench = try bench("ConsolidationInterval=900")
        _ = try bench.send(dhcp)
        var rows: [Int64?] = []
        var size = 0
        for number in 1...120 {
            let gathering = try #require(try bench.send(dhcp, after: Int64(number)).delivery?.gathering)
            if gathering.joins == nil { size = 0 }
            size += gathering.line?.utf16.count ?? 0
            #expect(size <= OpenOrder.limit)
            rows.append(gathering.joins)
        }
        #expect(rows.count { $0 == nil } > 1)
    }

    @Test("a source's Flow chooses the section of that name")
    func namedFlow() throws {
        let service = "[SOURCE api]\nFlow=netwrix\n"
        var bench = try bench("", service: service, more: "[TICKET FLOW netwrix]\nUpdateTicketOnRepetitiveAlerts=N\n")
        _ = try bench.send(dhcp)
        #expect(try bench.send(dhcp, after: 1).disposition == .ticketed)
        var other = try self.bench(
            "", service: service, more: "[TICKET FLOW netwrix]\nUpdateTicketOnRepetitiveAlerts=N\n")
        _ = try other.send(dhcp) { $0.source = "else" }
        #expect(try other.send(dhcp, after: 1) { $0.source = "else" }.disposition == .updated)
    }

    @Test("a tenant's section is laid over the common one, key by key")
    func tenant() throws {
        let rules = """
            [TICKET FLOW]
            UpdateInterval=100
            NewState=Common
            [TICKET FLOW_nova]
            NewState=Own
            [RMM_SETTINGS_nova]
            Name=Nova
            """
        let settings = try Bench(rules).settings
        let own = try #require(settings.tenant("nova")?.flow)
        #expect(own.reopenedStatus == "Own" && own.updateInterval == .seconds(100))
        #expect(settings.primary.flow.reopenedStatus == "Common")
    }

    @Test(
        "a resolved alert closes its ticket where the source says AutoClose, else it is noted; nothing open is nothing")
    func resolved() throws {
        for (service, disposition, kind) in [
            ("[SOURCE api]\nAutoClose=Y\n", Disposition.closed, TicketAction.Kind.close),
            ("[SOURCE api]\nAutoClose=N\n", .noted, .note), ("", .noted, .note),
        ] {
            var bench = try bench("", service: service)
            #expect(try bench.send(dhcp) { $0.state = .resolved }.disposition == .cancelled)
            _ = try bench.send(dhcp, after: 1)
            let verdict = try bench.send(dhcp, after: 2) { $0.state = .resolved }
            #expect(verdict.disposition == disposition && verdict.delivery?.action.kind == kind)
        }
    }
}
