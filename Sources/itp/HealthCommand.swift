import Dispatch
import Glibc
import Platform
import Settings

/// `itp health`: asks a running service how it is; for container checks.
enum HealthCommand {
    static let command = Command(
        name: "health", usage: "health [--listen ADDR] [--config DIR]",
        summary: "asks the running service; exit code 0 = it works",
        accepted: Arguments.Accepted(values: ["listen": "ADDR", "config": "DIR"]),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let reachable: String
        if let listen = arguments["listen"] {
            reachable = ServiceClient.url(listen, ServiceSettings())
        } else {
            let settings = try Configuration.load(arguments["config"] ?? "config").service
            reachable = ServiceClient.url(settings.address, settings)
        }
        let courier = try Courier(Courier.Settings(version: Program.version))
        defer { courier.stop() }
        let outcome = Guarded<CallOutcome?>(nil)
        let answered = DispatchSemaphore(value: 0)
        var call = OutgoingCall(method: "GET", url: "\(reachable)/health", headers: [], body: [])
        call.totalTimeoutSeconds = 5
        courier.send(call) { result in
            outcome.with { $0 = result }
            answered.signal()
        }
        answered.wait()
        switch outcome.with({ $0 }) {
        case .reply(let reply):
            writeLine(String(decoding: reply.body, as: UTF8.self), to: STDOUT_FILENO)
            return reply.status == 200 ? 0 : 1
        case .notSent(let reason), .ambiguous(let reason):
            writeLine("itp health: no answer from \(reachable): \(reason)", to: STDERR_FILENO)
            return 1
        case nil:
            return 1
        }
    }
}
