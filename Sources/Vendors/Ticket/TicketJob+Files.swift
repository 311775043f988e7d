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
        let marker = order.action.marker
        guard rows.contains(where: { system.fileMark($0)?.contains(marker) ?? false }) else {
            return sendAgain(catalogue, now)
        }
        return .finish(.attached(ticket, isTouched: false, remarks: ["an earlier try had made it"]))
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
    var upload: Int? { phase == .writing(.file) && !isConnecting ? order.file?.bytes.count : nil }
}
