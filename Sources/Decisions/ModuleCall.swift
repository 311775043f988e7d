import Events
import Formats
import Settings

/// A program that is to be asked about an event.
public struct ModuleCall: Sendable, Equatable {
    /// Where it stands on disk.
    public var program: String
    /// What it reads.
    public var input: [UInt8]
    /// How long it may take.
    public var timeoutSeconds: Int

    /// Makes a call.
    public init(program: String, input: [UInt8], timeoutSeconds: Int) {
        self.program = program
        self.input = input
        self.timeoutSeconds = timeoutSeconds
    }
}

/// What running a program gave, as it is recorded.
public enum ModuleOutcome: Sendable, Equatable {
    /// What it wrote; whether that is an answer is judged when the event is decided.
    case wrote(String)
    /// It failed; the reason, as half a sentence.
    case failed(String)

    /// The recorded form.
    public var answer: InputAnswer {
        switch self {
        case .wrote(let text): .value("wrote " + text)
        case .failed(let reason): .value("failed " + reason)
        }
    }

    /// The outcome behind a recorded answer.
    public init(_ answer: InputAnswer) {
        guard case .value(let text) = answer else {
            self = .failed("there was no answer in time")
            return
        }
        if text.hasPrefix("wrote ") {
            self = .wrote(String(text.dropFirst(6)))
        } else {
            self = .failed(
                text.hasPrefix("failed ") ? String(text.dropFirst(7)) : "what was recorded is no answer: \(text)")
        }
    }
}

/// What a module changes of an event.
struct ModuleChange: Equatable {
    var subject: String?
    var agent: String?
    var priority: Int?
    var cancel: String?
}

extension ModuleChange {
    /// Reads a program's answer; throws what is wrong with it.
    init(answer text: String) throws(ModuleFault) {
        let json: JSON
        do {
            json = try JSON(parsing: text)
        } catch {
            throw ModuleFault("its answer is no JSON: \(error)")
        }
        guard let members = json.members else { throw ModuleFault("its answer is no object but \(json.kind)") }
        for member in members where member.value != .null {
            switch member.name {
            case "subject": subject = try ModuleChange.text(member)
            case "agent": agent = try ModuleChange.text(member)
            case "cancel": cancel = try ModuleChange.text(member)
            case "priority":
                guard let number = member.value.integer, (1...9).contains(number) else {
                    throw ModuleFault("'priority' in its answer is no number from 1 to 9")
                }
                priority = Int(number)
            default:
                throw ModuleFault(
                    "'\(member.name)' in its answer is not known; it may give subject, agent, priority, cancel")
            }
        }
    }

    private static func text(_ member: JSON.Member) throws(ModuleFault) -> String {
        guard let text = member.value.string else {
            throw ModuleFault("'\(member.name)' in its answer is no string but \(member.value.kind)")
        }
        return inOneLine(text)
    }
}

/// Why a module's answer cannot be used.
struct ModuleFault: Error, Equatable {
    var what: String

    init(_ what: String) { self.what = what }
}

/// What a program is told.
enum ModuleInput {
    /// Of a longer body only the beginning is told.
    static let bodyCharacters = 32 << 10

    static func bytes(_ event: Event, _ module: ExecutableModule) -> [UInt8] {
        let input: JSON = [
            "module": .string(module.name), "event": json(event), "settings": fields(module.settings),
        ]
        return input.bytes + [0x0A]
    }

    private static func json(_ event: Event) -> JSON {
        let agent = event.agent
        let organisation = event.organisation
        return [
            "id": .string(event.id.description), "receipt": .string(event.receipt.description),
            "receivedAt": .string(event.receivedAt.description), "occurredAt": .text(event.occurredAt?.description),
            "source": .string(event.source), "sender": .string(event.sender), "state": .string(event.state.rawValue),
            "correlationKey": .text(event.correlationKey), "subject": .string(event.subject),
            "body": .string(String(event.body.prefix(bodyCharacters))), "eventType": .string(event.eventType),
            "eventCode": .string(event.eventCode), "severity": .string(event.severity), "link": .string(event.link),
            "agent": [
                "name": .string(agent.name), "guid": .string(agent.guid), "os": .string(agent.operatingSystem),
                "machineGroup": .string(agent.groups.joined(separator: ".")),
                "customFields": fields(agent.customFields),
            ],
            "org": [
                "id": .string(organisation.id), "name": .string(organisation.name),
                "tenant": .string(organisation.tenant), "serviceLevel": .string(organisation.serviceLevel),
            ],
        ]
    }

    private static func fields(_ fields: [Event.Field]) -> JSON {
        .members(fields.map { ($0.name, .string($0.value)) })
    }
}
