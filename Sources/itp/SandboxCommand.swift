import Dispatch
import Glibc
import Platform
import Sandbox

/// `itp sandbox`: vendors to talk to without an account.
enum SandboxCommand {
    static let command = Command(
        name: "sandbox", usage: "sandbox [--listen ADDR] [--until-stdin-closes]",
        summary: "stands for the vendors, in memory", run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(
            words, Arguments.Accepted(values: ["listen": "ADDR"], flags: ["until-stdin-closes"]))
        let ending = Ending()
        let signals = try Signals { request in
            if request != .reload { ending.stop() }
        }
        defer { signals.stop() }
        let server = SandboxServer()
        let address = try server.start(arguments["listen"] ?? "127.0.0.1:9090")
        writeLine("sandbox: http://\(address)/sandbox/", to: STDOUT_FILENO)
        // A parent holds the other end of the input: when it is gone, so is the need for this process.
        let watcher = try arguments.has("until-stdin-closes") ? watchInput(ending) : nil
        _ = ending.wait()
        server.stop()
        _ = watcher
        return 0
    }

    private static func watchInput(_ ending: Ending) throws -> SystemThread {
        try SystemThread(name: "itp-stdin") {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) > 0 {}
            ending.stop()
        }
    }
}
