import Decisions
import Events
import Formats
import Glibc
import Mapping
import Platform
import Service
import Settings

/// `itp explain`: decides alerts without delivering anything and prints what each stage saw and decided.
enum ExplainCommand {
    static let command = Command(
        name: "explain",
        usage:
            "explain [--source NAME] FILE… | EVENT-ID | --subject TEXT [--agent NAME] [--org ID] [--config DIR] "
            + "[--listen ADDR] [--events] [--json]",
        summary: "decides alerts without delivering anything, or shows a past event, and says why",
        accepted: Arguments.Accepted(
            values: [
                "config": "DIR", "subject": "TEXT", "agent": "NAME", "org": "ID", "listen": "ADDR", "source": "NAME",
            ],
            flags: ["json", "events"], words: 0...1000, takesPaths: true),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let settings = try Configuration.load(arguments["config"] ?? "config")
        if arguments.words.count == 1, arguments["subject"] == nil, let id = Identifier(arguments.words[0]) {
            return try PastEvent.explain(id, settings, listen: arguments["listen"], asJSON: arguments.has("json"))
        }
        if let name = arguments["source"] { return try explainSamples(of: name, arguments, settings) }
        var bodies: [[UInt8]] = []
        for file in arguments.words { bodies.append(try Files.read(file, maxBytes: settings.service.maxBodyBytes)) }
        if let subject = arguments["subject"] {
            let alert: JSON = [
                "subject": .string(subject), "agent": .text(arguments["agent"]), "orgId": .text(arguments["org"]),
            ]
            bodies.append(alert.bytes)
        }
        guard !bodies.isEmpty else { throw UsageError("a file, an event's ID or --subject is needed") }
        // One memory for all: a repeated alert shows as a duplicate, as it would in the service.
        var memory = TableMemory()
        let clock = SystemClock()
        let random = SystemRandom()
        for body in bodies {
            let now = clock.now
            let record = AlertRecord(
                receipt: random.identifier(at: now), receivedAt: now, source: "api", peer: "", deliveryID: nil,
                body: body)
            try explain(record, arguments, settings, &memory)
        }
        return 0
    }

    private static func explain(
        _ record: AlertRecord, _ arguments: Arguments, _ settings: Settings, _ memory: inout TableMemory
    ) throws {
        let shared = Shared(wrappedValue: settings)
        for item in PreparedRecord(record, shared).events.indices {
            let (verdict, id) = try decide(record, item, shared, memory)
            memory.keep(verdict)
            writeLine(arguments.has("json") ? json(verdict, id).pretty : text(verdict), to: STDOUT_FILENO)
        }
    }

    /// Requests of a named source from files; with `--events` what its mapping makes of them, as samples have it.
    private static func explainSamples(of name: String, _ arguments: Arguments, _ settings: Settings) throws -> Int32 {
        guard let source = settings.sources[name.lowercased()] else {
            throw UsageError("there is no [SOURCE \(name)] in the configuration")
        }
        guard !arguments.words.isEmpty else { throw UsageError("a file with a request of \(name) is needed") }
        var memory = TableMemory()
        let clock = SystemClock()
        for file in arguments.words {
            let bytes = try Files.read(file, maxBytes: settings.service.maxBodyBytes)
            var record = SourceSample.request(file: file, bytes, source: source.name)
            if arguments.has("events") {
                let events =
                    source.mail.map { MailMapper.events(of: record, source, $0, settings.staff, GMimeReader()) }
                    ?? SourceMapper.events(of: record, source)
                writeLine(SourceSample.text(events), to: STDOUT_FILENO)
            } else {
                // As if it came now: hours, holidays and silences count.
                record.receivedAt = clock.now
                try explain(record, arguments, settings, &memory)
            }
        }
        return 0
    }

    /// Answers every question with "unknown": nobody outside is asked, and no program is run.
    private static func decide(
        _ record: AlertRecord, _ item: Int, _ settings: Shared<Settings>, _ memory: TableMemory
    ) throws -> (Verdict, Identifier) {
        var inputs: [String: InputAnswer] = [:]
        while true {
            let prepared = PreparedRecord(record, settings, inputs: inputs).events[item]
            switch try Pipeline.decide(prepared, settings, memory: memory, inputs: inputs) {
            case .verdict(let verdict): return (verdict, prepared.id)
            case .needs(let request, _): inputs[request.name] = unknown(request)
            case .parked(let hold, _): inputs[hold.name] = Hold.release(at: hold.until)
            }
        }
    }

    private static func unknown(_ request: InputRequest) -> InputAnswer {
        switch request.kind {
        case .module: ModuleOutcome.failed("unknown, as explain runs no programs").answer
        case .procedure:
            .value(RunReport.notStarted("explain runs nothing, it would be \(request.run?.description ?? "")").recorded)
        case .agentState, .agent, .tenantSettings, .record: .unknown
        }
    }

    private static func text(_ verdict: Verdict) -> String {
        var lines = [verdict.facts.subject, "→ \(verdict.disposition.rawValue): \(verdict.reason)"]
        for step in verdict.trace.steps {
            lines.append(
                ExplainText.step(
                    stage: step.stage.rawValue, saw: step.saw, decided: step.decided,
                    rule: step.rule.map { "\($0.place): \($0.text)" }))
        }
        if let delivery = verdict.delivery {
            let draft = delivery.action.draft
            lines.append("  would \(delivery.action.kind.rawValue) in \(delivery.lane)")
            lines.append("      company: \(draft.company.name)")
            lines.append("      board: \(draft.board), priority: \(draft.priorityName ?? "default")")
            let levels = [draft.classification.type, draft.classification.subtype, draft.classification.item]
            lines.append("      classification: " + levels.filter { !$0.isEmpty }.joined(separator: " / "))
            lines.append("      summary: \(draft.subject)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func json(_ verdict: Verdict, _ id: Identifier) -> JSON {
        [
            "id": .string(id.description), "subject": .string(verdict.facts.subject),
            "disposition": .string(verdict.disposition.rawValue), "reason": .string(verdict.reason),
            "trace": .array(verdict.trace.steps.map(\.json)),
            "action": verdict.delivery?.action.json ?? .null,
        ]
    }
}
