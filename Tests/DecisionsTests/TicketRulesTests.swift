import Decisions
import Events
import Settings
import Testing

/// `[TICKET RULES name]`.
struct TicketRulesTests {
    private static let service = "[SOURCE api]\nRules=kaspersky\n"

    private func bench(_ rows: String, service: String = TicketRulesTests.service, primary: String = Bench.primary)
        throws
        -> Bench
    {
        try Bench("[TICKET RULES kaspersky]\n" + rows, primary: primary, service: service)
    }

    private func send(
        _ bench: inout Bench, severity: String = "Critical", type: String = "", after: Int64 = 0,
        _ change: (inout Event) -> Void = { _ in }
    ) throws -> Verdict {
        try bench.send(dhcp, after: after) {
            $0.severity = severity
            $0.eventType = type
            change(&$0)
        }
    }

    @Test("off and no row end the event as cancelled, and leave no duplicate window")
    func off() throws {
        for rows in ["Critical=Off;Board=x", "Warning=On"] {
            var bench = try bench(rows)
            for number in 0..<2 {
                let verdict = try send(&bench, after: Int64(number))
                #expect(verdict.disposition == .cancelled && verdict.reason.hasPrefix("rule off"))
            }
        }
        var other = try bench("Critical=Off")
        #expect(try other.send(dhcp) { $0.source = "else" }.disposition == .ticketed, "another source has no rules")
    }

    @Test("the most specific row counts: status, event type, severity")
    func order() throws {
        let rows = """
            Critical=On;Board=severity
            Update failed=On;Board=type
            Status.Critical:\(dhcp)=On;Board=status
            """
        for (type, board) in [
            ("", "severity"), ("update FAILED", "type"), ("Status", "status"), ("Status.Critical", "status"),
        ] {
            var bench = try bench(rows)
            #expect(try send(&bench, type: type).draft.board == board, "\(type)")
        }
    }

    @Test("each field of a row beats what compose made of it; the P-number stays")
    func fields() throws {
        var bench = try bench(
            "Critical=On;Board=B;Priority=Top;Type=T;Subtype=S;WorkType=W;Source=Src;Due=12h;Rep=R;ClosingStatus=Done")
        let draft = try send(&bench).draft
        #expect(draft.board == "B" && draft.priorityName == "Top" && draft.priority == 3)
        #expect(draft.classification == .init(type: "T", subtype: "S"))
        #expect(draft.workType == "W" && draft.source == "Src" && draft.dueSeconds == 43_200)
        #expect(draft.representative == "R")
        let repeated = try send(&bench, after: 7_200_000)
        #expect(repeated.delivery?.action.terms.closingStatuses == ["Done"])
        var autotask = try self.bench("Critical=On;Queue=Q;IssueType=I;SubIssueType=J")
        let other = try send(&autotask).draft
        #expect(other.board == "Q" && other.classification == .init(type: "I", subtype: "J"))
    }

    @Test("severity rows expire after a day, or their Lifetime; others only where it is written")
    func lifetime() throws {
        let day: Int64 = 86_400_000
        let rows: [(String, String, Int64, Disposition)] = [
            ("Critical=On", "", day, .ticketed), ("Critical=On", "", day + 1, .expired),
            ("Critical=On;Lifetime=2d", "", day + 1, .ticketed), ("Critical=On;Lifetime=10m", "", 600_001, .expired),
            ("X=On", "X", 100 * day, .ticketed), ("X=On;Lifetime=1d", "X", day + 1, .expired),
        ]
        for (row, type, age, expected) in rows {
            var bench = try bench(row)
            let verdict = try send(&bench, type: type) { $0.occurredAt = Bench.start - .init(milliseconds: age) }
            #expect(verdict.disposition == expected, "\(row) at \(age)")
            let expires = verdict.delivery?.action.terms.expires
            #expect((expires != nil) == (expected == .ticketed && row != "X=On"))
        }
    }

    @Test("AutoClose: a row's word beats the source's, and status rows close without one")
    func autoClose() throws {
        let status = "Status.Critical:\(dhcp)"
        let rows: [(String, String, String, Disposition)] = [
            ("Critical=On", "", "", .noted), ("Critical=On", "", "AutoClose=Y", .closed),
            ("Critical=On;AutoClose=N", "", "AutoClose=Y", .noted), ("X=On;AutoClose=Y", "X", "", .closed),
            ("\(status)=On", "Status", "", .closed), ("\(status)=On;AutoClose=N", "Status", "", .noted),
        ]
        for (row, type, source, expected) in rows {
            var bench = try bench(row, service: Self.service + source)
            _ = try send(&bench, type: type)
            let verdict = try send(&bench, type: type, after: 1) { $0.state = .resolved }
            #expect(verdict.disposition == expected, "\(row) \(source)")
        }
    }

    @Test("Autotask has priorities and due times of its own where a row says nothing")
    func autotask() throws {
        let primary = Bench.primary.replacing("CWF", with: "ATK")
        let rows: [(String, String, String, Int)] = [
            ("Critical", "", "Critical", 12), ("Warning", "", "Medium", 12), ("Functional failure", "", "Medium", 12),
            ("Warning", "Status", "Medium", 24),
        ]
        for (severity, type, priority, hours) in rows {
            var bench = try bench(
                "\(severity)=On\nStatus.\(severity):\(dhcp)=On", primary: primary)
            let draft = try send(&bench, severity: severity, type: type).draft
            #expect(draft.priorityName == priority && draft.dueSeconds == hours * 3600, "\(severity) \(type)")
        }
    }
}
