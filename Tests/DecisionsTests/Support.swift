import Decisions
import Events
import Formats
import Platform
import Settings
import Testing

/// A configuration, a memory, and events that are sent through both.
struct Bench {
    @Shared var settings: Settings
    var memory = TableMemory()
    private var sent = 0

    static let primary = """
        [RMM_SETTINGS]
        PSA_Type=CWF
        PSA_URL=psa.example
        PSA_AV1=msp
        PSA_AV2=env:KEY
        PSA_AV3=env:KEY
        PSA_ClientID=guid
        PSA_CW_Board=Alerts

        """

    /// The primary's eight lines and then `more`, whose first line is line 9 of `ITPConfig.ini`.
    init(
        _ more: String = "", notes: [String: String] = [:], modules: [ConfigurationFiles.ModuleFile] = [],
        primary: String = Bench.primary, service: String = ""
    ) throws {
        let file = ConfigurationFiles.File(name: "ITPConfig.ini", bytes: Array((primary + more).utf8))
        let loaded = Settings.load(
            ConfigurationFiles(
                files: [file, .init(name: "ITPSvcCfg.ini", bytes: Array(service.utf8))], notes: notes,
                modules: modules), zones: zones,
            patterns: RegularExpression.compiler
        ) { _ throws(SecretFault) in "s" }
        _settings = Shared(wrappedValue: try #require(loaded.settings, "\(loaded.findings.map(\.description))"))
    }

    static let start = Instant(milliseconds: 1_795_227_247_250)

    /// An event at so many milliseconds after the start.
    mutating func event(
        _ subject: String, agent: String = "fs1.branch.servers.acme", after: Int64 = 0,
        _ change: (inout Event) -> Void = { _ in }
    ) -> Event {
        sent += 1
        let id = Identifier(milliseconds: 0, random: (0, UInt64(sent)))
        var event = Event(
            id: id, receipt: id, receivedAt: Bench.start + .init(milliseconds: after), source: "api", subject: subject)
        event.agent.name = agent
        event.organisation.id = "acme"
        change(&event)
        return event
    }

    /// Decides an event and keeps what the memory is to keep.
    mutating func decide(_ event: Event, inputs: [String: InputAnswer] = [:]) throws -> Verdict {
        let verdict = try verdict(event, inputs: inputs)
        memory.keep(verdict)
        return verdict
    }

    /// Decides an event and keeps nothing.
    func verdict(_ event: Event, inputs: [String: InputAnswer] = [:]) throws -> Verdict {
        let decision = try decision(event, inputs: inputs)
        guard case .verdict(let verdict) = decision else {
            throw NoVerdict()
        }
        return verdict
    }

    func decision(_ event: Event, inputs: [String: InputAnswer] = [:]) throws -> Decision {
        try Pipeline.decide(
            Pipeline.prepare(event, $settings, inputs: inputs), $settings, memory: memory, inputs: inputs)
    }

    /// Decides a new event with that subject.
    mutating func send(
        _ subject: String, agent: String = "fs1.branch.servers.acme", after: Int64 = 0,
        _ change: (inout Event) -> Void = { _ in }
    ) throws -> Verdict {
        try decide(event(subject, agent: agent, after: after, change))
    }
}

struct NoVerdict: Error {}

extension Verdict {
    /// What a new ticket is to hold; an empty draft where nothing is delivered.
    var draft: TicketDraft { delivery?.action.draft ?? TicketDraft() }

    /// The step of a stage, the last if there are several.
    func step(_ stage: StageName) -> TraceStep? { trace.steps.last { $0.stage == stage } }
}

/// The example of the specification.
let dhcp = "EVT|DHCP Server|1033|SYSTEM|ERROR|MB-DHCP-S.EVT.S.P3.Alm"

/// The zones of these tests; the host's is UTC.
let zones: ZoneResolver = { name throws(ZoneFault) in
    switch name {
    case "", "UTC": return TZif.bytes(rule: "UTC0")
    case "America/New_York": return TZif.bytes(rule: "EST5EDT,M3.2.0,M11.1.0")
    default: throw ZoneFault("there is no zone '\(name)'")
    }
}
