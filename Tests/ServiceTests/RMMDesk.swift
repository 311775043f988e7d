import Decisions
import Events
import Formats
import Sandbox
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// A decider whose procedures go over the RMM's lane to the sandbox, in virtual time.
struct RMMDesk {
    static let rmm = "[RMM]\nType=VSA9\nURL=http://sandbox/vsa\nUser=sandbox\nToken=sandbox-token\nEnrich=N\n"

    var desk: Desk
    var world = SandboxWorld()
    private var lane = RMMLaneStation()
    private var directory = AgentDirectory()
    private var wakeUp: Instant?
    /// What the lane said of the RMM as a whole.
    var troubles: [String?] = []
    /// What was said of the RMM by who asks it of agents.
    var agentTroubles: [String?] = []
    /// Nobody answers who asks it of agents.
    var isSilent = false
    /// Answers that are under way when the service stops are lost.
    var losesAnswers = false
    /// The service stops between what is durable and what follows from it.
    var stopsBeforeStart = false

    /// `duplicates`: the minutes in which an `Act` of the same subject is a duplicate.
    init(_ rules: String, service: String = RMMDesk.rmm, duplicates: Int = 0) throws {
        let keys = "[GLOBAL]\nActDeDupPeriod=\(duplicates)\n"
        desk = try Desk(settings(duplicateMinutes: 0, service: service, rules: keys + rules))
        try connect()
    }

    /// Lane and directory hear of the RMM.
    private mutating func connect() throws {
        try look(.settings(desk.settings.service.rmm))
        try tell(.settings(desk.settings.service.rmm))
    }

    /// An alert of an agent.
    @discardableResult
    mutating func alert(
        _ monitor: String, data: String = "Spooler", agent: String = "fs01.servers.acme", org: String = ""
    ) throws -> Identifier {
        let body: JSON = [
            "subject": .string("EVT|Service|\(data)|a|b|\(monitor)"), "agent": .string(agent), "orgId": .string(org),
        ]
        let id = try desk.take(body.compact)
        try carryOut()
        return id
    }

    /// An alert that a source of its own posts.
    @discardableResult
    mutating func post(_ source: String, _ body: JSON) throws -> Identifier {
        desk.sequence += 1
        var record = ServiceTests.alert(Int(desk.sequence), body.compact, at: desk.now)
        record.source = source
        let prepared = PreparedRecord(record, desk.$settings)
        try desk.handle(.record(sequence: desk.sequence, prepared))
        try carryOut()
        return try #require(prepared.events.first).id
    }

    /// Time goes on; timers fire and the lane looks when they are due.
    mutating func pass(_ seconds: Int) throws {
        let end = desk.now + .seconds(seconds)
        while let next = [desk.timers.map(\.due).min(), wakeUp].compactMap(\.self).min(), next <= end {
            desk.now = max(desk.now, next)
            if let due = wakeUp, due <= desk.now {
                wakeUp = nil
                try tell(.wake)
            }
            try desk.pass(0)
            try carryOut()
        }
        desk.now = end
    }

    /// A restart: what the lane holds is lost.
    mutating func restart() throws {
        lane = RMMLaneStation()
        directory = AgentDirectory()
        wakeUp = nil
        (losesAnswers, stopsBeforeStart) = (false, false)
        var again = try Desk(desk.settings, on: desk.ledger, at: desk.now)
        again.sequence = desk.sequence
        desk = again
        try connect()
        try carryOut()
    }

    mutating func carryOut() throws {
        while !desk.questions.isEmpty {
            let (event, name) = desk.questions.removeFirst()
            let request = try #require(InputRequest(name: name))
            let isCheckIn = request.kind == .agentState
            try look(.ask(.init(event: event, name: name, agent: request.subject, isCheckIn: isCheckIn)))
        }
        while !desk.runs.isEmpty {
            let message = desk.runs.removeFirst()
            if stopsBeforeStart, case .intentIsDurable = message { continue }
            try tell(message)
        }
    }

