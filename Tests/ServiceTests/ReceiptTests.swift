import Formats
import Platform
import TestSupport
import Testing

@testable import Service

@Suite("Receipts", .timeLimit(.minutes(1)))
struct ReceiptTests {
    @Test("a receipt is accepted, then decided with its disposition, and says how far the last of its events has come")
    func states() async throws {
        try await Scene.with(soundRules + tenant, service: service + "[QUEUE]\nWorkers=0\n") { scene in
            try scene.serve { running throws in
                let receipt = try running.post(org: "acme")
                let accepted = try running.ask("GET", "/v1/receipts/\(receipt)")
                #expect(accepted.status == 200 && accepted.json["state"] == "accepted", "\(accepted)")
                #expect(accepted.json["events"]?.array?.isEmpty == true)
                #expect(try running.ask("GET", "/v1/receipts/01980000-0000-7000-8000-000000000001").status == 404)
                scene.source.write(service, to: "ITPSvcCfg.ini")
                #expect(try running.reload().status == 200)
                _ = try running.event(receipt)
                let decided = try running.ask("GET", "/v1/receipts/\(receipt)").json
                #expect(decided["state"] == "decided", "\(decided.compact)")
                #expect(decided["events"]?.array?.first?["disposition"] == "ticketed")
            }
        }
    }
}
