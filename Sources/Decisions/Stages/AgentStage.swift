import Events
import Formats
import Settings

/// The beginning of stage 1: what the RMM knows of the agent (`[RMM] Enrich`) fills in what the alert does not carry. Where it does not
/// say in time, the event goes on with what there is.
enum AgentStage {
    /// How long an alert waits for what is not in the cache.
    private static let patience = Instant.Span.seconds(10)

    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        let name = work.event.agent.name
        guard context.settings.service.asksOfAgents, !name.isEmpty else { return .next }
        let request = InputRequest(kind: .agent, subject: name, patience: patience)
        switch context.inputs[request.name].map({ AgentAnswer(recorded: $0.recorded) }) {
        case nil: return .needs(request)
        case .found(let facts): fill(&work, facts, context.settings)
        case .missing(let reason):
            work.note(.clock, saw: joined("agent '", name, "'"), joined("not completed: ", reason))
        }
        return .next
    }

    private static func fill(_ work: inout Work, _ facts: AgentFacts, _ settings: Settings) {
        var used: [String] = []
        if work.event.agent.operatingSystem.isEmpty, !facts.operatingSystem.isEmpty {
            work.event.agent.operatingSystem = facts.operatingSystem
            used.append("OS '\(facts.operatingSystem)'")
        }
        if work.event.agent.machineGroup.isEmpty, !facts.machineGroup.isEmpty {
            work.event.agent.machineGroup = facts.machineGroup
            used.append("group \(facts.machineGroup)")
        }
        if work.event.agent.guid.isEmpty { work.event.agent.guid = facts.guid }
        work.event.agent.lastCheckIn = work.event.agent.lastCheckIn ?? facts.lastCheckIn
        let known = Set(work.event.agent.customFields.map { $0.name.lowercased() })
        let fields = facts.customFields.filter { !known.contains($0.name.lowercased()) }
        work.event.agent.customFields += fields
        if !fields.isEmpty { used.append("custom fields " + fields.map(\.name).joined(separator: ", ")) }
        // What the configuration says of a customer goes before what the RMM does.
        let isKnown = work.event.agent.rootGroup.map { settings.organisations[$0] != nil } ?? false
        if work.event.organisation.id.isEmpty, work.event.organisation.name.isEmpty, !isKnown,
            !facts.customer.id.isEmpty
        {
            work.event.organisation.id = facts.customer.id
            work.event.organisation.name = facts.customer.name
            used.append("org '\(facts.customer.id)'")
        }
        work.facts = Shared(wrappedValue: facts)
        let state = facts.isOnline.map { $0 ? "online" : "offline" } ?? "state not known"
        let seen = facts.lastCheckIn.map { ", last check-in \($0)" } ?? ""
        work.note(
            .clock, saw: "agent '\(work.event.agent.name)' at the RMM: \(state)\(seen)",
            used.isEmpty ? "nothing was missing" : "completed: " + used.joined(separator: ", "))
    }

    /// What the RMM knows of the event's customer, where neither the alert nor `[ORG id]` says it. It is not asked of a machine
    /// that is another customer's.
    static func complete(_ work: inout Work) {
        guard let facts = work.facts else { return }
        let customer = facts.customer
        guard customer.isMeant(by: work.event.organisation) else {
            work.facts = nil
            return work.note(
                .clock,
                saw: "the agent is '\(customer.id)''s at the RMM, and the event '\(work.event.organisation.id)''s",
                "nothing is taken from its customer")
        }
        var used: [String] = []
        let name = work.event.organisation.name
        if name.isEmpty || name.equalsIgnoringCase(work.event.organisation.id), !customer.name.isEmpty {
            work.event.organisation.name = customer.name
        }
        if work.event.organisation.tenant.isEmpty, !customer.tenant.isEmpty {
            work.event.organisation.tenant = customer.tenant
            used.append("tenant \(customer.tenant)")
        }
        if work.event.organisation.serviceLevel.isEmpty, !customer.serviceLevel.isEmpty {
            work.event.organisation.serviceLevel = customer.serviceLevel
            used.append("service level \(customer.serviceLevel)")
        }
        guard !used.isEmpty else { return }
        work.note(
            .clock, saw: "org '\(work.event.organisation.id)' at the RMM", "completed: " + used.joined(separator: ", "))
    }
}
