import Decisions
import Events
import Formats
import Settings
import Storage
import Vendors

/// Procedures on agents: the ledger knows of each run before it is started, so that none is started twice.
extension DeciderStation {
    /// An event waits for a procedure: the RMM's lane is handed it once that is durable.
    mutating func beginRun(
        _ run: ProcedureRun, _ origin: EventOrigin, warning: MessageOrder?, due: Instant, _ now: Instant
    ) throws {
        if settings.service.debug {
            return try settleRun(origin.id, .notStarted("nothing is delivered (Debug)"), now)
        }
        // The ledger that knew whether it was run is gone.
        if origin.sequence <= restoredUpTo {
            let reason = "it is unclear whether \(run.description) was run before the ledger was put back"
            return try settleRun(origin.id, .failed(reason), now)
        }
        if let warning { try ledger.enqueue(warning, now: now) }
        try ledger.addRun(origin.id, run, due: due)
        effects.append(.run(RunOrder(event: origin.id, run: run, deadline: due)))
    }

    /// After a start: runs that were not begun are, the others are looked for.
    mutating func resumeRuns() throws {
        for row in try ledger.runs() {
            effects.append(
                .run(
                    RunOrder(
                        event: row.event, run: row.run, deadline: row.due,
                        progress: row.progress.map { RunProgress(json: $0) })))
        }
    }

    /// The lane is about to start a procedure: it may where the event still waits.
    mutating func declareRun(_ event: Identifier, _ progress: RunProgress, _ now: Instant) throws {
        guard let row = try ledger.run(of: event), row.progress == nil, now < row.due else {
            return effects.append(.runIsOver(event))
        }
        try ledger.keepProgress(progress.json, of: event)
        effects.append(.runIntentIsDurable(event))
    }

    /// The run has come to something: the event goes on.
    mutating func settleRun(_ event: Identifier, _ report: RunReport, _ now: Instant) throws {
        try ledger.removeRun(event)
        effects.append(.ran(report, event: event))
        try take(.value(report.recorded), to: InputRequest.procedureName, of: event, now)
    }

    /// The run's window is over.
    mutating func giveUpRun(_ event: Identifier, _ now: Instant) throws {
        guard let row = try ledger.run(of: event) else { return }
        effects.append(.runIsOver(event))
        let what = row.run.description
        guard let progress = row.progress.map({ RunProgress(json: $0) }) else {
            return try settleRun(event, .notStarted("\(what) could not be started in time"), now)
        }
        let reason =
            progress.isStarted ? "\(what) did not end in time" : "it is unclear whether \(what) was started in time"
        try settleRun(event, .failed(reason), now)
    }
}
