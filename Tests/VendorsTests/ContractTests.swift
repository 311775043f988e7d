import Events
import Formats
import Settings
import Testing
import Vendors

@testable import Sandbox

/// Every request that an adapter makes, against the vendor's own description of its interface.
struct ContractTests {
    /// The descriptions that we have leave these out; the contract's text names them.
    private static let undescribed = ["GET /company/communicationTypes"]

    @Test("every call is one that the vendor describes, in all of its parts", arguments: ConformingPSA.allCases)
    func calls(_ kind: ConformingPSA) throws {
        let contract = try Contract(kind)
        var seen: Set<String> = []
        for call in try deliveries(kind) + setup(kind) {
            let (name, faults) = contract.examine(call)
            #expect(faults.filter { fault in !Self.undescribed.contains { fault.hasPrefix($0) } } == [])
            if let name { seen.insert(name) }
        }
        #expect(contract.names.subtracting(seen) == [], "described here, and never called")
    }

    @Test("a call that is not described, or not so, is told")
    func tells() throws {
        var desk = try ConformanceDesk(.connectWise)
        _ = try desk.make()
        let contract = try Contract(.connectWise)
        var call = try #require(desk.calls.first { $0.method == "POST" })
        #expect(contract.examine(call).faults == [])
        let changes = [
            ("\"summary\"", "\"sumary\""), ("\"ServiceTicket\"", "\"Ticket\""),
            ("\"board\":{", "\"board\":7,\"site\":{"),
            ("\"summary\":\"", "\"summary\":\"" + String(repeating: "x", count: 100)),
        ]
        let body = String(decoding: call.body, as: UTF8.self)
        for (old, new) in changes {
            call.body = Array(body.replacing(old, with: new).utf8)
            #expect(!contract.examine(call).faults.isEmpty, "\(new)")
        }
        call.url += "s"
        #expect(contract.examine(call).name == nil)
        call.url.removeLast()
        call.url += "?dryRun=1"
        #expect(contract.examine(call).faults.contains { $0.contains("dryRun") })
    }

    /// What a lane calls: new tickets, everything that happens to one, and looking for what an earlier try has done.
    private func deliveries(_ kind: ConformingPSA) throws -> [VendorCall] {
        let more = "PSA_CW_Team=Service Team\nPSA_CW_Severity=High\nPSA_AT_WorkType=Remote Support"
        var desk = try ConformanceDesk(kind, more)
        let ticket = try desk.make {
            $0.workType = "Remote Support"
            $0.source = "Monitoring Alert"
        }
        let quiet = desk.now - .minutes(2)
        var attachment = desk.order(.attach, ticket: ticket)
        attachment.action.terms.aside = "file 1 of event \(ConformanceDesk.reference)"
        attachment.file = EventFile(name: "disk.log", type: "text/plain", bytes: [65])
        var record = desk.order(.update, ticket: ticket)
        record.action.terms.attachesText = true
        for order in [
            desk.order(.update, ticket: ticket), record, attachment, desk.order(.close, ticket: ticket),
            desk.order(.update, ticket: ticket, reopens: true),
        ] {
            _ = try desk.run(order)
            var again = order
            again.ambiguousSince = quiet
            _ = try desk.run(again)
        }
        _ = try desk.run(desk.order(.create, ambiguousSince: quiet))
        // A company by its ID.
        _ = try desk.run(
            desk.order(reference: Identifier(milliseconds: 5, random: (6, 8))) { $0.company.mapped = "4711" })
        // By now what was signed in has ended, and the use of the allowance is asked for.
        for _ in 0..<3 {
            desk.now = desk.now + .minutes(70)
            _ = try desk.run(desk.order(.note, ticket: ticket))
        }
        return desk.calls
    }

    /// What `itp check --online` and `itp setup` call.
    private func setup(_ kind: ConformingPSA) throws -> [VendorCall] {
        let rules = """
            PSA_DefaultCompany=Catch All
            PSA_CW_Team=Service Team
            PSA_CW_Severity=High
            PSA_CW_Impact=Low
            RMM_EmailFrom=ITP <rmm@msp.example>
            [ORG acme]
            Name=Acme Dental
            [PSA REWRITE]
            MB-LAWN.EVT.S=LWN;Lawn;Gardening,Mowing,Stripes
            MB-HEDGE.EVT.S=HDG;Hedge;Gardening,Disk,Capacity
            """
        let expected = try SandboxLine.expectations(kind, rules)
        let line = SandboxLine(kind)
        var run = SetupRun(line.dialogue(expected.account), applies: true)
        if kind == .connectWise { ConnectWiseClassifications.run(expected, &run) }
        _ = AccountCheck.findings(expected, &run.dialogue)
        ContactSetup.run(expected, &run)
        TestTicket.run(expected, reference: Identifier(milliseconds: 9, random: (8, 7)), &run)
        return line.calls
    }
}
