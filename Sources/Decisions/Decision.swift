public import Events

/// What deciding an event gave.
public enum Decision: Sendable {
    /// It is decided.
    case verdict(Verdict)
    /// A stage needs something from outside first. Once the answer is recorded, the event is decided again from the
    /// start; no answer by the deadline is the answer `unknown`.
    case needs(InputRequest, Verdict.Facts)
    /// It waits for a time; then it is decided again from the start.
    case parked(Hold, Verdict.Facts)
}

/// What became of an event, and everything that follows from it. It is made durable as a whole.
public struct Verdict: Sendable {
    /// How the event ends.
    public var disposition: Disposition
    /// Why, in one sentence.
    public var reason: String
    /// What is known of the event for the history.
    public var facts: Facts
    /// What each stage saw and decided.
    public var trace: Trace
    /// What the memory keeps of it.
    public var changes: [MemoryChange]
    /// What is to be done at the PSA.
    public var delivery: Delivery? {
        get { deliveries.first }
        set { deliveries = newValue.map { [$0] } ?? [] }
    }
    /// One at most. It is big, and a verdict is handed on several times, so the verdict does not carry it about itself.
    var deliveries: [Delivery] = []
    /// What is to be done there besides, later; its end changes nothing of what became of the event.
    public var followUp: Delivery? {
        get { followUps.first }
        set { followUps = newValue.map { [$0] } ?? [] }
    }
    /// One at most, see `deliveries`.
    var followUps: [Delivery] = []
    /// The files that go with what is done at the PSA.
    public var files: [EventFile] = []
    /// Who else is told.
    public var notifications: [Notification] = []
    /// The problem that is over with this event: nobody is told of it any more.
    public var ended: Notification.Problem?
    /// What the administrator is told that became of it; nil = nothing.
    public var notice: Disposition?
    /// What the monthly table says of it; nil where there is none.
    public var summary: EventSummary? {
        get { summaries.first }
        set { summaries = newValue.map { [$0] } ?? [] }
    }
    /// One at most, see `deliveries`.
    var summaries: [EventSummary] = []

    /// What holds the event back, where it will be decided anew.
    public var withholds: Withheld? {
        for case .withhold(let entry) in changes { return entry }
        return nil
    }
    /// How far the event has come with this verdict.
    public var state: EventState { deliveries.isEmpty ? .confirmed : .decided }

    /// What the history shows of an event.
    public struct Facts: Sendable, Equatable {
        /// The subject, rewritten if a rule did so.
        public var subject: String
        /// The agent's full name.
        public var agent: String
        /// The customer's ID.
        public var organisation: String
        /// The tenant; empty for the primary.
        public var tenant: String
        /// From 1 to 9; 0 where none is known.
        public var priority: Int
        /// The configuration that decided.
        public var settingsHash: String
    }

    /// An action and the lane that carries it out.
    public struct Delivery: Sendable, Equatable {
        /// The lane, named by its PSA account.
        public var lane: String
        /// Names the ticket within the lane: actions on one problem are carried out in their order.
        public var problem: String
        /// What is to be done.
        public var action: TicketAction
        /// Set where one order stands for several events.
        public var gathering: Gathering?

        /// Makes a delivery.
        public init(lane: String, problem: String, action: TicketAction, gathering: Gathering? = nil) {
            self.lane = lane
            self.problem = problem
            self.action = action
            self.gathering = gathering
        }
    }

    /// How an event shares an order with others.
    public struct Gathering: Sendable, Equatable {
        /// What the order's list says of the event; nil where it says nothing.
        public var line: String?
        /// The order that it joins; nil begins one.
        public var joins: Int64?
        /// Until when the order waits for more.
        public var until: Instant
        /// Whether the order that is joined takes on this action and this time.
        public var replaces = false
    }
}

/// A question to the world outside.
public struct InputRequest: Sendable, Equatable {
    /// What is asked.
    public enum Kind: String, Sendable {
        /// Whether an agent is online and when it was last seen. Subject: its full name.
        case agentState
        /// What the RMM knows of an agent and its customer. Subject: the agent's full name.
        case agent
        /// Whether a tenant's sections are sound again. Subject: the tenant. The decider answers this itself.
        case tenantSettings
        /// A record of Netwrix Auditor. Subject: its ID.
        case record
        /// What a program in `modules/` makes of the event. Subject: its name.
        case module
        /// How a procedure on an agent ends. Subject: always the same, as an event runs one at most.
        case procedure
    }

    /// What is asked.
    public var kind: Kind
    /// About what.
    public var subject: String
    /// The program that answers, where one does.
    public var call: ModuleCall?
    /// The procedure that is run, where one is.
    public var run: ProcedureRun?
    /// Who is told that it is begun; nil = nobody.
    public var warning: MessageOrder?
    /// What the memory keeps of the question itself.
    public var changes: [MemoryChange] = []
    /// How long the answer may take.
    public var patience: Instant.Span

    /// Makes a request.
    public init(kind: Kind, subject: String, patience: Instant.Span) {
        self.kind = kind
        self.subject = subject
        self.patience = patience
    }

    /// What the history says of an event that waits for the answer; nil where that is nobody's concern.
    public var remark: String? {
        switch kind {
        case .tenantSettings: "waits until the sections of the tenant '\(subject)' are mended"
        case .record: "waits for the record \(subject) of Netwrix Auditor"
        case .procedure: run.map { "waits for \($0.description)" }
        case .agentState, .agent, .module: nil
        }
    }

    /// The name of the question how an event's procedure ends.
    public static let procedureName = "\(Kind.procedure.rawValue):run"

    /// Names the question within its event.
    public var name: String { "\(kind.rawValue):\(subject)" }

    /// The question behind a name, to be asked again after a start; its patience is on record elsewhere.
    public init?(name: String) {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
        self.init(kind: kind, subject: String(parts[1]), patience: Instant.Span(milliseconds: 0))
    }
}

/// An answer from outside, as it is recorded.
public enum InputAnswer: Sendable, Equatable {
    /// What was answered.
    case value(String)
    /// Nobody could say, or not in time.
    case unknown

    /// The answer as the ledger keeps it.
    public var recorded: String? {
        guard case .value(let text) = self else { return nil }
        return text
    }
}
