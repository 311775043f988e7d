import Decisions
import Events
import Formats
import Storage

extension DeciderStation {
    /// An event that was parked and has ended the program again and again since: it ends as failed.
    mutating func quarantine(
        _ origin: EventOrigin, _ alert: AlertRecord, _ exits: Int, _ now: Instant
    ) throws {
        try ledger.unpark(origin.id)
        for event in PreparedRecord(quarantining: alert, exits: exits).events {
            try keep(try Pipeline.decide(event, $settings, memory: ledger), origin, alert, now)
        }
    }
}
