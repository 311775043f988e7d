import Formats
import Glibc
import Platform
import Settings

/// A past event as the running service knows it, told as `itp explain` tells of a file.
enum PastEvent {
    static func explain(_ id: Identifier, _ settings: Settings, listen: String?, asJSON: Bool) throws -> Int32 {
        var service = settings.service
        Configuration.takeTokens(&service)
        let reply = try ServiceClient.ask("GET", "/v1/events/\(id)", service, listen: listen)
        let answer = try JSON(parsing: reply.body)
        guard reply.status == 200 else {
            writeLine(
                "itp explain: \(answer["detail"]?.string ?? "the service answers with \(reply.status)")",
                to: STDERR_FILENO)
            return 1
        }
        writeLine(asJSON ? answer.pretty : text(answer), to: STDOUT_FILENO)
        return 0
    }

    private static func text(_ event: JSON) -> String {
        let word = { (name: String) in event[name]?.string ?? "" }
        let ending = event["disposition"]?.string ?? word("state")
        var lines = [
            word("subject"), "→ \(ending): \(word("reason"))",
            "  received \(word("receivedAt")), decided by configuration \(word("settings")), state \(word("state"))",
        ]
        for step in event["trace"]?.array ?? [] {
            lines.append(
                ExplainText.step(
                    stage: step["stage"]?.string ?? "", saw: step["saw"]?.string ?? "",
                    decided: step["decided"]?.string ?? "", rule: step["rule"].flatMap(place)))
        }
        if let ticket = event["ticket"], let number = ticket["number"]?.string {
            lines.append("  ticket \(number) in \(ticket["psa"]?.string ?? ""): \(ticket["url"]?.string ?? "")")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func place(_ rule: JSON) -> String? {
        guard let file = rule["file"]?.string else { return nil }
        return "\(file):\(rule["line"]?.integer ?? 0): \(rule["text"]?.string ?? "")"
    }
}

/// How a step of a trace is told.
enum ExplainText {
    static func step(stage: String, saw: String, decided: String, rule: String?) -> String {
        let head = "  \(stage): saw \(saw)\n      decided: \(decided)"
        return rule.map { "\(head)\n      by \($0)" } ?? head
    }
}
