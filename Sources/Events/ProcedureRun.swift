public import Formats

/// A procedure that the RMM is to run on an agent, its macros filled.
public struct ProcedureRun: Sendable, Equatable {
    /// The procedure's name on the RMM.
    public var procedure: String
    /// What it is handed, in order.
    public var arguments: [Argument]
    /// The agent's full name.
    public var agent: String
    /// The customer that the alert speaks for; empty where it names none.
    public var organisation: String
    /// The customers that the alert's source may speak for, in small letters; nil = all.
    public var allowed: [String]?

    /// A named value.
    public struct Argument: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// Makes an argument.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Makes a run.
    public init(
        procedure: String, arguments: [Argument], agent: String, organisation: String, allowed: [String]? = nil
    ) {
        self.procedure = procedure
        self.arguments = arguments
        self.agent = agent
        self.organisation = organisation
        self.allowed = allowed
    }

    /// As traces and tickets name it.
    public var description: String {
        let list = arguments.map { "\($0.name)='\($0.value)'" }.joined(separator: ", ")
        return "procedure '\(procedure)'" + (list.isEmpty ? "" : " with \(list)")
    }

    /// The run as the ledger keeps it.
    public var json: JSON {
        var members: [(String, JSON)] = [
            ("procedure", .string(procedure)),
            ("arguments", .array(arguments.map { ["name": .string($0.name), "value": .string($0.value)] })),
            ("agent", .string(agent)), ("organisation", .string(organisation)),
        ]
        if let allowed { members.append(("allowed", .array(allowed.map { .string($0) }))) }
        return .members(members)
    }

    /// Reads a run back; nil where the JSON is none.
    public init?(json: JSON) {
        guard let procedure = json["procedure"]?.string, let agent = json["agent"]?.string else { return nil }
        self.init(
            procedure: procedure,
            arguments: (json["arguments"]?.array ?? []).map {
                Argument(name: $0["name"]?.string ?? "", value: $0["value"]?.string ?? "")
            }, agent: agent, organisation: json["organisation"]?.string ?? "",
            allowed: json["allowed"]?.array?.compactMap(\.string))
    }
}

/// How a run ended.
public enum RunReport: Sendable, Equatable {
    /// It ran and succeeded; what the RMM says of it.
    case passed(String)
    /// It ran and failed, did not end in time, or it is not known whether it ran; why, as half a sentence.
    case failed(String)
    /// It was surely never run; why, as half a sentence.
    case notStarted(String)

    /// The text that is recorded.
    public var recorded: String {
        switch self {
        case .passed(let text): "pass " + text
        case .failed(let text): "fail " + text
        case .notStarted(let text): "none " + text
        }
    }

    /// The report behind a recorded text; nil = nobody has answered.
    public init(recorded: String?) {
        let text = recorded.map { String($0.dropFirst(5)) } ?? ""
        switch recorded?.prefix(5) {
        case "pass ": self = .passed(text)
        case "none ": self = .notStarted(text)
        case "fail ": self = .failed(text)
        default: self = .failed("nothing is known of the run")
        }
    }

    /// The same with its text changed.
    public func changingText(_ change: (String) -> String) -> RunReport {
        switch self {
        case .passed(let text): .passed(change(text))
        case .failed(let text): .failed(change(text))
        case .notStarted(let text): .notStarted(change(text))
        }
    }
}
