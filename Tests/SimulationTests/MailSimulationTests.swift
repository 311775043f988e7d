import Settings
import TestSupport
import Testing

@testable import Sandbox

/// Tickets that the PSA does not take, under kills and faults: each goes one way.
@Suite struct MailSimulationTests {
    private static let mail = """

        [RMM_SETTINGS]
        PSA_Email=helpdesk@psa.example
        RMM_EmailFrom=rmm@msp.example
        FallbackAfter=1
        """

    @Test(
        "a ticket is made or mailed, never both, whatever fails; one that may have been made is mailed marked",
        arguments: ConformingAccount.allCases)
    func oneWay(_ vendor: ConformingAccount) async throws {
        let plain = try SimulationTests.settings(Self.mail, account: vendor.account, mail: true)
        let flow = try SimulationTests.settings(SimulationTests.flow + Self.mail, account: vendor.account, mail: true)
        let dangers = try await inTurn {
            try SimulationTests.run(Array(SimulationTests.seeds(vendor.seeds)), vendor.sandbox, outages: true) {
                $0 % 2 == 0 ? plain : flow
            }
        }
        guard SimulationTests.seeds(vendor.seeds).count >= vendor.seeds else { return }
        for danger in ["kill", "mail", "marked mail", "outage", "refusal", "circuit", "killed during a mail"] {
            #expect(dangers[danger, default: 0] > 0, "no seed met this: \(danger)")
        }
    }

    enum ConformingAccount: String, CaseIterable, Sendable {
        case connectWise, autotask, bms

        var account: String {
            switch self {
            case .connectWise: SimulationTests.connectWise
            case .autotask: VendorSimulationTests.Vendor.autotask.account
            case .bms: VendorSimulationTests.Vendor.bms.account
            }
        }

        var sandbox: any VendorSandbox {
            switch self {
            case .connectWise: ConnectWiseSandbox()
            case .autotask: VendorSimulationTests.Vendor.autotask.sandbox
            case .bms: VendorSimulationTests.Vendor.bms.sandbox
            }
        }

        var seeds: UInt64 { self == .connectWise ? 160 : 100 }
    }
}
