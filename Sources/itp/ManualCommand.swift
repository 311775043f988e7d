import Glibc

/// `itp manual`: the manual page, in the form that `man` reads; its commands are those of `--help`.
enum ManualCommand {
    static let command = Command(
        name: "manual", usage: "manual", summary: "prints the manual page: itp manual | man -l -",
        accepted: Arguments.Accepted(), run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        _ = try Arguments(words, command.accepted)
        writeLine(page, to: STDOUT_FILENO)
        return 0
    }

    private static var page: String {
        let commands = Program.commands.map { command in
            ".TP\n.B itp \(escaped(command.usage))\n\(escaped(command.summary))"
        }
        return """
            .TH ITP 1 "" "ITP \(Program.version)" "User commands"
            .nh
            .ad l
            .SH NAME
            itp \\- turns monitoring alerts into tickets, and says why when it does not
            .SH SYNOPSIS
            .B itp
            .I command
            [\\fIoptions\\fR]
            .SH DESCRIPTION
            ITP takes alerts by HTTP and mail, writes them to a journal on disk before it answers, decides by rules in INI
            files what each is worth, and makes or updates the ticket in a PSA.
            .SH COMMANDS
            \(commands.joined(separator: "\n"))
            .SH OPTIONS
            .TP
            .B \\-\\-help
            Behind a command: how it is called. Alone: all commands.
            .TP
            .B \\-\\-version
            Prints the version.
            .PP
            A value stands behind its option as a word of its own or behind an equals sign.
            .SH EXIT STATUS
            0 good, 1 a finding or failure, 2 the command line is wrong.
            .SH ENVIRONMENT
            .TP
            .BR ITP_INTAKE_TOKEN ", " ITP_ADMIN_TOKEN
            The tokens of senders and of operators, where the configuration names none.
            .TP
            .BR ITP_INTAKE_TOKEN_FILE ", " ITP_ADMIN_TOKEN_FILE
            Files that hold them.
            .TP
            .B LISTEN_FDS
            Sockets that systemd has opened are taken in place of the configured address.
            .SH FILES
            .TP
            .I config/ITPConfig.ini
            The rules; another folder is named with \\-\\-config.
            .TP
            .I config/ITPSvcCfg.ini
            The service itself.
            .TP
            .I data/
            The journal and the ledger; another folder is named with \\-\\-data.
            """
    }

    /// Hyphens that can be copied, and no line that begins like a request.
    private static func escaped(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("-", with: "\\-")
            .replacing("…", with: "...")
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }
}
