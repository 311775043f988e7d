public import Events
public import Formats
public import Settings

/// What the RMM knows of agents: a station that asks it for events on their way, and remembers the answers for a while. Whoever
/// asks is always answered: where the RMM is slow or away, with the reason.
public struct AgentDirectory: Sendable {
    /// What somebody wants to know for an event.
    public struct Question: Sendable, Equatable {
        /// The event.
        public var event: Identifier
        /// The question's name.
        public var name: String
        /// The agent's full name.
        public var agent: String
        /// Only when the agent was last heard of is asked, but as it is now.
        public var isCheckIn: Bool

        /// Makes a question.
        public init(event: Identifier, name: String, agent: String, isCheckIn: Bool) {
            self.event = event
            self.name = name
            self.agent = agent
            self.isCheckIn = isCheckIn
        }
    }

    /// What the station is told.
    public enum Message: Sendable {
        /// Somebody wants to know something.
        case ask(Question)
        /// What came of a call.
        case outcome(call: Int, VendorOutcome)
        /// The RMM that is used from now on.
        case settings(RMMSettings?)
    }

    /// What it asks for.
    public enum Effect: Sendable, Equatable {
        /// Send this and tell what came of it.
        case call(Int, VendorCall)
        /// Tell this to whoever has asked; nil = nobody knows.
        case answer(Question, String?)
        /// What is wrong with the RMM; nil = it is well.
        case trouble(String?)
    }

    /// How long an answer is remembered.
    static let kept = Instant.Span.minutes(15)
    /// How long the RMM is left alone after it has failed.
    static let pause = Instant.Span.seconds(60)
    /// Agents, and customers, that are remembered.
    static let rememberedLimit = 20_000
    /// Questions that wait; more are not asked.
    static let waitingLimit = 5000
    /// Agents that are asked for at once.
    static let atOnce = 4

    private struct Remembered<Value: Sendable>: Sendable {
        var value: Value
        var until: Instant
    }

    private var system: VSA?
    private var session: RMMSession?
    private var signing: Int?
    private var agents: [String: Remembered<AgentAnswer>] = [:]
    private var customers: [String: Remembered<AgentFacts.Customer>] = [:]
    private var lookUps: [String: AgentLookUp] = [:]
    /// Those that wait for their turn, the oldest first.
    private var queue: [String] = []
    private var calls: [Int: String] = [:]
    private var lastCall = 0
    private var waiting = 0
    private var leftAloneUntil: Instant?

    /// A directory without an RMM.
    public init() {}

    /// Takes a message; what has to be done follows as effects, in order.
    public mutating func handle(_ message: Message, now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch message {
        case .ask(let question): ask(question, now, &effects)
        case .outcome(let call, let outcome): take(outcome, call, now, &effects)
        case .settings(let settings): take(settings, &effects)
        }
        return effects
    }

    private mutating func take(_ settings: RMMSettings?, _ effects: inout [Effect]) {
        giveUp("the configuration of the RMM has changed", &effects)
        if leftAloneUntil != nil { effects.append(.trouble(nil)) }
        var other = AgentDirectory()
        if let settings, case .vsa9 = settings.system { other.system = VSA(settings) }
        // What is under way is no answer of the other one.
        other.lastCall = lastCall
        self = other
    }

    private mutating func ask(_ question: Question, _ now: Instant, _ effects: inout [Effect]) {
        guard system != nil else { return answer(question, .missing("the RMM cannot be asked of agents"), &effects) }
        let agent = question.agent.lowercased()
        if !question.isCheckIn, let known = agents[agent], now < known.until {
            return answer(question, known.value, &effects)
        }
        if let until = leftAloneUntil, now < until {
            return answer(question, .missing("the RMM is left alone until \(until)"), &effects)
        }
        guard waiting < AgentDirectory.waitingLimit else {
            return answer(question, .missing("\(AgentDirectory.waitingLimit) questions wait already"), &effects)
        }
        waiting += 1
        // Who asks for the same thing is answered in the order of the questions.
        let key = question.isCheckIn ? "now " + agent : "all " + agent
        guard lookUps[key] == nil else {
            lookUps[key]?.questions.append(question)
            return
        }
        lookUps[key] = AgentLookUp(question)
        queue.append(key)
        startNext(now, &effects)
    }

    private mutating func startNext(_ now: Instant, _ effects: inout [Effect]) {
        while let key = queue.first, lookUps.count - queue.count < AgentDirectory.atOnce {
            queue.removeFirst()
            advance(key, now, &effects)
        }
    }

    /// The next call of a look-up, or its end.
    private mutating func advance(_ key: String, _ now: Instant, _ effects: inout [Effect]) {
        guard let system, var lookUp = lookUps[key] else { return }
        guard let session, now < session.until else { return signIn(system, &effects) }
        if let number = lookUp.wantedCustomer, let known = customers[number], now < known.until {
            lookUp.facts.customer = known.value
            lookUp.hasCustomer = true
        }
        guard let call = lookUp.next(system, session) else {
            return finish(key, lookUp.result, now, &effects)
        }
        lookUps[key] = lookUp
        send(call, for: key, &effects)
    }

