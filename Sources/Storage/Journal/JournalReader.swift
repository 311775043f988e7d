import Platform

/// Reads records in order, from any sequence on, while the writer appends. It has files of its own, so it may be on another
/// thread than the writer; each thread has a reader of its own.
public struct JournalReader: Sendable {
    private let folder: JournalFolder
    private var next: UInt64
    private var bodies: BodyReader
    private var cursor: SegmentCursor?
    /// Whether `next` may be in a later segment than the cursor.
    private var hasSkipped = false

    /// Reads from a sequence on; nothing is opened yet.
    public init(_ folder: JournalFolder, from sequence: UInt64 = 1) {
        self.folder = folder
        bodies = BodyReader(folder.bodies)
        next = max(1, sequence)
    }

    /// The sequence that `next` gives next, unless the journal has left it out.
    public var position: UInt64 { next }

    /// Goes to a sequence: forwards within a segment costs reading what is between.
    public mutating func seek(to sequence: UInt64) {
        if sequence < next { cursor = nil }
        if sequence > next { hasSkipped = true }
        next = max(1, sequence)
    }

    /// The next record, if its sequence is not above `durable`; nil at the end. The caller passes what the writer has
    /// acknowledged: nothing above that is looked at.
    ///
    /// Where the journal has a gap of settled records, this goes on after it; so it does behind a record whose body is settled
    /// and gone, or was given up by a repair.
    public mutating func next(upTo durable: UInt64) throws(JournalError) -> JournalRecord? {
        while next <= durable {
            guard try enterSegment(), var here = cursor else { return nil }
            if here.expected > durable { return nil }
            let step = try here.step()
            cursor = here
            switch step {
            case .record(let header):
                if header.sequence < next { continue }
                next = header.sequence + 1
                var record = here.record(header)
                if let body = here.body(header) {
                    guard let rest = try bodies.body(body, of: header.sequence) else { continue }
                    record.payload += rest
                }
                return record
            case .end:
                guard try leaveSegment(here) else { throw .noSuchRecord(here.expected) }
            case .invalid(let damage):
                throw damaged(here, damage)
            }
        }
        return nil
    }

    /// One record by its sequence, which the writer has acknowledged: for showing an old alert. It reads the record's
    /// segment from its beginning, or from the cursor when the record is further on in the same segment.
    public mutating func record(_ sequence: UInt64) throws(JournalError) -> JournalRecord {
        seek(to: sequence)
        guard let record = try next(upTo: sequence), record.sequence == sequence else { throw .noSuchRecord(sequence) }
        return record
    }

    /// Sees to it that the cursor is in the segment that holds `next`, or in the first one after it; false without any.
    private mutating func enterSegment() throws(JournalError) -> Bool {
        if cursor != nil, !hasSkipped { return true }
        let firsts = try folder.firstSequences()
        guard let first = firsts.last(where: { $0 <= next }) ?? firsts.first else { return false }
        hasSkipped = false
        // Segments between may have been removed meanwhile, so the way there does not lead through them.
        if let cursor, cursor.segment.header.firstSequence == first { return true }
        cursor = try folder.cursor(first)
        return true
    }

    /// Goes from the end of one segment into the one after it; false if there is none.
    private mutating func leaveSegment(_ here: SegmentCursor) throws(JournalError) -> Bool {
        let current = here.segment.header.firstSequence
        guard let first = try folder.firstSequences().first(where: { $0 > current }) else { return false }
        let following = try folder.cursor(first)
        try folder.refuseGap(after: here.expected - 1, before: following.segment)
        cursor = following
        return true
    }

    private func damaged(_ here: SegmentCursor, _ damage: JournalDamage) -> JournalError {
        .damaged(file: here.segment.path, offset: here.offset, damage)
    }
}
