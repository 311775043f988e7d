import Formats
import Settings
import Testing
import Vendors

@testable import Sandbox

/// `itp setup` against each PSA's stand-in.
@Suite struct SetupTests {
    private let reference = Identifier(milliseconds: 9, random: (8, 7))

    private static let rules = """
        PSA_DefaultCompany=Catch All
        PSA_CW_Gold=Priority Alerts
        RMM_EmailFrom=ITP <rmm@msp.example>
        UseUniqueSender=Y
        [ORG acme]
        Name=Acme Dental
        [ORG globex]
        Name=Globex
        [ORG wayne]
        Name=Wayne Enterprises
        [PSA REWRITE]
        MB-DISK.EVT.S=DSK;Disk;Server,Disk,Capacity
        MB-LAWN.EVT.S=LWN;Lawn;Gardening,Mowing,Stripes
        MB-HEDGE.EVT.S=HDG;Hedge;Gardening,Disk,Capacity
        MB-POND.EVT.S=PND;Pond;Aquatics
        """

    private func run(
        _ line: SandboxLine, applies: Bool, _ expected: PSAExpectations,
        _ body: (PSAExpectations, inout SetupRun) -> Void
    ) -> [SetupLine] {
        var setup = SetupRun(line.dialogue(expected.account), applies: applies)
        body(expected, &setup)
        return setup.lines
    }

    private func planned(_ lines: [SetupLine]) -> [String] {
        lines.compactMap { if case .planned(let text) = $0 { text } else { nil } }
    }

    private func done(_ lines: [SetupLine]) -> [String] {
        lines.compactMap { if case .done(let text) = $0 { text } else { nil } }
    }

    private func problems(_ lines: [SetupLine]) -> [String] {
        lines.compactMap { if case .problem(let text) = $0 { text } else { nil } }
    }

    @Test("types, subtypes and items are told first, then made with what belongs together, and not made again")
    func classifications() throws {
        let expected = try SandboxLine.expectations(.connectWise, Self.rules)
        let line = SandboxLine(.connectWise)
        let plan = planned(run(line, applies: false, expected, ConnectWiseClassifications.run))
        #expect(line.writes == [], "a plan changes nothing")
        #expect(
            plan.filter { $0.contains("'Alerts'") } == [
                "type 'Gardening' on the board 'Alerts'", "subtype 'Mowing' on the board 'Alerts'",
                "item 'Stripes' on the board 'Alerts'",
                "association of the item 'Stripes' with 'Gardening' and 'Mowing' on the board 'Alerts'",
                "association of the subtype 'Disk' with the type 'Gardening' on the board 'Alerts'",
                "association of the item 'Capacity' with 'Gardening' and 'Disk' on the board 'Alerts'",
                "type 'Aquatics' on the board 'Alerts'",
            ])
        #expect(plan.filter { $0.contains("'Priority Alerts'") }.count == 7)

        let made = run(line, applies: true, expected, ConnectWiseClassifications.run)
        #expect(done(made) == plan && problems(made) == [])
        #expect(run(line, applies: true, expected, ConnectWiseClassifications.run) == [], "nothing is left to make")

        // What was made is what deliveries take, and what was there before is still there.
        var dialogue = line.dialogue(expected.account)
        let findings = AccountCheck.findings(expected, &dialogue)
        #expect(!findings.contains { $0.severity == .error && !$0.message.contains("customer") }, "\(findings)")
    }

    @Test("what is inactive is told and left alone")
    func inactiveType() throws {
        let expected = try SandboxLine.expectations(
            .connectWise, "[PSA REWRITE]\nMB-DISK.EVT.S=DSK;Disk;Server,Disk,Capacity")
        let line = SandboxLine(.connectWise)
        var psa = try #require(line.psa as? ConnectWiseSandbox)
        for index in psa.tables[.types]?.indices ?? 0..<0 { psa.tables[.types]?[index].values["inactiveFlag"] = true }
        line.psa = psa
        let lines = run(line, applies: true, expected, ConnectWiseClassifications.run)
        #expect(problems(lines) == ["the type 'Server' is inactive on the board 'Alerts'; activate it by hand"])
        #expect(line.writes == [])
    }

    @Test("each customer of exactly that name gets a contact with its sender's address, once; the others are listed")
    func contacts() throws {
        for kind in [ConformingPSA.connectWise, .autotask] {
            let expected = try SandboxLine.expectations(kind, Self.rules)
            let line = SandboxLine(kind)
            let plan = run(line, applies: false, expected, ContactSetup.run)
            #expect(planned(plan) == ["contact 'RMM Alert' <acme@msp.example> of 'Acme Dental'"])
            // Globex is the identifier of `Globex Manufacturing`: that is not exactly its name.
            #expect(problems(plan).count == 2 && problems(plan).contains { $0.contains("'globex'") }, "\(plan)")
            #expect(line.writes == [])
            let made = run(line, applies: true, expected, ContactSetup.run)
            #expect(done(made) == planned(plan))
            #expect(line.writes.count == 1)
            let again = run(line, applies: true, expected, ContactSetup.run)
            #expect(done(again) == [] && again.contains(.present("contact 'RMM Alert' of 'Acme Dental'")))
            #expect(line.writes.count == 1)
        }
        let expected = try SandboxLine.expectations(.bms, Self.rules)
        let lines = run(SandboxLine(.bms), applies: true, expected, ContactSetup.run)
        #expect(problems(lines) == ["BMS's API has no call that makes contacts"])
    }

    @Test("the test ticket is made, given a file where the API can, and closed", arguments: ConformingPSA.allCases)
    func testTicket(_ kind: ConformingPSA) throws {
        let expected = try SandboxLine.expectations(kind, Self.rules)
        let line = SandboxLine(kind)
        let reference = reference
        let plan = run(line, applies: false, expected) { TestTicket.run($0, reference: reference, &$1) }
        #expect(planned(plan).count == 1 && line.writes == [], "\(plan)")
        let made = run(line, applies: true, expected) { TestTicket.run($0, reference: reference, &$1) }
        #expect(problems(made) == [], "\(made)")
        let ticket = try #require(line.psa.tickets.first)
        #expect(line.psa.tickets.count == 1)
        #expect(ticket.summary == "[ITP] Test Alert" && ticket.isClosed && ticket.company == "CatchAll")
        #expect(ticket.attachments.map(\.name) == ["itp-test.txt"])
    }

    @Test("a refusal is told with its reason, and shows no secret", arguments: ConformingPSA.allCases)
    func refusal(_ kind: ConformingPSA) throws {
        let expected = try SandboxLine.expectations(
            kind, "PSA_DefaultCompany=Catch All", changing: [("=Alerts", "=No such board")])
        let line = SandboxLine(kind)
        let reference = reference
        let lines = run(line, applies: true, expected) { TestTicket.run($0, reference: reference, &$1) }
        #expect(problems(lines).count == 1 && problems(lines).first?.contains("'No such board'") == true, "\(lines)")
        #expect(line.writes == [])
    }
}
