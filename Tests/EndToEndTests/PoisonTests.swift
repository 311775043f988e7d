import Formats
import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Poison records")
    struct PoisonTests {
        private static let phrase = "an alert that no program survives"

        /// The service with a bug planted in it that an alert with the phrase meets; a release build has no such hook.
        private static func serve(_ scene: Scene) throws -> Program {
            let words = ["serve", "--config", scene.config, "--data", scene.data]
            return try Program(
                ["ITP_TEST_TRAP=\(phrase)", "SWIFT_BACKTRACE=enable=no", try Program.path()] + words, in: scene.folder,
                program: "/usr/bin/env")
        }

        private static func crashes(_ program: Program) throws -> Bool {
            if case .exited = try program.end(within: 30) { return false }
            return true
        }

        @Test(
            "an alert that ends the program three times ends as failed at the fourth start, and all others are decided",
            .enabled(if: getenv("ITP_BINARY") == nil, "a release build has no planted bug"))
        func quarantine() async throws {
            try await Scene.with { scene in
                let posters = scene.alerts
                var program = try Self.serve(scene)
                var service = Service(program: program, address: try program.serviceAddress())
                let before = try posters.before.map { try service.post($0) }
                // Its answer may be lost in the crash; the alert is not.
                do { _ = try service.post(posters.poison) } catch {}
                #expect(try Self.crashes(program))
                for _ in 2...3 { #expect(try Self.crashes(try Self.serve(scene))) }

                program = try Self.serve(scene)
                service = Service(program: program, address: try program.serviceAddress())
                let after = try posters.after.map { try service.post($0) }
                try service.settleAll()
                let events = try service.events()
                #expect(events.count == before.count + 1 + after.count)
                let failed = events.filter { $0["disposition"]?.string == "failed" }
                #expect(failed.count == 1, "\(failed.map(\.compact))")
                let reason = failed.first?["reason"]?.string ?? ""
                #expect(reason.contains("the program ended 3 times while this alert was in work"), "\(reason)")
                for id in before + after {
                    #expect(try service.settledEvent(id)["disposition"]?.string == "ticketed")
                }
                // The alert as it came is still there.
                let id = failed.first?["id"]?.string ?? ""
                #expect(try service.event(id)["raw"]?.compact.contains(Self.phrase) == true)
                try service.stop()
                // A clean stop forgets it: what is settled is not asked for again.
                let again = try scene.serve()
                try again.settleAll()
                #expect(try again.events().count == events.count)
                try again.stop()
            }
        }
    }
}

extension Scene {
    /// Alerts around one that ends the program.
    fileprivate var alerts: (before: [Alert], poison: Alert, after: [Alert]) {
        let plain = (0..<12).map { Alert.dhcp.of(agent: "host\($0).servers.acme") }
        var poison = Alert.dhcp.of(agent: "poison.servers.acme")
        poison.text = "This is an alert that no program survives."
        return (Array(plain.prefix(9)), poison, Array(plain.dropFirst(9)))
    }
}
