import Dispatch
import Formats
import Glibc
import Platform
import Settings

/// `itp drill`: a ticket made and closed at every PSA, by the way that alerts go; through the running service.
enum DrillCommand {
    static let command = Command(
        name: "drill", usage: "drill [--tenant ID] [--timeout SECONDS] [--json] [--config DIR] [--listen ADDR]",
        summary: "makes and closes a ticket at every PSA, by the way that alerts go",
        accepted: Arguments.Accepted(
            values: ["tenant": "ID", "timeout": "SECONDS", "config": "DIR", "listen": "ADDR"], flags: ["json"]),
        run: run)

    private static let lookMilliseconds = 250

    /// A destination, and what its two events have come to.
    private struct Trial {
        var tenant: String
        var lane: String
        var firing: String
        var closing: String
        var number = ""
        var what = "nothing has come of it yet"
        var isDone = false

        var line: String {
            "\(tenant.isEmpty ? "primary" : tenant) at \(lane): "
                + (isDone ? "ticket \(number) was made and closed" : "failed: \(what)")
        }
    }

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let patience = try arguments.number("timeout", 1...3600, default: 120)
        var service = try Configuration.load(arguments["config"] ?? "config").service
        Configuration.takeTokens(&service)
        let listen = arguments["listen"]
        let query = arguments["tenant"].map {
            "?tenant=\($0.filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })"
        }
        let reply = try ServiceClient.ask("POST", "/v1/drill" + (query ?? ""), service, listen: listen)
        let answer = try JSON(parsing: reply.body)
        guard reply.status == 202 else {
            writeLine(
                "itp drill: \(answer["detail"]?.string ?? "the service answers with \(reply.status)")",
                to: STDERR_FILENO)
            return 1
        }
        var trials = (answer["drills"]?.array ?? []).map { drill in
            let word = { (name: String) in drill[name]?.string ?? "" }
            return Trial(tenant: word("tenant"), lane: word("lane"), firing: word("firing"), closing: word("closing"))
        }
        let pause = DispatchSemaphore(value: 0)
        for _ in 0...(patience * 1000 / lookMilliseconds) {
            for index in trials.indices where !trials[index].isDone {
                try look(at: &trials[index], service, listen)
            }
            if trials.allSatisfy(\.isDone) { break }
            _ = pause.wait(timeout: .now() + .milliseconds(lookMilliseconds))
        }
        writeLine(
            arguments.has("json") ? json(trials).pretty : trials.map(\.line).joined(separator: "\n"), to: STDOUT_FILENO)
        return trials.allSatisfy(\.isDone) ? 0 : 1
    }

    private static func look(at trial: inout Trial, _ service: ServiceSettings, _ listen: String?) throws {
        for (event, wanted) in [(trial.firing, "ticketed"), (trial.closing, "closed")] {
            let reply = try ServiceClient.ask("GET", "/v1/events/\(event)", service, listen: listen)
            guard reply.status == 200 else { return }
            let answer = try JSON(parsing: reply.body)
            let state = answer["state"]?.string ?? ""
            trial.number = answer["ticket"]?["number"]?.string ?? trial.number
            guard state == "delivered" || state == "confirmed", answer["disposition"]?.string == wanted else {
                let last = answer["trace"]?.array?.last?["decided"]?.string ?? ""
                trial.what = "\(answer["disposition"]?.string ?? state), \(state); last: \(last) (event \(event))"
                return
            }
        }
        trial.isDone = true
    }

    private static func json(_ trials: [Trial]) -> JSON {
        .array(
            trials.map {
                [
                    "tenant": .string($0.tenant), "lane": .string($0.lane), "ok": .bool($0.isDone),
                    "ticket": .string($0.number), "firing": .string($0.firing), "closing": .string($0.closing),
                    "reason": $0.isDone ? .null : .string($0.what),
                ]
            })
    }
}
