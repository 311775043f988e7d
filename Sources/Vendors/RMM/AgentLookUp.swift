import Events

/// One agent that is asked for: first itself, then its customer, that one's staff, and its own fields.
struct AgentLookUp: Sendable {
    private enum Step: Sendable {
        case agent
        case customer
        case staff
        case fields
        case done
    }

    /// Those who wait for it, in the order of their questions.
    var questions: [AgentDirectory.Question]
    var facts = AgentFacts()
    /// Whether its customer is known, from VSA or from what is remembered.
    var hasCustomer = false
    /// Whether the customer's staff is known, from VSA.
    private(set) var hasStaff = false
    /// Whether the session was renewed for it.
    var hasRenewed = false
    private var step = Step.agent
    private var id = ""
    private var missing: String?

    init(_ question: AgentDirectory.Question) { questions = [question] }

    private var agent: String { questions[0].agent }

    /// The customer that is asked for next.
    var wantedCustomer: String? {
        guard case .customer = step, !facts.customer.number.isEmpty else { return nil }
        return facts.customer.number
    }

    /// The next call; nil where nothing is left to ask.
    mutating func next(_ system: VSA, _ session: RMMSession) -> VendorCall? {
        if case .customer = step, hasCustomer || facts.customer.number.isEmpty { step = .fields }
        switch step {
        case .agent: return system.agentCall(agent, session)
        case .customer: return system.customerCall(facts.customer.number, session)
        case .staff: return system.staffCall(facts.customer.number, session)
        case .fields: return system.fieldsCall(id, session)
        case .done: return nil
        }
    }

    /// What the answer to the last call tells. What VSA refuses to tell is not known; it is no reason to know nothing.
    mutating func learn(_ reply: VendorReply, _ system: VSA) {
        switch step {
        case .agent:
            guard let found = system.agent(agent, in: reply) else {
                missing = "VSA knows no agent '\(agent)', or several"
                if case .refused(let words) = system.meaning(of: reply) { missing = words }
                step = .done
                return
            }
            (id, facts) = found
            step = questions[0].isCheckIn ? .done : .customer
        case .customer:
            guard let customer = system.customer(facts.customer.number, in: reply) else {
                step = .fields
                return
            }
            facts.customer = customer
            hasCustomer = true
            step = .staff
        case .staff:
            facts.customer.priorityStaff = system.priorityStaff(in: reply)
            hasStaff = true
            step = .fields
        case .fields:
            facts.customFields = system.customFields(in: reply)
            step = .done
        case .done: break
        }
    }

    /// What came of it.
    var result: AgentAnswer { missing.map { .missing($0) } ?? .found(facts) }
}
