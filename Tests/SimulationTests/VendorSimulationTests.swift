import Settings
import TestSupport
import Testing

@testable import Sandbox

/// What the simulation shows of ConnectWise, shown of the other PSAs.
@Suite struct VendorSimulationTests {
    enum Vendor: String, CaseIterable, Sendable {
        case autotask, bms

        var account: String {
            switch self {
            // Without PSA_URL: the zone is asked for first.
            case .autotask:
                """
                PSA_Type=ATK
                PSA_AV1=api@sandbox.example
                PSA_AV2=sandbox-secret
                PSA_AV3=sandbox-code
                PSA_AT_Queue=Alerts
                """
            case .bms:
                """
                PSA_Type=BMS
                PSA_URL=http://127.0.0.1:9090/bms
                PSA_AV1=sandbox
                PSA_AV2=sandbox-password
                PSA_AV3=itp
                PSA_BMS_Queue=Alerts
                """
            }
        }

        var sandbox: any VendorSandbox {
            switch self {
            case .autotask: AutotaskSandbox(baseURL: "https://webservices1.autotask.net")
            case .bms: BMSSandbox()
            }
        }
    }

    @Test("no accepted alert is lost and no ticket is made twice at the other PSAs", arguments: Vendor.allCases)
    func everythingIsAccountedFor(_ vendor: Vendor) async throws {
        let plain = try SimulationTests.settings(account: vendor.account)
        let flow = try SimulationTests.settings(SimulationTests.flow, account: vendor.account)
        let records = try SimulationTests.settings(SimulationTests.recordFlow, account: vendor.account)
        let dangers = try await inTurn {
            try SimulationTests.run(Array(SimulationTests.seeds(60)), vendor.sandbox) {
                $0 % 4 == 0 ? plain : $0 % 4 == 1 ? records : flow
            }
        }
        guard SimulationTests.seeds(60).count >= 60 else { return }
        for danger in [
            "kill", "power loss", "killed during a POST", "late POST", "lost answer to a POST", "closed ticket",
            "touched ticket", "storm", "updated", "noted", "reopened", "closed", "consolidated", "flooded",
            "attached",
        ] {
            #expect(dangers[danger, default: 0] > 0, "no seed met this: \(danger)")
        }
    }
}
