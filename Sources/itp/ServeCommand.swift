import Glibc
import Platform
import Service
import Settings

/// `itp serve`: the service, until a signal ends it.
enum ServeCommand {
    static let command = Command(
        name: "serve", usage: "serve [--config DIR] [--data DIR] [--listen ADDR] [--after-restore=lookup|settled]",
        summary: "the service", run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(
            words,
            Arguments.Accepted(
                values: ["config": "DIR", "data": "DIR", "listen": "ADDR", "after-restore": "lookup|settled"]))
        if let mode = arguments["after-restore"], mode != "lookup", mode != "settled" {
            throw UsageError("--after-restore is lookup or settled, not '\(mode)'")
        }
        var loaded = try Configuration.load(arguments["config"] ?? "config")
        Configuration.takeTokens(&loaded.settings.service)
        var options = ServiceOptions(
            dataFolder: arguments["data"] ?? "data", settings: loaded.settings, findings: loaded.findings,
            version: Program.version)
        options.listen = arguments["listen"]
        options.afterRestore = arguments["after-restore"] != nil
        return try serve(options, log: Configuration.log(loaded.settings))
    }

    /// Runs a service until a signal asks it to stop, or it fails. Also what `demo` does.
    static func serve(_ options: ServiceOptions, log: Log, started: (Service) -> Void = { _ in }) throws -> Int32 {
        for finding in options.findings { log.warning(finding.description) }
        let settings = options.settings.service
        if let address = options.listen, !ServiceSettings.isLoopback(address), settings.intakeTokens.isEmpty,
            !settings.intakeIsOpen
        {
            log.warning(
                "there is no IntakeToken: alerts from other machines are refused; write IntakeToken=env:ITP_INTAKE_TOKEN "
                    + "below [LISTEN]", ["address": address])
        }
        let ending = Ending()
        let signals = try Signals { request in
            switch request {
            case .terminate, .interrupt: ending.stop()
            case .reload: log.warning("SIGHUP: this version reads its configuration at start alone")
            }
        }
        defer { signals.stop() }
        let service = try Service(options, log: log) { reason in ending.fail(reason) }
        started(service)
        let failure = ending.wait()
        service.stop()
        return failure == nil ? 0 : 1
    }
}
