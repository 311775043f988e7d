import Events
public import Platform

/// What `itp journal repair` did.
public struct JournalRepair: Sendable, Equatable {
    /// Sequences that no readable record has any more, in order, whether this repair has given them up or an earlier one:
    /// the journal opens without them.
    public var lost: [ClosedRange<UInt64>] = []
    /// The torn tail that was cut off, if there was one.
    public var cut: JournalRecovery.Cut?
    /// The damaged files as they were, under their new names.
    public var kept: [String] = []
}

extension JournalFolder {
    /// Mends the journal; no writer may have it open. A torn tail is cut off. A damaged segment is kept as `….damaged`, and
    /// each run of right records in it becomes a segment of its own, byte for byte; what lies between is given up, in
    /// the header of the segment after it. It can be run again after a power loss.
    ///
    /// - Parameters:
    ///   - ledgerWatermark: what the ledger has settled, if it can be asked: records after it that are in no segment before
    ///     the first one are given up too.
    ///   - clock: gives new segments their time.
    public func repair(
        ledgerWatermark: UInt64? = nil, clock: any Clock = SystemClock()
    ) throws(JournalError) -> JournalRepair {
        var repair = JournalRepair()
        try removeUnfinished()
        repair.lost = try repairStream(after: ledgerWatermark, clock, &repair)
        _ = try bodies.repairStream(after: nil, clock, &repair)
        try giveUpBodies(after: ledgerWatermark, clock, &repair)
        return repair
    }

    /// Mends one stream; gives the sequences that it has given up.
    private func repairStream(
        after ledgerWatermark: UInt64?, _ clock: any Clock, _ repair: inout JournalRepair
    ) throws(JournalError) -> [ClosedRange<UInt64>] {
        // Damaged segments first, so that all that is left to do is between segments.
        for first in try firstSequences() {
            do {
                let isLast = try firstSequences().last == first
                var cursor = try cursor(first)
                switch try cursor.finish() {
                case .clean:
                    continue
                case .torn(let bytes, let onlyZeroes, _) where isLast:
                    try cutTail(of: first, at: cursor.offset)
                    repair.cut = JournalRecovery.Cut(
                        file: cursor.segment.path, offset: cursor.offset, bytes: bytes, onlyZeroes: onlyZeroes)
                case .torn, .damaged:
                    if try isCompressed(first) {
                        // Its runs become plain segments: damaged blocks read as zeroes.
                        let kept = compressedFile(first) + ".damaged"
                        try writing { () throws(SystemError) in try expand(first, keeping: kept) }
                        cursor = try self.cursor(first)
                        _ = try cursor.finish()
                        repair.kept.append(kept)
                    }
                    repair.kept.append(try split(cursor))
                }
            } catch .damaged(_, _, let damage) {
                if case .format(let version) = damage {
                    throw .damaged(file: try path(of: first), offset: 0, .format(version))
                }
                repair.kept.append(try setAside(first, clock))
            }
        }
        return try giveUpGaps(after: ledgerWatermark)
    }

    private func path(of first: UInt64) throws(JournalError) -> String {
        try isCompressed(first) ? compressedFile(first) : file(first)
    }

    private func cutTail(of first: UInt64, at offset: UInt64) throws(JournalError) {
        let file = try open(first, .write).file
        try writing { () throws(SystemError) in
            try file.truncate(to: offset)
            try file.sync()
        }
    }

    /// Makes a segment of each run of right records, the first one in place of the damaged file.
    private func split(_ damaged: SegmentCursor) throws(JournalError) -> String {
        let source = damaged.file
        let header = damaged.segment.header
        let path = damaged.segment.path
        let front = try reading { () throws(SystemError) in
            try source.read(
                at: UInt64(JournalLayout.segmentHeaderBytes),
                count: Int(damaged.offset) - JournalLayout.segmentHeaderBytes)
        }
        var after = damaged
        while try after.skipDamage() {
            let (start, first) = (after.offset, after.expected)
            _ = try after.finish()
            let count = Int(after.offset - start)
            let run = try reading { () throws(SystemError) in try source.read(at: start, count: count) }
            var own = header
            own.firstSequence = first
            try put(own, records: run)
        }
        let whole = try reading { () throws(SystemError) in
            try source.read(at: 0, count: Int(try source.size()))
        }
        try writing { () throws(SystemError) in
            // A copy that an earlier run has not finished goes first; the file itself is still in its place.
            let copy = JournalLayout.name(stream: stream, firstSequence: header.firstSequence) + ".damaged"
            if try disk.list(self.path).contains(copy) { try disk.unlink(path + ".damaged") }
            try put(raw: whole, at: path + ".damaged")
            // The runs after the damage and the copy are in place; only now is the damaged file replaced.
            try put(raw: header.bytes + front, at: path + ".new")
            try disk.rename(path + ".new", to: path)
            try disk.syncFolder(self.path)
        }
        return path + ".damaged"
    }

