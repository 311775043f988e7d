import Events
import Formats

/// Two tickets of one event, however they came about: the lower one stays, the others are closed.
extension TicketJob {
    /// Goes on with the next one; the try ends when there is none.
    mutating func closeDoubles(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        guard let made else { return .finish(.refused(reason: "a second ticket without a first")) }
        guard let double = doubles.first else { return .finish(.created(made, remarks: remarks)) }
        return ask(.ticket(double.id), .observingDouble(double), catalogue, now)
    }

    mutating func observedDouble(
        _ double: TicketNumber, _ outcome: VendorOutcome, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        if case .reply(let reply) = outcome, system.meaning(of: reply) == .gone {
            doubles.removeFirst()
            return closeDoubles(catalogue, now)
        }
        guard let record = system.record(outcome), record.id != nil else {
            return unclear(outcome, "reading the second ticket \(double.number)", now)
        }
        return closeDouble(double, record, catalogue, now)
    }

    mutating func closeDouble(
        _ double: TicketNumber, _ record: JSON, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        resolving(.double(record, double), catalogue, now) { job throws(Unresolved) in
            let condition = try job.system.observed(record, catalogue, now).condition
            let terms = job.order.action.terms
            if condition == .open {
                if let status = try job.system.status(for: .closing, terms, of: record, catalogue, now) {
                    return job.intend(.status(status, of: double.id), .double(status, double))
                }
                job.remarks.append("the second ticket \(double.number) is left open: no status closes it")
            }
            job.doubles.removeFirst()
            return job.closeDoubles(catalogue, now)
        }
    }

    mutating func closedDouble(
        _ double: TicketNumber, _ outcome: VendorOutcome, _ status: Int64, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        if let record = system.record(outcome), system.shows(status, in: record) {
            closedDoubles += 1
            remarks.append("the second ticket \(double.number) of this event is closed")
        } else {
            switch system.failureOfWriting(outcome, "closing the second ticket \(double.number)", now) {
            // Doing it twice does no harm: the next look-up finds both again.
            case .retry(let reason, _), .ambiguous(let reason): return .finish(.stillAmbiguous(reason: reason))
            case .refused(let reason): remarks.append(reason)
            default: remarks.append("the second ticket \(double.number) is left open: its status stays as it was")
            }
        }
        doubles.removeFirst()
        return closeDoubles(catalogue, now)
    }

    private func unclear(_ outcome: VendorOutcome, _ what: String, _ now: Instant) -> DeliveryStep {
        guard case .retry(let reason, _) = system.failureOfReading(outcome, what, now) else {
            return .finish(.stillAmbiguous(reason: what))
        }
        return .finish(.stillAmbiguous(reason: reason))
    }
}
