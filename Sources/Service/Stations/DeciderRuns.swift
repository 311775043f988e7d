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
                        progress: row.progress.map { RunProgress(json: $0) }, told: row.told)))
        }
    }

    /// The lane is about to start a procedure: it may where the event still waits.
    mutating func declareRun(_ event: Identifier, _ progress: RunProgress, _ now: Instant) throws {
        guard let row = try ledger.run(of: event), row.progress == nil, now < row.due else {
            return effects.append(.runIsOver(event))
        }
        if try isRepetition(event, now) {
            effects.append(.runIsOver(event))
            return try settleRun(event, .notStarted("the same alert went through while this one waited"), now)
        }
        try ledger.keepProgress(progress.json, of: event)
        effects.append(.runIntentIsDurable(event))
    }

    /// Whether another event with the same subject went through while this one waited for its turn: then it is a duplicate, and
    /// what was mended is not mended again.
    private mutating func isRepetition(_ event: Identifier, _ now: Instant) throws -> Bool {
        guard let parked = try ledger.parkedEvent(event) else { return false }
        var inputs = try ledger.inputs(event)
        let record = PreparedRecord(parked.record, $settings, inputs: inputs)
        guard parked.origin.item < record.events.count else { return false }
        inputs[InputRequest.procedureName] = .unknown
        let decision = try Pipeline.decide(
            record.events[parked.origin.item], $settings, memory: ledger, inputs: inputs, present: now)
        guard case .verdict(let verdict) = decision else { return false }
        return verdict.disposition == .duplicate
    }

    /// The RMM tells something of a run by itself: it is answered once that is durable, and the lane hears of it then.
    mutating func noteTold(_ event: Identifier, _ body: [UInt8]) throws {
        // Of a run that was never begun, or is over, there is nothing to tell.
        guard let row = try ledger.run(of: event), row.progress != nil else { return }
        try ledger.keepTold(body, of: event)
        effects.append(.runTold(event, body))
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
