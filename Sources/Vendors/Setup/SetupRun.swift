import Events
import Formats

/// A line of what a set-up found, would do, or did.
public enum SetupLine: Sendable, Equatable {
    /// It is there already.
    case present(String)
    /// It would be made; nothing was changed.
    case planned(String)
    /// It was made.
    case done(String)
    /// It could not be made, or has to be done by hand.
    case problem(String)
    /// Something to know that is no problem.
    case remark(String)
}

/// A set-up of an account, step by step: each step is told, and carried out only where it is to be.
public struct SetupRun {
    /// The conversation with the account.
    public var dialogue: AccountDialogue
    /// Whether anything is changed.
    public let applies: Bool
    /// What has been found and done, in order.
    public internal(set) var lines: [SetupLine] = []

    /// A set-up by a conversation.
    public init(_ dialogue: AccountDialogue, applies: Bool) {
        self.dialogue = dialogue
        self.applies = applies
    }

    /// Makes or changes something; the record, or nil where nothing is changed.
    mutating func change(
        _ what: String, _ call: (VendorSession?) -> VendorCall
    ) throws(DialogueFault) -> JSON? {
        guard applies else {
            lines.append(.planned(what))
            return nil
        }
        let record = try dialogue.ask("making the \(what)", call)
        lines.append(.done(what))
        return record
    }

    /// Carries out a part; where it fails, that is told and the next one is gone on with.
    mutating func part(_ body: (inout SetupRun) throws(DialogueFault) -> Void) {
        do {
            try body(&self)
        } catch {
            let line = SetupLine.problem(error.description)
            if lines.last != line { lines.append(line) }
        }
    }
}
