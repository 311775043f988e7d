import Events
import Formats
import Settings
import Storage
import TestSupport
import Testing
import Vendors

@testable import Service

/// A PSA holds up its own tenant alone.
@Suite struct BulkheadTests {
    private func rules(hanging: String) -> String {
        """
        [GLOBAL]
        DeDupPeriod=0
        [RMM_SETTINGS]
        PSA_Type=GEN
        PSA_Email=helpdesk@psa.example
        RMM_EmailFrom=rmm@msp.example
        [RMM_SETTINGS_SLOW]
        PSA_Type=CWF
        PSA_URL=\(hanging)
        PSA_AV1=itp
        PSA_AV2=public
        PSA_AV3=private
        PSA_ClientID=6e8f1c1e-3c52-4a5e-9f0b-4f1d6f0a7b11
        PSA_CW_Board=Alerts
        [ORG acme]
        Name=Acme Dental
        [ORG umbrella]
        Name=Umbrella
        MSP=SLOW
        """
    }

    @Test("a PSA that hangs with all that it can hold does not keep another tenant's ticket")
    func hanging() async throws {
        // It reads whatever comes and never answers.
        let silent = try LineServer { session in while session.readLine() != nil {} }
        defer { silent.stop() }
        let smtp = try ScriptedSMTP()
        defer { smtp.stop() }
        let rules = rules(hanging: "http://127.0.0.1:\(silent.port)")
        try await Scene.with(rules, service: "[MAIL]\nURL=\(smtp.url)\n") { scene in
            try scene.serve { running in
                for number in 1...(2 * DeciderStation.window) {
                    _ = try running.post(org: "umbrella", subject: "EVT|Disk|D\(number)|a|b|MB-DISK.EVT.S.P3.Alm")
                }
                let id = try running.post(org: "acme")
                #expect(try running.event(id, in: ["delivered"])["disposition"]?.string == "delivered-by-email")
                let waiting = try running.ask("GET", "/stats").json["outbox"]?.members ?? []
                #expect(waiting.map { $0.value.integer } == [Int64(2 * DeciderStation.window)])
            }
        }
    }
}
