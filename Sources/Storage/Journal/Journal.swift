import Events
public import Platform

/// What was found and done when a journal was opened.
public struct JournalRecovery: Sendable, Equatable {
    /// The last record in the journal; 0 when there never was one.
    public var lastSequence: UInt64
    /// The sequence of the next record: one more than the journal's and the ledger's last.
    public var nextSequence: UInt64
    /// How many records are there that the ledger has not settled.
    public var unsettledRecords: UInt64
    /// The torn tail of the last segment that was cut off: of which file, from where on, how much of it.
    public var cut: Cut?

    /// A torn tail.
    public struct Cut: Sendable, Equatable {
        /// The segment.
        public var file: String
        /// Where its last right record ends.
        public var offset: UInt64
        /// How many bytes were cut off.
        public var bytes: UInt64
        /// Whether they were all zero.
        public var onlyZeroes: Bool
    }
}

extension JournalRecovery.Cut: CustomStringConvertible {
    /// The line for the log.
    public var description: String {
        "\(file), byte \(offset): the last \(bytes) bytes were \(onlyZeroes ? "zeroes" : "a torn batch") and were cut off"
    }
}

/// The writers of a journal's streams, each for an owner of its own.
public struct JournalStreams: Sendable {
    /// Of the records, which gives everything its place.
    public var records: JournalWriter
    /// Of what is too large to stand among them.
    public var bodies: JournalWriter
}

extension JournalFolder {
    /// Opens the journal for writing, or begins one.
    ///
    /// The headers of all segments are verified, and every record from the segment on that holds `watermark + 1`; those
    /// before are settled and are left to `verify()`. A torn tail of the last segment is cut off. When this returns, all
    /// that a reader can see is durable.
    ///
    /// - Parameters:
    ///   - ledgerWatermark: all records up to this one are settled, as the ledger says; 0 for none.
    ///   - afterRestore: whether the ledger may be older than the journal.
    ///   - clock: gives new segments their time.
    public func openForWriting(
        ledgerWatermark: UInt64, afterRestore: Bool = false, clock: any Clock = SystemClock()
    ) throws(JournalError) -> JournalWriter {
        try openStreams(ledgerWatermark: ledgerWatermark, afterRestore: afterRestore, clock: clock).records
    }

    /// Opens both streams of the journal for writing, as `openForWriting` does the first.
    public func openStreams(
        ledgerWatermark: UInt64, afterRestore: Bool = false, clock: any Clock = SystemClock()
    ) throws(JournalError) -> JournalStreams {
        try reading { () throws(SystemError) in try disk.makeFolder(path) }
        try removeUnfinished()
        var segments = try headers()
        if !afterRestore { try refuseOlderLedger(ledgerWatermark, segments) }
        try refuseMissing(before: segments, ledgerWatermark, afterRestore: afterRestore)
        var bodies = try bodies.openBodies(settled: ledgerWatermark, clock)
        let index = BodyIndex(bodies)
        let scanned = segments.lastIndex { $0.header.firstSequence <= ledgerWatermark + 1 } ?? segments.startIndex
        var tail = ScannedTail()
        for at in segments.indices.dropFirst(scanned) {
            tail = try scan(segments[at], isLast: at == segments.count - 1) { (sequence, body) throws(JournalError) in
                let place = index.place(of: body, record: sequence, isUnsettled: !afterRestore)
                guard sequence > ledgerWatermark, place == .missing else { return }
                throw .bodyMissing(sequence: sequence, body: body, folder: path)
            }
            if at + 1 < segments.count { try refuseGap(after: tail.last, before: segments[at + 1]) }
        }
        let file = try settle(tail, of: &segments)
        let next = max(tail.last, ledgerWatermark) + 1
        bodies.watermark = next - 1
        let recovery = JournalRecovery(
            lastSequence: tail.last, nextSequence: next,
            unsettledRecords: tail.last > ledgerWatermark ? tail.last - ledgerWatermark : 0, cut: tail.cut)
        if let file, tail.last + 1 == next {
            let records = JournalWriter(
                folder: self, recovery: recovery, watermark: ledgerWatermark, segments: segments, file: file,
                clock: clock)
            return JournalStreams(records: records, bodies: bodies)
        }
        let (segment, fresh, _) = try create(
            SegmentHeader(
                stream: stream, firstSequence: next, ledgerWatermark: min(ledgerWatermark, next - 1),
                created: clock.now, salt: randomSalt()))
        let records = JournalWriter(
            folder: self, recovery: recovery, watermark: ledgerWatermark, segments: segments + [segment], file: fresh,
            clock: clock)
        return JournalStreams(records: records, bodies: bodies)
    }

