import Events
import Formats
import Glibc
import Platform
import Service
import Settings
import Vendors

/// `itp setup`: brings a PSA into the state that the configuration expects; without `--apply` it says what it would do.
enum SetupCommand {
    static let command = Command(
        name: "setup",
        usage: "setup connectwise|autotask|bms [--config DIR] [--init] [--mkcontacts] [--test-ticket] [--apply]",
        summary: "checks a PSA and sets it up; changes something only with --apply",
        accepted: Arguments.Accepted(
            values: ["config": "DIR"], flags: ["apply", "init", "mkcontacts", "test-ticket"], words: 1...1,
            choices: ["connectwise", "autotask", "bms"]),
        run: run)

    /// The PSAs that can be set up, by their words.
    private static let systems: [String: PSAAccount.System] = [
        "connectwise": .connectWise, "autotask": .autotask, "bms": .bms,
    ]

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        guard let system = systems[arguments.words[0].lowercased()] else {
            throw UsageError("'\(arguments.words[0])' is no PSA that can be set up")
        }
        let folder = arguments["config"] ?? "config"
        if arguments.has("init") {
            guard system != .connectWise else { throw UsageError("--init is for autotask and bms") }
            return try InitialSettings.run(system, folder, applies: arguments.has("apply"))
        }
        let files = try ConfigurationFolder.read(folder)
        let settings = try Configuration.load(files)
        let expected = settings.psaExpectations(files).filter { $0.account.system == system }
        guard !expected.isEmpty else {
            throw UsageError("no tenant of \(folder) has PSA_Type=\(system.rawValue)")
        }
        let courier = try Courier(Courier.Settings(version: Program.version))
        defer { courier.stop() }
        var isGood = true
        for account in expected {
            writeLine("\(account.account.lane) (\(account.reference.place))", to: STDOUT_FILENO)
            if !setUp(account, AccountCalls(courier), arguments) { isGood = false }
        }
        if !arguments.has("apply") { writeLine("nothing has been changed; --apply does it", to: STDOUT_FILENO) }
        return isGood ? 0 : 1
    }

    /// Checks and sets up one account; whether all was well.
    private static func setUp(_ expected: PSAExpectations, _ calls: AccountCalls, _ arguments: Arguments) -> Bool {
        let clock = SystemClock()
        let dialogue = AccountDialogue(expected.account, time: { clock.now }, exchange: calls.carryOut)
        var run = SetupRun(dialogue, applies: arguments.has("apply"))
        var checked = expected
        if expected.account.system == .connectWise {
            ConnectWiseClassifications.run(expected, &run)
            // What would be made is missing still, and told already.
            if !run.applies { checked.names.removeAll { $0.kind == .classification } }
        }
        let findings = AccountCheck.findings(checked, &run.dialogue)
        if arguments.has("mkcontacts") { ContactSetup.run(expected, &run) }
        if arguments.has("test-ticket") {
            var generator = SystemRandomNumberGenerator()
            let reference = Identifier(
                milliseconds: clock.now.milliseconds, random: (generator.next(), generator.next()))
            TestTicket.run(expected, reference: reference, &run)
        }
        for line in run.lines { writeLine(text(line), to: STDOUT_FILENO) }
        for finding in findings { writeLine("  " + finding.description, to: STDOUT_FILENO) }
        let hasProblem = run.lines.contains { if case .problem = $0 { true } else { false } }
        return !hasProblem && !findings.contains { $0.severity != .warning }
    }

    private static func text(_ line: SetupLine) -> String {
        switch line {
        case .present(let text): "  is there:   \(text)"
        case .planned(let text): "  would make: \(text)"
        case .done(let text): "  made:       \(text)"
        case .problem(let text): "  problem:    \(text)"
        case .remark(let text): "  note:       \(text)"
        }
    }
}
