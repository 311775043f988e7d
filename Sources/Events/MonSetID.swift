import Formats

/// The last field of a parsable subject, `Name.Category.HostClass.Priority.Action`: which monitor raised the alert and
/// what it is meant to lead to.
public struct MonSetID: Sendable, Equatable {
    /// The monitor's name, for instance `MB-DHCP-S`.
    public var name: String
    /// The monitor's category, for instance `EVT`.
    public var category: String
    /// The kind of host for which the monitor was written; the event's own class may differ.
    public var hostClass: HostClass
    /// From 1 (critical) to 9.
    public var priority: Int
    /// What the alert is meant to lead to.
    public var action: MonitorAction

    /// Makes a MonSetID from its parts.
    public init(name: String, category: String, hostClass: HostClass, priority: Int, action: MonitorAction) {
        self.name = name
        self.category = category
        self.hostClass = hostClass
        self.priority = priority
        self.action = action
    }

    /// Reads the five sub-fields; letters in any case. Throws `SubjectFault`.
    public init(parsing text: some StringProtocol) throws(SubjectFault) {
        let fields = trimmedFields(of: text, separatedBy: UInt8(ascii: "."))
        guard fields.count == 5 else {
            throw SubjectFault(
                "the MonSetID '\(text)' has \(fields.count) sub-fields where 5 are needed: "
                    + "Name.Category.HostClass.Priority.Action")
        }
        guard !fields[0].isEmpty, !fields[1].isEmpty else {
            throw SubjectFault("the MonSetID '\(text)' lacks a name or a category")
        }
        guard let hostClass = HostClass(rawValue: fields[2]) ?? HostClass(letter: fields[2]) else {
            throw SubjectFault("the host class '\(fields[2])' of the MonSetID '\(text)' is none of S, W, A, X")
        }
        guard fields[3].utf8.count == 2, let letter = fields[3].utf8.first, lowercased(letter) == UInt8(ascii: "p"),
            let digit = fields[3].utf8.last, digit >= UInt8(ascii: "1"), digit <= UInt8(ascii: "9")
        else {
            throw SubjectFault("the priority '\(fields[3])' of the MonSetID '\(text)' is none of P1 … P9")
        }
        guard !fields[4].isEmpty, MonSetID.isWord(fields[4]) else {
            throw SubjectFault("the action '\(fields[4])' of the MonSetID '\(text)' is no word such as Alm, Act or Log")
        }
        self.init(
            name: fields[0], category: fields[1], hostClass: hostClass, priority: Int(digit - UInt8(ascii: "0")),
            action: MonitorAction(word: fields[4]))
    }

    /// Whether a text is letters and digits alone.
    private static func isWord(_ text: String) -> Bool {
        let isPlain = { (byte: UInt8) in
            byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
                || lowercased(byte) >= UInt8(ascii: "a") && lowercased(byte) <= UInt8(ascii: "z")
        }
        return text.utf8.allSatisfy(isPlain) || text.allSatisfy { $0.isLetter || $0.isNumber }
    }
}

/// The last sub-field of a MonSetID.
public enum MonitorAction: Sendable, Equatable {
    /// `Alm`: a ticket.
    case alarm
    /// `Act`: remediate, then a ticket.
    case act
    /// `Req`: run a procedure, never a ticket.
    case request
    /// `Log`: write to the summary log, nothing else.
    case log
    /// Any other word, as it was written; it counts as `Alm` unless `DropCodes` drops it.
    case code(String)

    /// Reads the word, in any case.
    public init(word: String) {
        switch word {
        // As most monitors write them.
        case "Alm": self = .alarm
        case "Act": self = .act
        default:
            switch word.lowercased() {
            case "alm": self = .alarm
            case "act": self = .act
            case "req": self = .request
            case "log": self = .log
            default: self = .code(word)
            }
        }
    }

    /// The word as a subject shows it.
    public var word: String {
        switch self {
        case .alarm: "Alm"
        case .act: "Act"
        case .request: "Req"
        case .log: "Log"
        case .code(let word): word
        }
    }
}
