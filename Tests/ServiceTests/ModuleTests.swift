import Decisions
import Events
import Formats
import Glibc
import Platform
import Settings
import Storage
import TestSupport
import Testing

@testable import Service

@Suite("Programs beside the service")
struct ModuleTests {
    private let rules = "[ALERT REWRITE]\nweird=PROCESS;enrich\n"

    @Test("a question to a program that was not answered before a start is asked again, with the event")
    func askedAgain() throws {
        let module = ConfigurationFiles.ModuleFile(name: "enrich", path: "modules/enrich")
        let settings = try settings(rules: rules, modules: [module])
        let ledger = try Ledger(path: ":memory:")
        var station = DeciderStation(ledger, settings)
        let alert = alert(1, "{\"subject\":\"weird\",\"agent\":\"fs01.servers.acme\"}")
        let record = PreparedRecord(alert, Shared(wrappedValue: settings))
        try ledger.begin()
        try station.handle(.record(sequence: 1, record), now: start)
        try ledger.commit()
        let asked = questions(station.takeEffects())
        #expect(asked.map(\.name) == ["module:ENRICH"])

        var restarted = DeciderStation(ledger, settings)
        try ledger.begin()
        _ = try restarted.start(now: start)
        #expect(questions(restarted.takeEffects()) == asked)
        let answer = ModuleOutcome.wrote(#"{"subject":"EVT|Disk|C|||MB-DISK.EVT.S.P2.Alm"}"#).answer
        try restarted.handle(.answer(event: alert.receipt, question: "module:ENRICH", answer), now: start)
        try ledger.commit()
        let event = try #require(try ledger.history.event(alert.receipt))
        #expect(event.disposition == "ticketed")
    }

    private func questions(_ effects: [DeciderStation.Effect]) -> [InputRequest] {
        effects.compactMap { effect in
            if case .ask(_, let request) = effect { request } else { nil }
        }
    }

    @Test("a program runs on its own thread and its answer comes back; one that was made open to all since is not run")
    func runner() async throws {
        let folder = try makeTemporaryFolder()
        defer { removeTemporaryFolder(folder) }
        let path = folder + "/enrich"
        try writeProgram(path, "cat")
        let call = ModuleCall(program: path, input: Array("{}\n".utf8), timeoutSeconds: 20)
        #expect(try await outcome(of: call) == .wrote("{}\n"))
        try writeProgram(path, "printf '\\377'")
        #expect(try await outcome(of: call) == .failed("its answer is no UTF-8"))
        try check("chmod", on: path) { chmod(path, 0o777) }
        #expect(try await outcome(of: call) == .failed("anybody may write it; take the right away with chmod o-w"))
    }

    private func outcome(of call: ModuleCall) async throws -> ModuleOutcome {
        let (answers, continuation) = AsyncStream<ModuleOutcome>.makeStream()
        let runner = ModuleRunner { _, _, outcome in continuation.yield(outcome) }
        try runner.start()
        defer { runner.stop() }
        runner.ask(Identifier(high: 1, low: 1), "module:X", call)
        for await outcome in answers { return outcome }
        throw CancellationError()
    }

    @Test("more than may wait is answered at once with a failure")
    func bounded() async throws {
        let (answers, continuation) = AsyncStream<ModuleOutcome>.makeStream()
        // It is never started: everything waits.
        let runner = ModuleRunner { _, _, outcome in continuation.yield(outcome) }
        let call = ModuleCall(program: "none", input: [UInt8](repeating: 0, count: 40 << 20), timeoutSeconds: 1)
        runner.ask(Identifier(high: 1, low: 1), "module:X", call)
        runner.ask(Identifier(high: 1, low: 2), "module:X", call)
        for await outcome in answers {
            #expect(outcome == .failed("too many events wait for modules"))
            return
        }
    }
}
