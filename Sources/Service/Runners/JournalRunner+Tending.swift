import Events
import Platform
import Storage

/// Old segments: compressed after a day, removed when they are too old or too many.
extension JournalRunner {
    /// Removes settled segments that are older than they have to be kept, or more than there is room for, and has the oldest of
    /// the others compressed. Where what is not settled takes more than that, nothing is taken any more until some of it is.
    func tend(isTime: Bool) {
        let begun = state.with { state -> (work: Tending, isCompressing: Bool, spoiled: Set<SegmentUpkeep.Target>)? in
            guard state.failure == nil, let writer = state.writer,
                isTime || state.overflow != nil || writer.segments.count != state.segments || state.compressed != nil
                    || state.bodyWriter.map({ $0.segments.count != state.bodySegments }) ?? false
            else { return nil }
            let work = Tending(
                records: writer, bodies: state.bodyWriter, bodyBytes: state.bodyBytes, watermark: state.watermark)
            state.writer = nil
            state.bodyWriter = nil
            return (work, state.isCompressing, state.uncompressible)
        }
        guard var (work, isCompressing, spoiled) = begun else { return }
        do {
            if let target = try takeCompressed(&work) {
                isCompressing = false
                if let spoilt = target.spoilt { spoiled.insert(spoilt) }
            }
            try work.removeSettled(olderThan: clock.now - keeping.retention, keptBytes: keeping.maxBytes)
            onTrouble(nil)
        } catch {
            if error.isFinal { stopTaking(error) } else { onTrouble(error.description) }
        }
        let next =
            isCompressing ? nil : work.beginCompressing(olderThan: clock.now - keeping.compressAfter, not: spoiled)
        let (done, nowSpoiled, bytes, limit) = (work, spoiled, work.bytes, keeping.maxBytes)
        let isBusy = isCompressing || next != nil
        state.with { state in
            state.segments = done.records.segments.count
            state.isCompressing = isBusy
            state.uncompressible = nowSpoiled
            state.overflow =
                bytes > limit
                ? "the journal holds \(bytes) bytes of alerts that are not settled, more than MaxBytes=\(limit)" : nil
            if let bodies = done.bodies {
                state.bodyWriter = bodies
                state.bodyBytes = bodies.bytes
                state.bodySegments = bodies.segments.count
            }
        }
        giveBack(done.records)
        if done.bodies != nil { bodyBell.wake() }
        if let next { upkeep.with { $0 }?.compress(next) }
    }

    /// A segment has been compressed, or could not be.
    func noteCompressed(_ target: SegmentUpkeep.Target, _ outcome: SegmentUpkeep.Outcome) {
        state.with { $0.compressed = (target, outcome) }
        bell.wake()
    }

    /// Takes a compressed segment into use; nil where there is none, or its writer is busy.
    private func takeCompressed(_ work: inout Tending) throws(JournalError) -> (spoilt: SegmentUpkeep.Target?, Void)? {
        let hasBodies = work.bodies != nil
        let done = state.with { state -> (target: SegmentUpkeep.Target, outcome: SegmentUpkeep.Outcome)? in
            guard let compressed = state.compressed, hasBodies || !compressed.target.isOfBodies else { return nil }
            state.compressed = nil
            return compressed
        }
        guard let done else { return nil }
        if done.outcome == .made { try work.useCompressed(done.target) }
        work.release(done.target)
        return (done.outcome == .damaged ? done.target : nil, ())
    }
}

/// Both writers in the hands of the journal's thread; the other stream's may be in use elsewhere.
struct Tending: Sendable {
    var records: JournalWriter
    var bodies: JournalWriter?
    var bodyBytes: UInt64
    let watermark: UInt64

    /// What the journal takes on disk.
    var bytes: UInt64 { records.bytes + (bodies?.bytes ?? bodyBytes) }

    /// Removes what is too old, and then the oldest of either stream until the rest has room.
    mutating func removeSettled(olderThan age: Instant, keptBytes: UInt64) throws(JournalError) {
        var others = bodies
        defer { bodies = others }
        try records.removeSettled(upTo: watermark, olderThan: age)
        try others?.removeSettled(upTo: watermark, olderThan: age)
        while true {
            let otherBytes = others?.bytes ?? bodyBytes
            if records.bytes + otherBytes <= keptBytes { return }
            let oldest = records.oldestSettled(upTo: watermark)
            let oldestBodies = others?.oldestSettled(upTo: watermark)
            let removed: [JournalSegment]?
            if let oldestBodies, oldest.map({ oldestBodies < $0 }) ?? true {
                removed = try others?.removeSettled(upTo: watermark, olderThan: age, keptBytes: otherBytes - 1)
            } else if oldest != nil {
                let kept = records.bytes - 1
                removed = try records.removeSettled(upTo: watermark, olderThan: age, keptBytes: kept)
            } else {
                return
            }
            if removed?.isEmpty ?? true { return }
        }
    }

    /// The next segment to be compressed, which stays until that is done.
    mutating func beginCompressing(
        olderThan age: Instant, not spoiled: Set<SegmentUpkeep.Target>
    ) -> SegmentUpkeep.Target? {
        let ofRecords = Set(spoiled.filter { !$0.isOfBodies }.map(\.first))
        if let first = records.segmentToCompress(upTo: watermark, olderThan: age, not: ofRecords) {
            records.held = first
            return SegmentUpkeep.Target(isOfBodies: false, first: first)
        }
        let ofBodies = Set(spoiled.filter(\.isOfBodies).map(\.first))
        if var others = bodies,
            let first = others.segmentToCompress(upTo: watermark, olderThan: age, not: ofBodies)
        {
            others.held = first
            bodies = others
            return SegmentUpkeep.Target(isOfBodies: true, first: first)
        }
        return nil
    }

    mutating func useCompressed(_ target: SegmentUpkeep.Target) throws(JournalError) {
        if target.isOfBodies {
            try bodies?.useCompressed(target.first)
        } else {
            try records.useCompressed(target.first)
        }
    }

    mutating func release(_ target: SegmentUpkeep.Target) {
        if target.isOfBodies { bodies?.held = nil } else { records.held = nil }
    }
}
