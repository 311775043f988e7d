import Formats
import Settings
import Testing
import Vendors

@testable import Sandbox

/// `itp check --online` against each PSA's stand-in.
@Suite struct AccountCheckTests {
    private func findings(
        _ kind: ConformingPSA, _ rules: String, changing: [(String, String)] = [],
        _ change: (SandboxLine) throws -> Void = { _ in }
    ) throws -> [String] {
        let expected = try SandboxLine.expectations(kind, rules, changing: changing)
        let line = SandboxLine(kind)
        try change(line)
        var dialogue = line.dialogue(expected.account)
        let findings = AccountCheck.findings(expected, &dialogue)
        #expect(line.writes == [], "a check changes nothing")
        for secret in kind.secrets {
            #expect(!findings.contains { $0.message.contains(secret) }, "a secret is shown")
        }
        return findings.map(\.description)
    }

    private static let customers = """
        PSA_DefaultCompany=Catch All
        PSA_P1=Critical
        [ORG acme]
        Name=Acme Dental
        [ORG globex]
        Name=Globex
        [PSA REWRITE]
        MB-DISK.EVT.S=DSK;Disk;Server,Disk
        """

    @Test("nothing is wrong with names that the PSA knows", arguments: ConformingPSA.allCases)
    func sound(_ kind: ConformingPSA) throws {
        #expect(try findings(kind, Self.customers) == [])
    }

    @Test("each name that the PSA does not know is told with its line", arguments: ConformingPSA.allCases)
    func missing(_ kind: ConformingPSA) throws {
        let prefix = ["connectWise": "CW", "autotask": "AT", "bms": "BMS"][kind.rawValue] ?? ""
        let rules = """
            PSA_\(prefix)_Gold=Golden Alerts
            PSA_\(prefix)_Source=Crystal Ball
            PSA_TicketNew=Fresh
            PSA_TicketClosed=Over
            PSA_P2=Burning
            PSA_DefaultCompany=Nobody
            [COMPANY MAP]
            hooli=Hooli Groceries
            stark=Stark Foundry
            [PSA REWRITE]
            MB-DISK.EVT.S=DSK;Disk;Gardening,Mowing
            """
        let start = 2 + kind.account.split(separator: "\n").count
        let found = try findings(kind, rules)
        let expected: [(Int, String)] = [
            (0, "Golden Alerts"), (1, "Crystal Ball"), (2, "Fresh"), (3, "Over"), (4, "Burning"), (5, "Nobody"),
            (7, "Hooli Groceries"), (8, "Stark Foundry"), (10, "Gardening"),
        ]
        for (offset, word) in expected {
            let place = "ITPConfig.ini:\(start + offset): "
            let line = found.first { $0.hasPrefix(place) && $0.contains("'\(word)'") }
            #expect(line != nil, "\(place)\(word): \(found)")
        }
        #expect(found.allSatisfy { line in expected.contains { line.contains("'\($0.1)'") } }, "\(found)")
    }

    @Test("a customer without a company is an error, or a warning where a default company takes its tickets")
    func customers() throws {
        let rules = """
            [ORG wayne]
            Name=Wayne Enterprises
            [ORG acme]
            Name=Acme Dental
            [ORG acme2]
            Name=AcmeDental
            """
        let without = try findings(.connectWise, rules)
        #expect(without.contains { $0.contains("error: the customer 'wayne': ") })
        #expect(
            without.contains { $0.contains("warning: the customer 'acme2' has the same company as 'acme'") },
            "\(without)")
        let with = try findings(.connectWise, "PSA_DefaultCompany=Catch All\n" + rules)
        #expect(with.contains { $0.contains("warning: the customer 'wayne': ") && $0.contains("'Catch All'") })
    }

    @Test("what keeps tickets from being taken is told: an inactive board, no default status, no default team")
    func preconditions() throws {
        let inactive = try findings(.connectWise, "") { line in
            var psa = try #require(line.psa as? ConnectWiseSandbox)
            for index in psa.tables[.boards]?.indices ?? 0..<0 {
                psa.tables[.boards]?[index].values["inactiveFlag"] = true
            }
            line.psa = psa
        }
        #expect(inactive.contains { $0.contains("error: the board 'Alerts' is inactive") }, "\(inactive)")
        let headless = try findings(.connectWise, "") { line in
            var psa = try #require(line.psa as? ConnectWiseSandbox)
            for table in [Table.statuses, .boardTeams] {
                for index in psa.tables[table]?.indices ?? 0..<0 {
                    psa.tables[table]?[index].values["defaultFlag"] = false
                }
            }
            line.psa = psa
        }
        #expect(headless.contains { $0.contains("the board 'Alerts' has no default status") }, "\(headless)")
        #expect(headless.contains { $0.contains("the board 'Alerts' has no default team") }, "\(headless)")
    }

    @Test("credentials that are refused are one finding, and nothing more is asked", arguments: ConformingPSA.allCases)
    func credentials(_ kind: ConformingPSA) throws {
        let wrong = kind == .connectWise ? ("sandbox-private", "sandbox-wrong") : ("PSA_AV2=", "PSA_AV2=wrong-")
        let found = try findings(kind, Self.customers, changing: [wrong])
        #expect(found.count == 1 && found.first?.contains("; check PSA_") == true, "\(found)")
    }

    @Test("a right that is missing is one finding, and the rest is still asked")
    func rights() throws {
        let found = try findings(.connectWise, "PSA_P2=Burning") { line in
            line.answers["/service/sources"] = SandboxReply(
                status: 403, json: ["code": "Security", "message": "no permission", "errors": .null])
        }
        #expect(found.count == 2, "\(found)")
        #expect(found.contains { $0.contains("reading sources: HTTP 403 Security") })
        #expect(found.contains { $0.contains("'Burning'") })
    }
}
