import Platform

/// What `itp journal verify` finds: every segment, read from its first byte to its last.
public struct JournalVerification: Sendable, Equatable {
    /// One segment.
    public struct Segment: Sendable, Equatable {
        /// The file and its header.
        public var segment: JournalSegment
        /// How many right records it begins with.
        public var records: UInt64
        /// What follows them.
        public var tail: SegmentTail
        /// Where they end in the file.
        public var end: UInt64

        /// The last of the right records; one less than the first due when there is none.
        public var lastSequence: UInt64 { segment.header.firstSequence + records - 1 }
    }

    /// All segments of records whose header is right, in order.
    public var segments: [Segment] = []
    /// The same of the stream of bodies.
    public var bodies: [Segment] = []
    /// What stops the service from starting, in order of the segments.
    public var damage: [JournalError] = []
    /// The torn tail of the last segment, which the next start cuts off; it is no damage.
    public var tornTail: JournalRecovery.Cut?
    /// The torn tail of the last segment of bodies.
    public var tornBodies: JournalRecovery.Cut?
    /// How many records are there and right.
    public var records: UInt64 { segments.reduce(0) { $0 + $1.records } }
}

extension JournalFolder {
    /// Reads everything and says what is there and what is wrong. Writes nothing; a torn tail is no damage.
    public func verify() throws(JournalError) -> JournalVerification {
        let other = try bodies.verifyStream { _, _ in .kept }
        let index = BodyIndex(other.segments.map(\.segment.header), last: other.segments.last?.lastSequence ?? 0)
        // Where a segment of bodies cannot be read, that is said, and not also what is missing with it.
        let isWhole = other.damage.isEmpty
        var result = try verifyStream { record, body in isWhole ? index.place(of: body, record: record) : .kept }
        result.bodies = other.segments
        result.tornBodies = other.tornTail
        result.damage += other.damage
        return result
    }

    private func verifyStream(_ place: (UInt64, UInt64) -> BodyIndex.Place) throws(JournalError) -> JournalVerification
    {
        var result = JournalVerification()
        let firsts = try firstSequences()
        // The last sequence of the segment before; nil when its end is not known.
        var last: UInt64?
        for first in firsts {
            do {
                var cursor = try cursor(first)
                var missing: [JournalError] = []
                let tail = try cursor.finish { (sequence, body) in
                    guard place(sequence, body) == .missing else { return }
                    missing.append(.bodyMissing(sequence: sequence, body: body, folder: path))
                }
                result.damage += missing
                if let last {
                    result.note { () throws(JournalError) in try refuseGap(after: last, before: cursor.segment) }
                }
                last = nil
                switch tail {
                case .clean:
                    last = cursor.expected - 1
                case .torn(let bytes, let onlyZeroes, _) where first == firsts.last:
                    result.tornTail = JournalRecovery.Cut(
                        file: cursor.segment.path, offset: cursor.offset, bytes: bytes, onlyZeroes: onlyZeroes)
                case .torn(_, _, let damage), .damaged(let damage):
                    result.damage.append(.damaged(file: cursor.segment.path, offset: cursor.offset, damage))
                }
                result.segments.append(
                    JournalVerification.Segment(
                        segment: cursor.segment, records: cursor.expected - first, tail: tail, end: cursor.offset))
            } catch .damaged(let file, let offset, let damage) {
                result.damage.append(.damaged(file: file, offset: offset, damage))
                last = nil
            }
        }
        return result
    }

    /// The headers of all segments, in order: what `itp journal stat` shows. Throws for a damaged header.
    public func stat() throws(JournalError) -> [JournalSegment] { try headers() }

    /// The last right record; 0 when there never was one. With it as its limit, a `JournalReader` dumps a journal that no
    /// writer has open.
    public func lastSequence() throws(JournalError) -> UInt64 {
        guard let first = try firstSequences().last else { return 0 }
        var cursor = try cursor(first)
        switch try cursor.finish() {
        case .clean, .torn: return cursor.expected - 1
        case .damaged(let damage): throw .damaged(file: cursor.segment.path, offset: cursor.offset, damage)
        }
    }
}

extension JournalVerification {
    fileprivate mutating func note(_ check: () throws(JournalError) -> Void) {
        do { try check() } catch { damage.append(error) }
    }
}
