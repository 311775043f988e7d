import Formats
import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Modules")
    struct ModuleTests {
        @Test("a program in modules/ makes a ticket of what nobody could read, or says why not")
        func program() async throws {
            let rules = "[ALERT REWRITE]\nodd thing=PROCESS;ITP-ISR-enrich.mod\n[enrich]\nmonitor=MB-ODD.EVT.S.P2.Alm"
            let change: @Sendable (inout ConfigurationCopy) -> Void = { _ = $0.append(rules, to: "ITPConfig.ini") }
            try await Scene.with(change: change) { scene in
                let folder = scene.config + "/modules"
                try check("mkdir", on: folder) { mkdir(folder, 0o700) }
                let answer = #"{"subject":"EVT|Odd|1|||MB-ODD.EVT.S.P2.Alm","agent":"odd01.servers.acme"}"#
                try writeProgram(
                    folder + "/enrich.sh",
                    "read input; case $input in *broken*) echo no >&2; exit 4;; "
                        + "*MB-ODD.EVT.S.P2.Alm*) echo '\(answer)';; esac")
                let check = try scene.run("check", "--config", scene.config)
                #expect(check.code == 0 && !check.output.contains("enrich"), "\(check)")
                let service = try scene.serve()
                let event = try service.settledEvent(try service.post(Alert(subject: "an odd thing")))
                #expect(event["disposition"]?.string == "ticketed", "\(event.compact)")
                #expect(event["agent"]?.string == "odd01.servers.acme")
                #expect(try scene.tickets().count == 1)
                let broken = try service.settledEvent(try service.post(Alert(subject: "odd thing, broken")))
                #expect(broken["disposition"]?.string == "unparseable")
                #expect(
                    broken["reason"]?.string
                        == "the module modules/enrich.sh failed: it ended with exit code 4: no")
                let explained = try scene.run("explain", "--subject", "odd thing", "--config", scene.config)
                #expect(explained.output.contains("unknown, as explain runs no programs"), "\(explained)")
                try service.stop()
            }
        }
    }
}
