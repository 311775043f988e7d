/// One command of the program.
struct Command: Sendable {
    /// Its name, the first word of the command line.
    var name: String
    /// How it is called, without the program's name.
    var usage: String
    /// What it does, in a line.
    var summary: String
    /// What it takes; shells complete by it.
    var accepted: Arguments.Accepted
    /// Runs it; gives the exit code: 0 good, 1 a finding or failure.
    var run: @Sendable ([String]) throws -> Int32
}

/// What the program is and which version.
enum Program {
    /// The version, as `--version` prints it.
    static let version = "0.1.0"

    static let commands: [Command] = [
        ServeCommand.command, DemoCommand.command, SandboxCommand.command, CheckCommand.command, SetupCommand.command,
        ExplainCommand.command, ReplayCommand.command, AuditCommand.command, BackupCommand.backup,
        BackupCommand.restore, JournalCommand.command, DeadCommand.command, SilenceCommand.command,
        DrillCommand.command,
        HealthCommand.command,
        BenchCommand.command, CompletionCommand.command, ManualCommand.command,
    ]

    static var help: String {
        let width = commands.map(\.usage.count).max() ?? 0
        let lines = commands.map { command in
            "  itp \(command.usage)\(String(repeating: " ", count: width - command.usage.count))  \(command.summary)"
        }
        return """
            ITP \(version): turns monitoring alerts into tickets, and says why when it does not.

            \(lines.joined(separator: "\n"))

            Every command takes --help. Exit code: 0 good, 1 a finding or failure, 2 the command line is wrong.
            """
    }
}
