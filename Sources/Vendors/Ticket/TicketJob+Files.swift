import Events
import Formats

/// A file that came with an alert, on the ticket of its problem: once, like a note.
extension TicketJob {
    mutating func lookForFile(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        guard let ticket = order.ticket else { return sendAgain(catalogue, now) }
        return ask(.files(of: ticket.id), .lookingForFile, catalogue, now)
    }

    mutating func lookedForFile(
        _ outcome: VendorOutcome, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        if case .reply(let reply) = outcome, system.meaning(of: reply) == .gone { return sendAgain(catalogue, now) }
        guard let rows = system.record(outcome).flatMap(system.rows), let ticket = order.ticket else {
            return stillUnknown(outcome, "looking for the file of an earlier try", now)
        }
        let marker = order.action.kind == .attach ? order.action.marker : textMarker
        guard rows.contains(where: { system.fileMark($0)?.contains(marker) ?? false }) else {
            return sendAgain(catalogue, now)
        }
        let remarks = ["an earlier try had made it"]
        return .finish(
            order.action.kind == .attach
                ? .attached(ticket, isTouched: false, remarks: remarks) : .noted(ticket, remarks: remarks))
    }

    mutating func attach(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        guard let ticket = order.ticket else { return .finish(.refused(reason: "a file without a ticket")) }
        guard let file = order.file else { return .finish(.refused(reason: "the file is no longer kept")) }
        return resolving(.file, catalogue, now) { job throws(Unresolved) in
            let upload = try job.system.upload(
                file, marker: job.order.action.marker, to: ticket.id, catalogue, now)
            return job.intend(.attach(upload, on: ticket.id), .file)
        }
    }

    func attached(_ outcome: VendorOutcome, _ now: Instant) -> DeliveryStep {
        guard let ticket = order.ticket else { return .finish(.refused(reason: "a file without a ticket")) }
        guard let record = system.record(outcome), system.number(record, session) != nil else {
            return .finish(system.failureOfWriting(outcome, "attaching the file", now))
        }
        return .finish(.attached(ticket, isTouched: isTouched, remarks: remarks))
    }

    /// The bytes of the file that the next call carries; nil where it carries none.
    var upload: Int? {
        guard !isConnecting else { return nil }
        switch phase {
        case .writing(.file): return order.file?.bytes.count
        case .writing(.text): return textFile.bytes.count
        default: return nil
        }
    }

    // MARK: - A note's text as a file

    /// What an update would note. Its name holds the event's ID.
    private var textFile: EventFile {
        EventFile(name: "record \(order.action.marker).txt", type: "text/plain", bytes: Array(noteText.utf8))
    }

    /// What that file is found by; the files that came with the event hold the event's ID as well.
    private var textMarker: String { "record of event \(order.action.marker)" }

    /// Attaches what an update says; where that cannot be, it is noted.
    mutating func attachText(
        _ ticket: TicketNumber, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        let step = resolving(.text, catalogue, now) { job throws(Unresolved) in
            let upload = try job.system.upload(
                job.textFile, marker: job.textMarker, to: ticket.id, catalogue, now)
            return job.intend(.attach(upload, on: ticket.id), .text)
        }
        guard case .finish(.refused(let reason)) = step else { return step }
        return noteInstead(ticket, reason, catalogue, now)
    }

    mutating func attachedText(
        _ outcome: VendorOutcome, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let ticket = order.ticket else { return .finish(.refused(reason: "a file without a ticket")) }
        if let record = system.record(outcome), system.number(record, session) != nil {
            remarks.append("attached as '\(textFile.name)'")
            return .finish(noted(ticket))
        }
        let report = system.failureOfWriting(outcome, "attaching the update", now)
        guard case .refused(let reason) = report else { return .finish(report) }
        return noteInstead(ticket, reason, catalogue, now)
    }

    private mutating func noteInstead(
        _ ticket: TicketNumber, _ reason: String, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        remarks.append("noted, as it could not be attached: \(reason)")
        return note(ticket, catalogue, now)
    }
}
