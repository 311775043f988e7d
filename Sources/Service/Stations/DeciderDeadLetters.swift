import Events
public import Formats
import Storage

/// What may be done about orders that were given up.
public enum DeadLetterRequest: Sendable, Equatable {
    /// Deliver the one of this number again.
    case retry(Int64)
    /// Leave the one of this number as it is, for good.
    case drop(Int64)
    /// Deliver whatever was given up, or waits for a later try, for an event.
    case retryEvent(Identifier)
}

/// What has come of it.
public enum DeadLetterAnswer: Sendable, Equatable {
    /// So many orders are on their way, or were dropped.
    case done(Int)
    /// There is no such letter or event.
    case unknown
    /// Nothing of the event was given up or waits.
    case nothingToDo(state: String, disposition: String)
    /// The service stops.
    case stopping
}

extension DeciderStation {
    mutating func tend(_ request: DeadLetterRequest, _ now: Instant) throws -> DeadLetterAnswer {
        switch request {
        case .retry(let number):
            guard try revive(number, now) else { return .unknown }
        case .drop(let number):
            guard let events = try ledger.drop(number) else { return .unknown }
            for event in events { try ledger.appendStep(step("dropped"), to: event) }
        case .retryEvent(let id):
            guard let event = try ledger.history.event(id) else { return .unknown }
            let letters = try ledger.deadLetters(of: id)
            for letter in letters { _ = try revive(letter, now) }
            let lanes = try ledger.hasten(id, now: now)
            stirred.formUnion(lanes)
            guard !letters.isEmpty || !lanes.isEmpty else {
                return .nothingToDo(state: event.state, disposition: event.disposition ?? "")
            }
            try tellDeadLetters()
            return .done(letters.count + lanes.count)
        }
        try tellDeadLetters()
        return .done(1)
    }

    private func step(_ what: String) -> TraceStep { TraceStep(.delivery, saw: "by hand", decided: what) }

    private mutating func revive(_ number: Int64, _ now: Instant) throws -> Bool {
        guard let letter = try ledger.history.deadLetter(number), let events = try ledger.revive(number, now: now)
        else { return false }
        for former in events {
            try ledger.reopen(
                former.event, disposition: former.disposition, reason: former.reason, step: step("delivered again"))
        }
        stirred.insert(letter.lane)
        return true
    }

    /// Says how many dead letters there are.
    mutating func tellDeadLetters() throws {
        effects.append(.deadLetters(try ledger.history.deadLetterCount()))
    }
}
