public import Events
public import Formats
import Settings
import Storage
import Vendors

/// A file that could not be attached to its ticket.
public struct MissingFile: Sendable, Equatable {
    /// Its number, by which it is told to be kept.
    public var number: Int64
    /// The event that it came with.
    public var event: Identifier
    /// Which of the event's files it is, from 1.
    public var position: Int
    /// The file.
    public var file: EventFile
    /// Why it could not be attached.
    public var reason: String

    /// The name that it is kept under: the event's ID finds it.
    public var keptName: String { "\(event)-\(position)-\(file.name)" }
}

/// Files of alerts: each becomes an order of its own, once the ticket or the note of its event is there, so that a file which
/// cannot be attached keeps no ticket waiting.
extension DeciderStation {
    /// How long a file that may be left out is tried to be attached, as it keeps what comes after it on the ticket waiting.
    private static let filePatience = Instant.Span.minutes(15)
    /// Bytes of all files of a mail: with the others of a mail what most mail servers take.
    private static let mailBytes = 7_000_000

    /// An event's order has been carried out: its files follow, or have gone with the mail.
    mutating func releaseFiles(
        of events: [Identifier], _ order: OutboxRow, _ report: DeliveryReport, _ now: Instant
    ) throws {
        switch report {
        case .mailed:
            // The same choice as when the mail was made.
            let (taken, left) = try mailedFiles(of: order, events)
            for file in taken { try ledger.removeFile(file.number) }
            for file in left { try miss(file, "the mail would have been too long") }
        case .nothingToDo(let reason):
            for event in events { for file in try ledger.files(of: event) { try miss(file, reason) } }
        default:
            for event in events { for file in try ledger.files(of: event) { try attach(file, order, now) } }
        }
    }

    private mutating func attach(_ file: FileRow, _ order: OutboxRow, _ now: Instant) throws {
        var action = TicketAction(kind: .attach, reference: file.event, draft: TicketDraft())
        action.draft.subject = file.name
        action.terms.aside = "file \(file.position) of event \(file.event)"
        action.terms.insistsOnFiles = order.action.terms.insistsOnFiles
        action.file = file.number
        // What a ledger that is gone has ordered may have been carried out with the ticket itself.
        try ledger.enqueue(
            action, of: file, lane: order.lane, problem: order.problem, now: now,
            mayBeDone: order.ambiguousSince != nil)
        stirred.insert(order.lane)
    }

    /// The files that go with a mail, and those for which it has no room.
    func mailedFiles(
        of order: OutboxRow, _ events: [Identifier]? = nil
    ) throws -> (taken: [FileRow], left: [FileRow]) {
        var room = DeciderStation.mailBytes
        var (taken, left): ([FileRow], [FileRow]) = ([], [])
        for event in try events ?? self.events(of: order) {
            for file in try ledger.files(of: event) {
                guard file.size <= room else {
                    left.append(file)
                    continue
                }
                room -= file.size
                taken.append(file)
            }
        }
        return (taken, left)
    }

    /// What has come of a try to attach a file.
    mutating func settleFile(_ order: OutboxRow, _ report: DeliveryReport, _ now: Instant) throws {
        let name = order.action.draft.subject
        switch report {
        case .attached(let ticket, let isTouched, let remarks):
            if isTouched { try ledger.markTouched(lane: order.lane, problem: order.problem) }
            try finish(
                order, .delivered, ticket, nil, reason: nil, "'\(name)' attached to ticket \(ticket.number)", remarks)
            if let number = order.action.file { try ledger.removeFile(number) }
            try noteWorking(order)
        case .refused(let reason):
            if order.action.terms.insistsOnFiles { return try refused(order, reason, now) }
            try leaveOut(order, reason)
        case .retry(let reason, let after):
            try again(order, reason, now + (after ?? backoff(order)), order.ambiguousSince, now)
        case .ambiguous(let reason):
            try again(order, "unclear whether it was done: \(reason)", now, now, now)
        case .stillAmbiguous(let reason):
            let since = order.ambiguousSince ?? now
            let quiet = since + .seconds(settings.service.quietPeriodSeconds)
            try again(order, "still unclear: \(reason)", max(quiet, now + backoff(order)), since, now)
        case .nothingToDo(let reason): try leaveOut(order, reason)
        case .created, .noted, .notedTouched, .looked, .reopened, .closed, .mailed:
            try leaveOut(order, "the lane has done something else")
        }
    }

    private mutating func again(
        _ order: OutboxRow, _ reason: String, _ due: Instant, _ ambiguousSince: Instant?, _ now: Instant
    ) throws {
        let isOver = now >= (order.failingSince ?? now) + DeciderStation.filePatience
        if isOver, !order.action.terms.insistsOnFiles { return try leaveOut(order, reason) }
        try tryAgain(order, reason, due, ambiguousSince, now)
    }

    /// The file is kept in its folder instead, and the ticket goes on without it.
    private mutating func leaveOut(_ order: OutboxRow, _ reason: String) throws {
        try finish(
            order, .delivered, order.ticket, nil, reason: nil,
            "'\(order.action.draft.subject)' is not attached: \(reason); it is kept among the missing attachments", [])
        guard let number = order.action.file, let file = try ledger.file(number) else { return }
        try miss(number, order.event, order.action.marker, file, reason)
    }

    private mutating func miss(_ row: FileRow, _ reason: String) throws {
        guard let file = try ledger.file(row.number) else { return }
        try ledger.markMissing(row.number, reason: reason)
        try ledger.appendStep(
            TraceStep(
                .delivery, saw: "a file that came with it",
                decided: "'\(row.name)' is not attached: \(reason); it is kept among the missing attachments"),
            to: row.event)
        effects.append(
            .keepMissing(
                MissingFile(number: row.number, event: row.event, position: row.position, file: file, reason: reason)))
    }

    private mutating func miss(
        _ number: Int64, _ event: Identifier, _ marker: String, _ file: EventFile, _ reason: String
    ) throws {
        try ledger.markMissing(number, reason: reason)
        let position = marker.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 1
        effects.append(
            .keepMissing(
                MissingFile(number: number, event: event, position: position, file: file, reason: reason)))
    }

    /// After a start: files that were to be kept when the service ended.
    mutating func keepMissing() throws {
        for (row, reason) in try ledger.missingFiles() {
            guard let file = try ledger.file(row.number) else { continue }
            effects.append(
                .keepMissing(
                    MissingFile(
                        number: row.number, event: row.event, position: row.position, file: file, reason: reason)))
        }
    }
}
