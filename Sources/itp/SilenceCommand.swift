import Formats
import Glibc
import Platform
import Settings

/// `itp silence`: what is silenced, and by whom; through the running service.
enum SilenceCommand {
    static let command = Command(
        name: "silence",
        usage:
            "silence [list] | add|preview [--agent NAME] [--group NAME] [--org ID] [--category WORD] [--start TIME] "
            + "--for 2h|--end TIME --owner WHO --reason WHY | end ID [--config DIR] [--listen ADDR] [--json]",
        summary: "lists, makes and ends silences; says first what one would have muted",
        accepted: Arguments.Accepted(
            values: Dictionary(
                uniqueKeysWithValues: fields.map { ($0, "TEXT") } + [("config", "DIR"), ("listen", "ADDR")]),
            flags: ["json"], words: 0...2, choices: ["list", "add", "preview", "end"]),
        run: run)

    private static let fields = ["agent", "group", "org", "category", "start", "end", "for", "owner", "reason"]

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let verb = arguments.words.first ?? "list"
        guard arguments.words.count == (verb == "end" ? 2 : min(1, arguments.words.count)) else {
            throw UsageError(verb == "end" ? "end needs the silence's number" : "'\(arguments.words[1])' is too much")
        }
        let asked: (method: String, path: String, body: [UInt8])
        switch verb {
        case "list": asked = ("GET", "/v1/silences", [])
        case "add": asked = ("POST", "/v1/silences", body(arguments))
        case "preview": asked = ("POST", "/v1/silences/preview", body(arguments))
        case "end":
            guard Int64(arguments.words[1]) != nil else {
                throw UsageError("'\(arguments.words[1])' is no number of a silence; itp silence lists them")
            }
            asked = ("DELETE", "/v1/silences/\(arguments.words[1])", [])
        default: throw UsageError("'\(verb)' is none of list, add, preview, end")
        }
        var service = try Configuration.load(arguments["config"] ?? "config").service
        Configuration.takeTokens(&service)
        let reply = try ServiceClient.ask(
            asked.method, asked.path, service, listen: arguments["listen"], body: asked.body)
        let answer = try JSON(parsing: reply.body)
        guard reply.status == 200 || reply.status == 201 else {
            writeLine(
                "itp silence: \(answer["detail"]?.string ?? "the service answers with \(reply.status)")",
                to: STDERR_FILENO)
            return 1
        }
        writeLine(arguments.has("json") ? answer.pretty : text(verb, answer), to: STDOUT_FILENO)
        return 0
    }

    private static func body(_ arguments: Arguments) -> [UInt8] {
        JSON.members(fields.compactMap { name in arguments[name].map { (name, .string($0)) } }).bytes
    }

    private static func text(_ verb: String, _ answer: JSON) -> String {
        switch verb {
        case "preview": return preview(answer)
        case "add": return "silence \(line(answer))\n" + preview(answer["preview"] ?? .null)
        case "end": return "ended: \(line(answer))"
        default:
            let silences = answer["silences"]?.array ?? []
            return silences.isEmpty ? "no silences" : silences.map(line).joined(separator: "\n")
        }
    }

    private static func line(_ silence: JSON) -> String {
        let word = { (name: String) in silence[name]?.string ?? "" }
        let place = ["agent", "group", "org", "category"].compactMap { name in
            silence[name]?.string.map { "\(name) \($0)" }
        }.joined(separator: ", ")
        return "\(word("id")): \(place), \(word("start")) to \(word("end")), by \(word("owner")): \(word("reason"))"
    }

    private static func preview(_ preview: JSON) -> String {
        var lines = [
            "since \(preview["since"]?.string ?? "") it would have muted \(preview["muted"]?.integer ?? 0) events, "
                + "\(preview["tickets"]?.integer ?? 0) of them tickets"
        ]
        for event in preview["examples"]?.array ?? [] {
            let word = { (name: String) in event[name]?.string ?? "" }
            lines.append("  \(word("receivedAt")) \(word("agent")) \(word("subject")): \(word("disposition"))")
        }
        return lines.joined(separator: "\n")
    }
}
