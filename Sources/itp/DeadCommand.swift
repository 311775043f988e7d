import Formats
import Glibc
import Platform
import Settings

/// `itp dead`: what could not be delivered; through the running service.
enum DeadCommand {
    static let command = Command(
        name: "dead", usage: "dead [--retry ID | --drop ID] [--json] [--config DIR] [--listen ADDR]",
        summary: "lists what could not be delivered; delivers one again, or forgets it",
        accepted: Arguments.Accepted(
            values: ["retry": "ID", "drop": "ID", "config": "DIR", "listen": "ADDR"], flags: ["json"]),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        guard arguments["retry"] == nil || arguments["drop"] == nil else {
            throw UsageError("--retry and --drop exclude each other")
        }
        var service = try Configuration.load(arguments["config"] ?? "config").service
        Configuration.takeTokens(&service)
        let listen = arguments["listen"]
        for verb in ["retry", "drop"] {
            guard let id = arguments[verb] else { continue }
            // An event's ID names all that was given up for it.
            let isEvent = Identifier(id) != nil
            guard isEvent ? verb == "retry" : Int64(id) != nil else {
                throw UsageError("'\(id)' is no number of a dead letter; itp dead lists them")
            }
            let path = isEvent ? "/v1/events/\(id)/retry" : "/v1/dead/\(id)/\(verb)"
            let answer = try answer(of: try ServiceClient.ask("POST", path, service, listen: listen))
            guard let answer else { return 1 }
            let done = verb == "retry" ? "on its way again" : "dropped; its event stays failed"
            writeLine(arguments.has("json") ? answer.pretty : "\(id): \(done)", to: STDOUT_FILENO)
            return 0
        }
        guard let letters = try letters(service, listen) else { return 1 }
        let all: JSON = ["count": .integer(letters.count), "dead": .array(letters)]
        writeLine(arguments.has("json") ? all.pretty : text(letters), to: STDOUT_FILENO)
        return 0
    }

    /// All of them, page by page; nil, and the reason on stderr, where they cannot be had.
    private static func letters(_ service: ServiceSettings, _ listen: String?) throws -> [JSON]? {
        var letters: [JSON] = []
        var path = "/v1/dead?limit=1000"
        while true {
            guard let page = try answer(of: try ServiceClient.ask("GET", path, service, listen: listen)) else {
                return nil
            }
            letters += page["dead"]?.array ?? []
            guard let next = page["next"]?.string else { return letters }
            path = "/v1/dead?limit=1000&cursor=\(next)"
        }
    }

    /// The answer's body; nil, and the reason on stderr, where it is none.
    private static func answer(of reply: IncomingReply) throws -> JSON? {
        let body = try JSON(parsing: reply.body)
        guard reply.status == 200 else {
            writeLine(
                "itp dead: \(body["detail"]?.string ?? "the service answers with \(reply.status)")", to: STDERR_FILENO)
            return nil
        }
        return body
    }

    private static func text(_ letters: [JSON]) -> String {
        guard !letters.isEmpty else { return "nothing was given up" }
        var lines: [String] = []
        for letter in letters {
            let word = { (name: String) in letter[name]?.string ?? "" }
            lines.append("\(word("id"))  \(word("diedAt"))  \(word("kind")) in \(word("lane")): \(word("subject"))")
            lines.append("    \(word("reason"))")
            let doubt = letter["mayBeDone"]?.bool == true ? "; it may have arrived: look before you retry" : ""
            lines.append("    event \(word("event")), org \(word("org")), agent \(word("agent"))\(doubt)")
        }
        lines.append("itp dead --retry ID delivers one again, --drop ID forgets it")
        return lines.joined(separator: "\n")
    }
}
