import Glibc
import Platform
import Service

/// `itp serve`: the service, until a signal ends it.
enum ServeCommand {
    static let command = Command(
        name: "serve", usage: "serve [--config DIR] [--data DIR] [--listen ADDR] [--after-restore=lookup|settled]",
        summary: "the service",
        accepted: Arguments.Accepted(
            values: ["config": "DIR", "data": "DIR", "listen": "ADDR", "after-restore": "lookup|settled"]),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let afterRestore = try arguments["after-restore"].map { word in
            guard let mode = AfterRestore(rawValue: word) else {
                throw UsageError("--after-restore is lookup or settled, not '\(word)'")
            }
            return mode
        }
        var options = ServiceOptions(
            dataFolder: arguments["data"] ?? "data",
            configuration: Configuration.source(arguments["config"] ?? "config"), version: Program.version)
        options.listen = arguments["listen"]
        options.afterRestore = afterRestore
        options.inherited = InheritedSockets.take()
        return try serve(options)
    }

    /// Runs a service until a signal asks it to stop, or it fails. Also what `demo` does.
    static func serve(_ options: ServiceOptions, started: (Service) -> Void = { _ in }) throws -> Int32 {
        let log = try Configuration.log()
        defer { log.finish() }
        let ending = Ending()
        let running = Guarded<Service?>(nil)
        let signals = try Signals { request in
            switch request {
            case .terminate, .interrupt: ending.stop()
            case .reload: running.with { $0 }?.reload("SIGHUP")
            }
        }
        defer { signals.stop() }
        let service = try Service(options, log: log) { reason in ending.fail(reason) }
        running.with { $0 = service }
        defer { running.with { $0 = nil } }
        started(service)
        let failure = ending.wait()
        service.stop()
        return failure == nil ? 0 : 1
    }
}