    mutating func tell(_ message: RMMLaneStation.Message) throws {
        for effect in lane.handle(message, now: desk.now) {
            switch effect {
            case .call(let event, let call):
                let outcome = ask(call)
                if !losesAnswers || call.method == "GET" { try tell(.outcome(event, outcome)) }
            case .declareIntent(let event, let progress): try desk.handle(.runIntent(event, progress))
            case .started(let event, let progress): try desk.handle(.runStarted(event, progress))
            case .report(let event, let report): try desk.handle(.runReport(event, report))
            case .wake(let time): wakeUp = min(wakeUp ?? time, time)
            case .trouble(let text): troubles.append(text)
            }
        }
        try carryOut()
    }

    /// The directory of agents takes a message.
    mutating func look(_ message: AgentDirectory.Message) throws {
        for effect in directory.handle(message, now: desk.now) {
            switch effect {
            case .call(let number, let call):
                guard !isSilent else { continue }
                try look(.outcome(call: number, ask(call)))
            case .answer(let question, let text):
                let answer = text.map { InputAnswer.value($0) } ?? .unknown
                try desk.handle(.answer(event: question.event, question: question.name, answer))
                try carryOut()
            case .trouble(let text): agentTroubles.append(text)
            }
        }
    }

    private mutating func ask(_ call: VendorCall) -> VendorOutcome {
        let target = HTTPTarget(String(call.url.dropFirst("http://sandbox".count)))
        let request = SandboxRequest(
            method: call.method, path: target.path, query: target.queryItems.map { ($0.name, $0.value) },
            headers: call.headers.map { ($0.name, $0.value) }, body: call.body)
        switch world.take(request, now: desk.now.milliseconds).ending {
        case .reply(let reply):
            return .reply(
                VendorReply(
                    status: reply.status, retryAfter: reply.headers.first { $0.0 == "Retry-After" }?.1, body: reply.body
                ))
        case .reset, .hang: return .ambiguous(reason: "no answer")
        case .truncated, .garbage: return .ambiguous(reason: "no whole answer")
        }
    }

    // MARK: The sandbox

    @discardableResult
    mutating func sandbox(_ method: String, _ path: String, _ body: JSON? = nil) throws -> JSON {
        let request = SandboxRequest(method: method, path: path, body: body?.bytes ?? [])
        guard case .reply(let reply) = world.take(request, now: desk.now.milliseconds).ending else { return .null }
        #expect(reply.status < 300, "\(String(decoding: reply.body, as: UTF8.self))")
        return reply.body.isEmpty ? .null : try JSON(parsing: reply.body)
    }

    mutating func fault(_ fault: String, match: String, count: Int = 1) throws {
        try sandbox(
            "POST", "/sandbox/faults",
            ["vendor": "vsa", "fault": .string(fault), "match": .string(match), "count": .integer(count)])
    }

    /// What was started: `procedure agent status`.
    mutating func started() throws -> [String] {
        try sandbox("GET", "/sandbox/procedures").array?.map {
            "\($0["procedure"]?.string ?? "") \($0["agent"]?.string ?? "") \($0["status"]?.string ?? "")"
        } ?? []
    }

    /// The paths that VSA was asked for, without their queries.
    mutating func requests() throws -> [String] {
        try sandbox("GET", "/sandbox/requests").array?.compactMap { request in
            guard request["vendor"]?.string == "vsa", let path = request["path"]?.string else { return nil }
            return
                "\(request["method"]?.string ?? "") \(path.split(separator: "?")[0].dropFirst("/vsa/api/v1.0".count))"
        } ?? []
    }

    /// What the trace says of the remediation.
    func remediation(_ event: Identifier) throws -> String? {
        try desk.ledger.history.trace(desk.event(event)).last { $0.stage == .remediation }?.decided
    }

    /// What was put out for the PSA since the last call.
    mutating func orders() -> [DeliveryOrder] {
        defer { desk.handed = [] }
        return desk.handed
    }
}
