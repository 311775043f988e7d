public import Events
import Platform
import Synchronization

/// The journal's one writer. A batch is one write and one sync; what `append` has returned for is on disk.
///
/// It is a value that moves between threads with its owner, and has no lock. There is one owner: using a copy after the
/// original has been used is a programmer's error and stops the program.
public struct JournalWriter: Sendable {
    /// Where the journal is.
    public let folder: JournalFolder
    /// What was found and done when the journal was opened.
    public let recovery: JournalRecovery
    /// What the ledger has settled: written into the header of the next new segment. The owner keeps it up to date. For the
    /// stream of bodies it is the record at which all bodies so far have their places: a new one is appended only then.
    public var watermark: UInt64
    /// The sequence of the next record; all before it are durable.
    public private(set) var nextSequence: UInt64
    /// The bytes of all records that it has written.
    public private(set) var written: UInt64 = 0
    /// All segments, oldest first; records go to the last one.
    public internal(set) var segments: [JournalSegment]

    private let clock: any Clock
    /// Nil before the first segment of a stream that has none.
    private var file: (any DiskFile)?
    private var end: UInt64
    /// The file's size where it was written ahead of its use; 0 where it grows with its records.
    private var reserved: UInt64 = 0
    /// Where the next segment comes from; without them it is made when it is needed.
    public var spares: SpareSegments?
    /// The first sequence of a segment that stays whatever its age, because somebody is reading it to replace it.
    public var held: UInt64?
    /// Why nothing more is taken.
    var failure: JournalError?
    /// What the segment's last block holds already: in a file that was written ahead blocks are written whole, past the page
    /// cache. Empty where the file grows with its records.
    private var lastBlock: [UInt8] = []
    private var turn: UInt64 = 0
    private let turns = Turns()

    init(
        folder: JournalFolder, recovery: JournalRecovery, watermark: UInt64, segments: [JournalSegment],
        file: (any DiskFile)?, clock: any Clock
    ) {
        self.folder = folder
        self.recovery = recovery
        self.watermark = watermark
        self.segments = segments
        self.file = file
        self.clock = clock
        nextSequence = recovery.nextSequence
        end = segments.last?.bytes ?? 0
    }

    /// The highest sequence that is durable; 0 when there is none.
    public var durableSequence: UInt64 { nextSequence - 1 }

    /// The journal's size in bytes.
    public var bytes: UInt64 { segments.reduce(0) { $0 + $1.bytes } }

    /// Writes a batch, as the other does.
    @discardableResult
    public mutating func append(_ entries: [JournalEntry]) throws(JournalError) -> UInt64 {
        var batch = JournalBatch(entries)
        return try append(&batch)
    }

    /// Writes a batch and returns the sequence of its first record once all of them are durable. A batch is in the journal
    /// as a whole when this returns, and not at all when it throws `.notWritten` or `.tooLarge`; after any other error the
    /// writer takes no more (it throws the same again), and the next start finds out what is on disk.
    @discardableResult
    public mutating func append(_ batch: inout JournalBatch) throws(JournalError) -> UInt64 {
        try takeTurn()
        if batch.longest > JournalLimits.recordBytes {
            throw .tooLarge(bytes: batch.longest, limit: JournalLimits.recordBytes)
        }
        if batch.count == 0 { return nextSequence }
        do {
            if mustRotate(for: UInt64(batch.recordBytes)) { try rotate() }
            try write(&batch)
        } catch {
            if error.isFinal { failure = error }
            throw error
        }
        defer { nextSequence += UInt64(batch.count) }
        return nextSequence
    }

    /// Whether a spare would be of use: the present segment has taken in more than a little.
    public var wantsSpare: Bool { end >= UInt64(folder.limits.spareAfterBytes) }

    /// A batch that does not fit begins a segment; so does a segment of zeroes that is ready while the file still grows.
    private func mustRotate(for count: UInt64) -> Bool {
        if file == nil { return true }
        if end <= JournalLayout.segmentHeaderBytes { return false }
        if end + count > UInt64(folder.limits.segmentBytes) { return true }
        guard reserved == 0, wantsSpare, let spares else { return false }
        return spares.ready > 0
    }

