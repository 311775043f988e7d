import Events
import Formats
import Settings

/// An event on its way through the stages: what the later ones need of the earlier ones.
struct Work {
    var event: Event
    /// The pipeline's time for the event; see `Hold.time`.
    var now: Instant
    /// The time of deciding, at which people are told: later than `now` where a backlog is decided.
    var present: Instant
    /// What the event said when it came, before any stage.
    let given: Given
    var tenant: Shared<TenantSettings>?
    /// What the RMM knows of the agent and its customer, where the event is that customer's.
    var facts: Shared<AgentFacts>?
    /// The event's real class, which may differ from the monitor's.
    var hostClass = HostClass.other
    /// The word of the operating system that matched.
    var hostOS = ""
    /// What the clocks of help desk and customer said when the event came.
    var hours = Hours()
    var parsed: ParsableSubject?
    /// The subject cannot be parsed, and `DirectPass` lets the event go on unchanged.
    var isDirectPass = false
    var priority = 0
    /// The priority that a module has put in the place of the MonSetID's.
    var givenPriority: Int?
    var remediation = RemediationResult.none
    /// Why the remediation ended so, for the ticket; empty where there was none.
    var remediationReason = ""
    /// How many duplicates were suppressed before this event went through.
    var suppressedBefore = 0
    var duplicateKey: String?
    var draft = TicketDraft()
    /// What held the event back, where it is decided anew after that.
    var past: Shared<Withheld>?
    var trace = Trace()
    var changes: [MemoryChange] = []
    /// One at most; see `Verdict.deliveries`.
    var deliveries: [Verdict.Delivery] = []
    /// The same.
    var followUps: [Verdict.Delivery] = []

    // In its place from the start: a copy of what it makes would cost as much again.
    @inline(__always)
    init(_ event: consuming Event, now: Instant) {
        self.now = now
        present = now
        given = Given(subject: event.subject, agent: event.agent, organisation: event.organisation)
        for remark in event.remarks { trace.append(remark) }
        self.event = event
    }

    var delivery: Verdict.Delivery? {
        get { deliveries.first }
        set { deliveries = newValue.map { [$0] } ?? [] }
    }

    mutating func note(_ stage: StageName, saw: String, _ decided: String, _ rule: RuleReference? = nil) {
        trace.note(stage, saw: saw, decided, rule)
    }

    /// The same of pieces, where every event makes the step: a text for each would cost as much as its decision.
    @inline(__always)
    mutating func step(_ stage: StageName, _ rule: RuleReference? = nil, _ tell: (inout TraceWords) -> Void) {
        trace.step(stage, rule, tell)
    }
}

/// What stages may change of an event, as it came.
struct Given {
    var subject: String
    var agent: Event.Agent
    var organisation: Event.Organisation
}

/// Who was at work when an event came.
struct Hours: Equatable {
    /// Whether the tenant's help desk was staffed.
    var isStaffed = true
    /// Whether the customer's coverage hours were running.
    var isCovered = true
    /// What the day was to the help desk.
    var dayKind = DayKind.weekday
}

/// How a remediation ended.
enum RemediationResult: String {
    case none = "None"
    case pass = "Pass"
    case fail = "Fail"
    case skip = "Skip"
}

/// What a stage decides about the event's way.
enum StageResult {
    /// The next stage.
    case next
    /// The event ends here.
    case end(Disposition, reason: String)
    /// The stage cannot say before this is answered.
    indirect case needs(InputRequest)
    /// The event waits for a time.
    indirect case park(Hold)
}

extension StageResult {
    /// The result where it keeps the event from the next stage.
    var ended: StageResult? {
        if case .next = self { nil } else { self }
    }
}

/// What a stage may look at beside the event.
struct Context {
    @Shared var settings: Settings
    /// When the event was received, after a hold when it was released: the pipeline's time.
    let now: Instant
    let inputs: [String: InputAnswer]

    init(_ settings: Shared<Settings>, now: Instant, inputs: [String: InputAnswer]) {
        _settings = settings
        self.now = now
        self.inputs = inputs
    }
}
