import Events
import Formats
import Platform
import Vendors

/// What the log says of reports.
extension Log {
    /// The same log with the GUIDs of the events that it is about.
    func about(_ events: [Identifier]) -> Log {
        guard let first = events.first else { return self }
        if events.count == 1 { return with([Log.eventField: first.description]) }
        return with([Log.eventField: first.description, "events": events.map(\.description).joined(separator: " ")])
    }
}

extension RunReport {
    func tell(_ log: Log) {
        switch self {
        case .passed(let text): log.info("a procedure has succeeded", ["result": text])
        case .failed(let text): log.warning("a procedure has failed", ["reason": text])
        case .notStarted(let text): log.warning("a procedure was not started", ["reason": text])
        }
    }
}

extension PageReport {
    func tell(_ log: Log, _ lane: String) {
        switch self {
        case .taken: log.info("paged", ["lane": lane])
        case .nothingToDo(let reason): log.info("nothing to page", ["lane": lane, "reason": reason])
        case .retry(let reason, _): log.warning("a page is tried again", ["lane": lane, "reason": reason])
        case .refused(let reason): log.error("a page was refused", ["lane": lane, "reason": reason])
        }
    }
}

extension DeliveryReport {
    func tell(_ log: Log, _ lane: String) {
        switch self {
        case .created(let number, _): log.info("ticket made", ["lane": lane, "ticket": number.number])
        case .noted(let number, _): log.info("noted", ["lane": lane, "ticket": number.number])
        case .mailed: log.info("mailed", ["lane": lane])
        case .notedTouched(let number, _):
            log.info("noted, a technician has changed the ticket", ["lane": lane, "ticket": number.number])
        case .attached(let number, _, _): log.info("file attached", ["lane": lane, "ticket": number.number])
        case .looked: break
        case .reopened(let number, _): log.info("ticket reopened", ["lane": lane, "ticket": number.number])
        case .closed(let number, _): log.info("ticket closed", ["lane": lane, "ticket": number.number])
        case .nothingToDo(let reason): log.info("nothing to do", ["lane": lane, "reason": reason])
        case .retry(let reason, _): log.warning("delivery is tried again", ["lane": lane, "reason": reason])
        case .ambiguous(let reason), .stillAmbiguous(let reason):
            log.warning("it is unclear whether a delivery was done", ["lane": lane, "reason": reason])
        case .refused(let reason): log.error("a delivery was refused", ["lane": lane, "reason": reason])
        }
    }
}
