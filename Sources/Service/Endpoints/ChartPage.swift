import Events
import Formats
import HTTPServer
import Storage

/// `/v1/chart`: the last day in steps of ten minutes, as the ledger counts it.
enum ChartPage {
    /// Slots of a day.
    private static let slots: Int64 = 144

    static func response(_ history: LedgerHistory, now: Instant) throws -> HTTPResponse {
        let last = ChartSlot.number(of: now)
        let first = last - slots + 1
        var counts: [Int64: (tickets: Int, suppressed: Int, other: Int)] = [:]
        for cell in try history.chart(since: first) where cell.slot <= last {
            var count = counts[cell.slot] ?? (0, 0, 0)
            switch kind(cell.disposition) {
            case .ticket: count.tickets += cell.count
            case .suppressed: count.suppressed += cell.count
            case .other: count.other += cell.count
            }
            counts[cell.slot] = count
        }
        return .json(
            200,
            [
                "slotMinutes": .integer(ChartSlot.milliseconds / 60_000),
                "slots": .array(
                    (first...last).map { slot in
                        let count = counts[slot] ?? (0, 0, 0)
                        return [
                            "at": .string(Instant(milliseconds: slot * ChartSlot.milliseconds).description),
                            "accepted": .integer(count.tickets + count.suppressed + count.other),
                            "tickets": .integer(count.tickets), "suppressed": .integer(count.suppressed),
                        ]
                    }),
            ])
    }

    private enum Kind {
        case ticket, suppressed, other
    }

    /// Whether somebody got a ticket of it, or nobody was bothered.
    private static func kind(_ disposition: Disposition?) -> Kind {
        switch disposition {
        case .ticketed, .deliveredByEmail, .reopened: .ticket
        case .cancelled, .droppedCode, .duplicate, .redelivery, .restricted, .blacklisted, .silenced, .summarised,
            .consolidated, .flooded, .logged, .expired:
            .suppressed
        case .updated, .closed, .noted, .requestRun, .unparseable, .failed, nil: .other
        }
    }
}
