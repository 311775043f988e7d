import Dispatch
import Glibc
import Platform
import Sandbox

/// `itp sandbox`: vendors to talk to without an account.
enum SandboxCommand {
    static let command = Command(
        name: "sandbox", usage: "sandbox [--listen ADDR] [--smtp ADDR] [--until-stdin-closes]",
        summary: "stands for the vendors, in memory",
        accepted: Arguments.Accepted(values: ["listen": "ADDR", "smtp": "ADDR"], flags: ["until-stdin-closes"]),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let ending = Ending()
        let signals = try Signals { request in
            if request != .reload { ending.stop() }
        }
        defer { signals.stop() }
        let server = SandboxServer()
        let address = try server.start(arguments["listen"] ?? "127.0.0.1:9090")
        defer { server.stop() }
        let mail = try startMail(server, arguments["smtp"])
        writeLine("sandbox: http://\(address)/sandbox/\(mail)", to: STDOUT_FILENO)
        // A parent holds the other end of the input: when it is gone, so is the need for this process.
        let watcher = try arguments.has("until-stdin-closes") ? watchInput(ending) : nil
        _ = ending.wait()
        _ = watcher
        return 0
    }

    /// Starts the mail server; what the line about the sandbox says of it. An address that nobody asked for may be taken,
    /// by another sandbox for instance.
    private static func startMail(_ server: SandboxServer, _ address: String?) throws -> String {
        do {
            return ", mail at \(try server.startMail(address ?? "127.0.0.1:2525"))"
        } catch {
            guard address == nil else { throw error }
            writeLine("sandbox: no mail is taken, choose an address with --smtp: \(error)", to: STDERR_FILENO)
            return ""
        }
    }

    private static func watchInput(_ ending: Ending) throws -> SystemThread {
        try SystemThread(name: "itp-stdin") {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) > 0 {}
            ending.stop()
        }
    }
}