    /// A segment whose header is unreadable has lost its salt, and with it what tells its records from noise. If it is the
    /// last one, an empty segment takes its place that begins after every sequence that it can have held.
    private func setAside(_ first: UInt64, _ clock: any Clock) throws(JournalError) -> String {
        let path = try path(of: first)
        let isLast = try firstSequences().last == first
        let bytes = try reading { () throws(SystemError) in try disk.open(path, .read).size() }
        if isLast {
            let most = bytes / UInt64(JournalLayout.recordHeaderBytes) + 1
            let header = SegmentHeader(
                stream: stream, firstSequence: first + most, ledgerWatermark: 0, created: clock.now,
                salt: randomSalt(), lostBefore: most)
            _ = try create(header)
        }
        try writing { () throws(SystemError) in
            try disk.rename(path, to: path + ".damaged")
            try disk.syncFolder(self.path)
        }
        return path + ".damaged"
    }

    /// Notes in each header what is missing before it.
    private func giveUpGaps(after ledgerWatermark: UInt64?) throws(JournalError) -> [ClosedRange<UInt64>] {
        var last = ledgerWatermark
        var lost: [ClosedRange<UInt64>] = []
        for first in try firstSequences() {
            var cursor = try cursor(first)
            var header = cursor.segment.header
            _ = try cursor.finish()
            if let last, first > last + 1, hasBodies || header.ledgerWatermark < first - 1 {
                lost.append(last + 1...first - 1)
                header.lostBefore = first - last - 1
            }
            if header != cursor.segment.header { try rewrite(header) }
            last = cursor.expected - 1
        }
        return lost
    }

    /// Notes in the headers of the bodies' stream what records name and nobody has, and which records are lost with it.
    private func giveUpBodies(
        after ledgerWatermark: UInt64?, _ clock: any Clock, _ repair: inout JournalRepair
    ) throws(JournalError) {
        var names: [(sequence: UInt64, body: UInt64)] = []
        for first in try firstSequences() {
            var cursor = try cursor(first)
            _ = try cursor.finish { (sequence, body) in names.append((sequence, body)) }
        }
        guard let most = names.map(\.body).max() else { return }
        let headers = try bodies.headers().map(\.header)
        let last = try bodies.lastSequence()
        let index = BodyIndex(headers, last: last)
        let unsettled = names.filter { $0.sequence > ledgerWatermark ?? 0 }
        let isKnown = ledgerWatermark != nil
        let missing = unsettled.filter {
            index.place(of: $0.body, record: $0.sequence, isUnsettled: isKnown) == .missing
        }
        if most > last {
            _ = try bodies.create(
                SegmentHeader(
                    stream: bodies.stream, firstSequence: most + 1, ledgerWatermark: 0, created: clock.now,
                    salt: randomSalt(), lostBefore: most - last))
        }
        if var header = headers.first, let least = missing.map(\.body).min(), least > 0,
            least < header.firstSequence - header.lostBefore
        {
            header.lostBefore = header.firstSequence - least
            try bodies.rewrite(header)
        }
        let now = BodyIndex(try bodies.headers().map(\.header), last: max(last, most))
        for name in unsettled where now.place(of: name.body, record: name.sequence, isUnsettled: isKnown) != .kept {
            repair.lost.append(name.sequence...name.sequence)
        }
    }

    private func rewrite(_ header: SegmentHeader) throws(JournalError) {
        let (first, bytes) = (header.firstSequence, header.bytes)
        if try isCompressed(first) { try writing { () throws(SystemError) in try expand(first) } }
        let file = try open(first, .write).file
        try writing { () throws(SystemError) in
            try file.writeAll(bytes, at: 0)
            try file.sync()
        }
    }

    private func put(_ header: SegmentHeader, records: [UInt8]) throws(JournalError) {
        let path = file(header.firstSequence)
        try writing { () throws(SystemError) in
            try put(raw: header.bytes + records, at: path + ".new")
            try disk.rename(path + ".new", to: path)
            try disk.syncFolder(self.path)
        }
    }

    private func put(raw bytes: [UInt8], at path: String) throws(SystemError) {
        let file = try disk.open(path, .create)
        try file.writeAll(bytes, at: 0)
        try file.sync()
    }

    private func writing(_ body: () throws(SystemError) -> Void) throws(JournalError) {
        do { try body() } catch { throw .notUndone(error) }
    }
}
