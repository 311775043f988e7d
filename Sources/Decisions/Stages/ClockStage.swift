import Events
import Formats
import Settings

/// Stage 1: whose event it is, of what kind of machine, and who is at work.
///
/// What the alert does not carry is filled from `[ORG id]` and from what the RMM knows; what was used stands in the trace.
enum ClockStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        if let end = AgentStage.run(&work, context).ended { return end }
        fillOrganisation(&work, context.settings)
        AgentStage.complete(&work)
        let tenantID = work.event.organisation.tenant
        guard let tenant = context.settings.tenant(tenantID) else {
            if context.settings.isHeld(tenantID) { return held(tenantID, context) }
            work.note(.clock, saw: "tenant \(tenantID)", "no such tenant")
            return .end(
                .unparseable, reason: "the tenant '\(tenantID)' has no section [RMM_SETTINGS_\(tenantID)]")
        }
        work.tenant = tenant
        (work.hostClass, work.hostOS) = hostClass(of: work.event.agent, context.settings)
        work.hours = hours(work, tenant, context)
        tell(&work, tenant.wrappedValue.hours.helpDesk.shown(at: context.now))
        return .next
    }

    private static func tell(_ work: inout Work, _ time: String) {
        let (organisation, tenant) = (work.event.organisation.id, work.event.organisation.tenant)
        let (agent, system) = (work.event.agent.name, work.event.agent.operatingSystem)
        let (hostClass, hours) = (work.hostClass, work.hours)
        work.step(.clock) { words in
            words.saw("org '", organisation, "', agent '", agent, "', OS '", system, "', ", time)
            words.decided("tenant ", tenant.isEmpty ? "primary" : tenant)
            words.decided(", host class ", hostClass.rawValue, ", ", hours.dayKind.rawValue)
            words.decided(hours.isStaffed ? ", help desk staffed" : ", help desk not staffed")
            words.decided(hours.isCovered ? ", customer covered" : ", customer not covered")
        }
    }

    /// How long an event waits for its tenant's sections to be mended.
    private static let longestHold = Instant.Span.hours(30 * 24)

    /// The tenant's sections have never been sound. Nobody else's PSA gets its events: they wait.
    private static func held(_ tenant: String, _ context: Context) -> StageResult {
        let request = InputRequest(kind: .tenantSettings, subject: tenant, patience: longestHold)
        guard context.inputs[request.name] == .unknown else { return .needs(request) }
        return .end(.failed, reason: "the sections of the tenant '\(tenant)' were not mended in time")
    }

    private static func hours(_ work: Work, _ tenant: Shared<TenantSettings>, _ context: Context) -> Hours {
        let helpDesk = tenant.wrappedValue.hours.helpDesk.state(at: context.now)
        let coverage = context.settings.$coverage
        return Hours(
            isStaffed: helpDesk.isOpen,
            isCovered: coverage.wrappedValue.isOpen(for: work.event.organisation.id, at: context.now),
            dayKind: helpDesk.kind)
    }

    private static func fillOrganisation(_ work: inout Work, _ settings: Settings) {
        let given = work.event.organisation.id
        let known =
            settings.organisations[given]
            ?? settings.organisationsByName[work.event.organisation.name]
            // The root group of an agent's name is its organisation.
            ?? (given.isEmpty ? work.event.agent.rootGroup : nil).flatMap { settings.organisations[$0] }
        if let known {
            work.event.organisation.id = known.id
            // A name that only repeats the ID is none.
            if work.event.organisation.name.isEmpty || work.event.organisation.name.equalsIgnoringCase(known.id) {
                work.event.organisation.name = known.name
            }
            if work.event.organisation.tenant.isEmpty { work.event.organisation.tenant = known.tenant }
            if work.event.organisation.serviceLevel.isEmpty {
                work.event.organisation.serviceLevel = known.serviceLevel
            }
            if !known.customFields.isEmpty {
                let names = Set(work.event.agent.customFields.map { $0.name.lowercased() })
                work.event.agent.customFields += known.customFields.filter { !names.contains($0.name.lowercased()) }
            }
            work.step(.clock, known.reference) { words in
                words.saw("org '", given, "'")
                words.decided("completed from ", known.reference.text)
            }
        }
        if work.event.organisation.name.isEmpty { work.event.organisation.name = work.event.organisation.id }
    }

    /// What the sender says; else by the machine group; else by the words of the operating system.
    static func hostClass(of agent: Event.Agent, _ settings: Settings) -> (HostClass, String) {
        let (systemClass, word) = classFromSystem(agent.operatingSystem, settings)
        if let given = agent.hostClass, given != .any { return (given, word) }
        if agent.isIn(group: "wkstns") { return (.workstation, word) }
        if agent.isIn(group: "servers") { return (.server, word) }
        return (systemClass, word)
    }

    private static func classFromSystem(_ system: String, _ settings: Settings) -> (HostClass, String) {
        let global = settings.$global
        if let word = global.wrappedValue.serverWords.longest(in: system) { return (.server, word) }
        if let word = global.wrappedValue.workstationWords.longest(in: system) { return (.workstation, word) }
        let small = system.lowercased()
        if small.hasPrefix("mac") || small.holds("os x") { return (.other, "OSX") }
        return (.other, small.holds("linux") ? "linux" : system)
    }
}