    private mutating func write(_ batch: inout JournalBatch) throws(JournalError) {
        guard let file, let segment = segments.last else { return }
        batch.place(from: nextSequence, after: segment.header.checksum)
        let count = batch.recordBytes
        let start = batch.begin(with: lastBlock)
        defer { batch.unfill(count) }
        let begin = end - UInt64(lastBlock.count)
        if reserved > 0 {
            lastBlock = batch.fillBlock(from: start)
            reserved = max(reserved, begin + UInt64(batch.bytes.count - start))
        }
        do { try file.writeAll(batch.bytes, from: start, at: begin) } catch { throw takeBack(file, after: error) }
        do { try file.sync() } catch { throw .syncFailed(named(error)) }
        end += UInt64(count)
        written += UInt64(count)
        segments[segments.count - 1].bytes = end
    }

    /// Cuts off what a failed write has left, durably, so that no later start takes it for records.
    private mutating func takeBack(_ file: any DiskFile, after cause: SystemError) -> JournalError {
        growFromNowOn()
        do { try file.truncate(to: end) } catch { return .notUndone(named(error)) }
        do { try file.sync() } catch { return .syncFailed(named(error)) }
        return .notWritten(named(cause))
    }

    /// The file has lost what was written ahead: it takes what there is.
    private mutating func growFromNowOn() {
        reserved = 0
        lastBlock = []
    }

    /// The error with the segment's name: its file was opened under the one that it had while it was unfinished.
    private func named(_ error: SystemError) -> SystemError {
        SystemError(call: error.call, subject: segments.last?.path ?? error.subject, code: error.code)
    }

    /// Removes whole segments whose records are all settled, the oldest first: those whose last record was written before
    /// `age`, and those that it takes to bring the journal down to `keptBytes`. The last segment always stays.
    ///
    /// - Returns: what was removed.
    @discardableResult
    public mutating func removeSettled(
        upTo watermark: UInt64, olderThan age: Instant, keptBytes: UInt64 = .max
    ) throws(JournalError) -> [JournalSegment] {
        try takeTurn()
        var removed: [JournalSegment] = []
        defer { segments.removeFirst(removed.count) }
        var left = bytes
        for (segment, following) in zip(segments, segments.dropFirst()) {
            guard isSettled(before: following, watermark), following.header.created < age || left > keptBytes,
                segment.header.firstSequence != held
            else { break }
            // A compressed form that did not come into use goes first: alone it would be a segment.
            try remove(folder.compressedFile(segment.header.firstSequence))
            try remove(folder.file(segment.header.firstSequence))
            removed.append(segment)
            left -= segment.bytes
        }
        if removed.isEmpty { return [] }
        do { try folder.disk.syncFolder(folder.path) } catch {
            failure = .syncFailed(error)
            throw .syncFailed(error)
        }
        return removed
    }

    private func remove(_ path: String) throws(JournalError) {
        do { try folder.disk.unlink(path) } catch  where error.code != SystemError.notFound {
            throw .notRemoved(error)
        } catch {}
    }

    /// Notices a copy, and a writer that takes nothing more.
    mutating func takeTurn() throws(JournalError) {
        turns.take(&turn)
        if let failure { throw failure }
    }

    /// Whether all that stands before a segment is settled. A body is so when the record is that it belongs to.
    func isSettled(before following: JournalSegment, _ watermark: UInt64) -> Bool {
        let last = folder.hasBodies ? following.header.ledgerWatermark : following.header.firstSequence - 1
        return last <= watermark
    }

    private mutating func rotate() throws(JournalError) {
        // Only the last segment may be longer than its records.
        if let file, reserved > end {
            do { try file.truncate(to: end) } catch { throw .notWritten(named(error)) }
            growFromNowOn()
            do { try file.sync() } catch { throw .syncFailed(named(error)) }
        }
        let header = SegmentHeader(
            stream: folder.stream, firstSequence: nextSequence,
            ledgerWatermark: folder.hasBodies ? watermark : min(watermark, durableSequence), created: clock.now,
            salt: randomSalt())
        let (segment, file, reserved) = try folder.create(header, from: spares)
        self.file = file
        self.reserved = reserved
        lastBlock = reserved > 0 ? header.bytes : []
        segments.append(segment)
        end = segment.bytes
    }
}

/// Counts the uses of a writer and all its copies, to notice a copy.
private final class Turns: Sendable {
    private let taken = Atomic<UInt64>(0)

    func take(_ turn: inout UInt64) {
        let (isOwner, _) = taken.compareExchange(expected: turn, desired: turn + 1, ordering: .relaxed)
        precondition(isOwner, "a copy of the journal's writer was used beside it")
        turn += 1
    }
}
