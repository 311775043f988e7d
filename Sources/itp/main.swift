import Formats
import Glibc
import Platform

// The program's entry: picks the command, prints errors as one line each, gives the exit code.

func writeLine(_ text: String, to descriptor: Int32) {
    do {
        try Files.writeAll(Array((text + "\n").utf8), to: descriptor, subject: "output")
    } catch {
        // Whoever was to read the output has gone; there is nobody left to tell.
        _exit(1)
    }
}

func runProgram(_ arguments: [String]) -> Int32 {
    do {
        try StandardDescriptors.fill()
    } catch {
        writeLine("itp: \(error)", to: STDERR_FILENO)
        return 1
    }
    guard let name = arguments.first else {
        writeLine(Program.help, to: STDERR_FILENO)
        return 2
    }
    if name == "--help" || name == "help" {
        writeLine(Program.help, to: STDOUT_FILENO)
        return 0
    }
    if name == "--version" {
        writeLine("itp \(Program.version)", to: STDOUT_FILENO)
        return 0
    }
    guard let command = Program.commands.first(where: { $0.name == name }) else {
        let near = nearestName(to: name, among: Program.commands.map(\.name))
        writeLine(
            "itp: unknown command '\(name)'" + (near.map { "; did you mean '\($0)'?" } ?? "; see itp --help"),
            to: STDERR_FILENO)
        return 2
    }
    let rest = Array(arguments.dropFirst())
    if rest.contains("--help") {
        writeLine("itp \(command.usage)\n\(command.summary)", to: STDOUT_FILENO)
        return 0
    }
    do {
        return try command.run(rest)
    } catch let error as UsageError {
        writeLine("itp \(name): \(error); usage: itp \(command.usage)", to: STDERR_FILENO)
        return 2
    } catch {
        writeLine("itp \(name): \(error)", to: STDERR_FILENO)
        return 1
    }
}

// Not `exit`: what libraries have registered for the end of the program would be taken apart under threads that still run,
// which may then wait for ever. Nothing is left to be written: all output goes to its descriptor at once.
_exit(runProgram(Array(CommandLine.arguments.dropFirst())))
