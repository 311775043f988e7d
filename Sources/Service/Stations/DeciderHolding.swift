import Decisions
import Events
import Settings
import Storage

/// Tenants whose sections have never been sound: their events wait.
extension DeciderStation {
    /// Decides events of tenants that were held and are no longer, so many in a turn.
    mutating func releaseHeld(_ now: Instant) throws {
        mayReleaseHeld = false
        for tenant in try ledger.openSubjects(ofKind: InputRequest.Kind.tenantSettings.rawValue)
        where !settings.isHeld(tenant) {
            let question = "\(InputRequest.Kind.tenantSettings.rawValue):\(tenant)"
            let waiting = try ledger.waiting(for: question, limit: DeciderStation.heldBatch)
            for event in waiting { try take(.value(settings.hash), to: question, of: event, now) }
            mayReleaseHeld = mayReleaseHeld || waiting.count == DeciderStation.heldBatch
        }
    }
}