    /// Opens the stream of bodies: what is before the last segment that was begun with all places up to `settled` taken is
    /// settled. It has no segment before its first body.
    private func openBodies(settled: UInt64, _ clock: any Clock) throws(JournalError) -> JournalWriter {
        var segments = try headers()
        let scanned = segments.lastIndex { $0.header.ledgerWatermark <= settled } ?? segments.startIndex
        var tail = ScannedTail()
        for at in segments.indices.dropFirst(scanned) {
            tail = try scan(segments[at], isLast: at == segments.count - 1)
            if at + 1 < segments.count { try refuseGap(after: tail.last, before: segments[at + 1]) }
        }
        let file = try settle(tail, of: &segments)
        let recovery = JournalRecovery(
            lastSequence: tail.last, nextSequence: tail.last + 1, unsettledRecords: 0, cut: tail.cut)
        return JournalWriter(
            folder: self, recovery: recovery, watermark: settled, segments: segments, file: file, clock: clock)
    }

    /// The headers of all segments, in order.
    func headers() throws(JournalError) -> [JournalSegment] {
        var segments: [JournalSegment] = []
        for first in try firstSequences() { segments.append(try open(first).segment) }
        return segments
    }

    private func refuseOlderLedger(_ watermark: UInt64, _ segments: [JournalSegment]) throws(JournalError) {
        for segment in segments where segment.header.ledgerWatermark > watermark {
            throw .ledgerOlderThanJournal(
                ledger: watermark, journal: segment.header.ledgerWatermark, file: segment.path)
        }
    }

    /// Unsettled records before the first segment are gone, unless the ledger is an older copy: then they were settled.
    private func refuseMissing(
        before segments: [JournalSegment], _ watermark: UInt64, afterRestore: Bool
    ) throws(JournalError) {
        guard let first = segments.first, first.header.firstSequence > watermark + 1 else { return }
        if afterRestore, first.header.ledgerWatermark > watermark { return }
        if first.header.firstSequence - first.header.lostBefore <= watermark + 1 { return }
        throw .missing(first: watermark + 1, last: first.header.firstSequence - 1, file: first.path)
    }

    /// What reading a segment to its end has shown.
    private struct ScannedTail {
        var last: UInt64 = 0
        var batchOffset: UInt64 = 0
        var end: UInt64 = 0
        var cut: JournalRecovery.Cut?
    }

    private func scan(
        _ segment: JournalSegment, isLast: Bool,
        _ visit: (_ sequence: UInt64, _ body: UInt64) throws(JournalError) -> Void = { _, _ in }
    ) throws(JournalError) -> ScannedTail {
        var cursor = try cursor(segment.header.firstSequence)
        let tail = try cursor.finish(visit)
        var scanned = ScannedTail(
            last: cursor.expected - 1, batchOffset: cursor.batchOffset, end: cursor.offset, cut: nil)
        switch tail {
        case .clean:
            return scanned
        case .torn(let bytes, let onlyZeroes, _) where isLast:
            scanned.cut = JournalRecovery.Cut(
                file: segment.path, offset: cursor.offset, bytes: bytes, onlyZeroes: onlyZeroes)
            return scanned
        case .torn(_, _, let damage), .damaged(let damage):
            throw .damaged(file: segment.path, offset: cursor.offset, damage)
        }
    }

    /// A segment begins where the one before ended, unless its header says that the ledger knew more, or that a repair has
    /// given up what is between.
    func refuseGap(after last: UInt64, before next: JournalSegment) throws(JournalError) {
        let first = next.header.firstSequence
        if first > last {
            let isAllowed =
                first - next.header.lostBefore <= last + 1
                || !hasBodies && next.header.ledgerWatermark == first - 1
            if isAllowed { return }
            throw .missing(first: last + 1, last: first - 1, file: next.path)
        }
        throw .damaged(
            file: next.path, offset: UInt64(JournalLayout.segmentHeaderBytes),
            .sequence(found: first, expected: last + 1))
    }

    /// Cuts the torn tail off the last segment and makes durable what was read, for it will be acted on: the program, and
    /// not the power, may have gone before its last sync. That sync may also have failed; then the kernel shows the last
    /// batch and takes it for written, though it is not. So the last batch is written again before it is synced.
    private func settle(_ tail: ScannedTail, of segments: inout [JournalSegment]) throws(JournalError) -> (
        any DiskFile
    )? {
        guard let last = segments.last else { return nil }
        let (segment, file) = try open(last.header.firstSequence, .write)
        segments[segments.count - 1] = segment
        segments[segments.count - 1].bytes = tail.end
        do {
            if tail.cut != nil { try file.truncate(to: tail.end) }
            var at = tail.batchOffset
            while at < tail.end {
                let bytes = try file.read(at: at, count: min(limits.readChunkBytes, Int(tail.end - at)))
                if bytes.isEmpty { break }
                try file.writeAll(bytes, at: at)
                at += UInt64(bytes.count)
            }
        } catch {
            throw .notUndone(error)
        }
        do {
            try file.sync()
            try disk.syncFolder(path)
        } catch {
            throw .syncFailed(error)
        }
        return file
    }
}
