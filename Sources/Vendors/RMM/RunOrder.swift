public import Events
public import Formats

/// A run that the RMM's lane is handed.
public struct RunOrder: Sendable, Equatable {
    /// The event that waits for it.
    public var event: Identifier
    /// What is to be run.
    public var run: ProcedureRun
    /// Nothing is started after that.
    public var deadline: Instant
    /// What was known when its start was declared, in a former life of the service: it may have been started, so it is only
    /// looked for.
    public var progress: RunProgress?
    /// What the RMM told of it by itself in that life; nil = nothing.
    public var told: [UInt8]?
    /// Where the RMM can tell that it has ended; nil where it cannot reach the service.
    public var callback: String?

    /// Makes an order.
    public init(
        event: Identifier, run: ProcedureRun, deadline: Instant, progress: RunProgress? = nil, told: [UInt8]? = nil,
        callback: String? = nil
    ) {
        self.event = event
        self.run = run
        self.deadline = deadline
        self.progress = progress
        self.told = told
        self.callback = callback
    }
}

/// What is known of a run: enough to find it again after a restart.
public struct RunProgress: Sendable, Equatable {
    /// The agent's ID on the RMM.
    public var agentID: String?
    /// Whose agent it is, by the RMM's ID.
    public var organisationID: String?
    /// Whether the agent is known to belong to a customer that the run is allowed for.
    public var isAllowed = false
    /// The procedure's ID on the RMM.
    public var procedureID: String?
    /// What the RMM's history said of earlier runs, before this one.
    public var earlier: [String]?
    /// What the RMM calls the run; nil where it gives none.
    public var runID: String?
    /// Whether the RMM has said that it started it.
    public var isStarted = false

    /// Nothing is known.
    public init() {}

    /// As the ledger keeps it.
    public var json: JSON {
        var members: [(String, JSON)] = [("allowed", .bool(isAllowed)), ("started", .bool(isStarted))]
        if let agentID { members.append(("agent", .string(agentID))) }
        if let procedureID { members.append(("procedure", .string(procedureID))) }
        if let earlier { members.append(("earlier", .array(earlier.map { .string($0) }))) }
        if let runID { members.append(("run", .string(runID))) }
        return .members(members)
    }

    /// Reads it back.
    public init(json: JSON) {
        agentID = json["agent"]?.string
        isAllowed = json["allowed"]?.bool ?? false
        procedureID = json["procedure"]?.string
        earlier = json["earlier"]?.array?.compactMap(\.string)
        runID = json["run"]?.string
        isStarted = json["started"]?.bool ?? false
    }
}