    private mutating func signIn(_ system: VSA, _ effects: inout [Effect]) {
        session = nil
        guard signing == nil, let call = system.signIn() else { return }
        lastCall += 1
        signing = lastCall
        effects.append(.call(lastCall, call))
    }

    private mutating func send(_ call: VendorCall, for key: String, _ effects: inout [Effect]) {
        lastCall += 1
        calls[lastCall] = key
        effects.append(.call(lastCall, call))
    }

    private mutating func take(_ outcome: VendorOutcome, _ call: Int, _ now: Instant, _ effects: inout [Effect]) {
        guard let system else { return }
        if call == signing {
            signing = nil
            guard case .reply(let reply) = outcome, let new = system.session(in: reply, now) else {
                return fail(AgentDirectory.reason(outcome, system), now, &effects)
            }
            session = new
            let unsent = Set(lookUps.keys).subtracting(calls.values).subtracting(queue)
            for key in unsent.sorted() { advance(key, now, &effects) }
            return startNext(now, &effects)
        }
        guard let key = calls.removeValue(forKey: call), var lookUp = lookUps[key] else { return }
        guard case .reply(let reply) = outcome else {
            return fail(AgentDirectory.reason(outcome, system), now, &effects)
        }
        switch system.meaning(of: reply) {
        case .done, .refused:
            if leftAloneUntil != nil { effects.append(.trouble(nil)) }
            leftAloneUntil = nil
            lookUp.learn(reply, system)
            if lookUp.hasCustomer, lookUp.hasStaff, !lookUp.facts.customer.number.isEmpty {
                AgentDirectory.makeRoom(&customers)
                customers[lookUp.facts.customer.number] = Remembered(
                    value: lookUp.facts.customer, until: now + AgentDirectory.kept)
            }
        case .unauthenticated where !lookUp.hasRenewed:
            lookUp.hasRenewed = true
            session = nil
        case .unauthenticated, .busy, .unclear: return fail(AgentDirectory.reason(outcome, system), now, &effects)
        }
        lookUps[key] = lookUp
        advance(key, now, &effects)
    }

    private static func reason(_ outcome: VendorOutcome, _ system: VSA) -> String {
        let text =
            switch outcome {
            case .notSent(let reason), .ambiguous(let reason): reason
            case .reply(let reply):
                switch system.meaning(of: reply) {
                case .unauthenticated: "it refuses the user or the token"
                case .refused(let words), .busy(let words), .unclear(let words): words
                case .done: "VSA answered \(reply.status), but not as VSA does; see URL"
                }
            }
        return system.secrets.reduce(text) { $0.replacing($1, with: "***") }
    }

    private mutating func finish(_ key: String, _ result: AgentAnswer, _ now: Instant, _ effects: inout [Effect]) {
        guard let lookUp = lookUps.removeValue(forKey: key) else { return }
        waiting -= lookUp.questions.count
        for question in lookUp.questions { answer(question, result, &effects) }
        if let first = lookUp.questions.first, !first.isCheckIn {
            AgentDirectory.makeRoom(&agents)
            agents[first.agent.lowercased()] = Remembered(value: result, until: now + AgentDirectory.kept)
        }
        startNext(now, &effects)
    }

    /// Nothing comes of it now: all who wait go on without, and the RMM is left alone for a while.
    private mutating func fail(_ reason: String, _ now: Instant, _ effects: inout [Effect]) {
        session = nil
        if leftAloneUntil == nil {
            effects.append(.trouble("VSA does not tell of agents: \(reason)\nAlerts go on without what it knows."))
        }
        leftAloneUntil = now + AgentDirectory.pause
        giveUp(reason, &effects)
    }

    private mutating func giveUp(_ reason: String, _ effects: inout [Effect]) {
        for (_, lookUp) in lookUps.sorted(by: { $0.key < $1.key }) {
            for question in lookUp.questions { answer(question, .missing(reason), &effects) }
        }
        lookUps = [:]
        queue = []
        calls = [:]
        signing = nil
        waiting = 0
    }

    private func answer(_ question: Question, _ result: AgentAnswer, _ effects: inout [Effect]) {
        guard question.isCheckIn else { return effects.append(.answer(question, result.recorded)) }
        guard case .found(let facts) = result, let seen = facts.lastCheckIn else {
            return effects.append(.answer(question, nil))
        }
        effects.append(.answer(question, seen.description))
    }

    /// What is remembered stays bounded: where it is full, all of it is asked anew.
    private static func makeRoom<Value: Sendable>(_ table: inout [String: Remembered<Value>]) {
        if table.count >= AgentDirectory.rememberedLimit { table.removeAll(keepingCapacity: true) }
    }
}
