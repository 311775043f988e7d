import Platform

/// What stands after the last right record of a segment.
public enum SegmentTail: Sendable, Equatable {
    /// Nothing.
    case clean
    /// A batch that a power loss tore, or zeroes, so many bytes; what is wrong is only so if the segment is not the last.
    case torn(bytes: UInt64, onlyZeroes: Bool, JournalDamage)
    /// A record of a later batch follows, or the record there is whole but not the one that is due.
    case damaged(JournalDamage)
}

extension SegmentCursor {
    /// Goes to the end of the segment's right records and says what follows them. `visit` is told which records go on in
    /// which bodies.
    mutating func finish(
        _ visit: (_ sequence: UInt64, _ body: UInt64) throws(JournalError) -> Void = { _, _ in }
    ) throws(JournalError) -> SegmentTail {
        while true {
            switch try step() {
            case .record(let header):
                if let body = body(header) { try visit(header.sequence, body) }
            case .end: return .clean
            case .invalid(let damage): return try tail(damage)
            }
        }
    }

    /// Tells a torn batch from damage. All that a power loss can tear is the last batch, which was begun at or before the
    /// record that is due: if any later record is whole and belongs to a batch begun after it, then what is due was
    /// durable once. (Damage within the last batch looks as a tear does, and cannot be told from one.)
    private func tail(_ damage: JournalDamage) throws(JournalError) -> SegmentTail {
        if case .sequence = damage { return .damaged(damage) }
        let expected = expected
        let search = try search { $0.batchStart > expected }
        if search.found != nil { return .damaged(damage) }
        return .torn(bytes: search.end - offset, onlyZeroes: search.onlyZeroes, damage)
    }

    /// Goes over what is wrong at the cursor, to the next right record with a later sequence; false if there is none.
    mutating func skipDamage() throws(JournalError) -> Bool {
        let expected = expected
        guard let (offset, header) = try search(where: { $0.sequence > expected }).found else { return false }
        move(to: offset, expecting: header.sequence)
        return true
    }

    /// Looks, from the cursor on, at every place where a record can begin, for a whole one that is wanted.
    private func search(
        where isWanted: (RecordHeader) -> Bool
    ) throws(JournalError) -> (found: (UInt64, RecordHeader)?, end: UInt64, onlyZeroes: Bool) {
        var window = TailWindow(file: file, chunkBytes: chunkBytes)
        var at = offset
        var onlyZeroes = true
        while let index = try window.index(of: at, count: JournalLayout.recordHeaderBytes) {
            defer { at += UInt64(JournalLayout.alignment) }
            let zeroes = window.zeroBytes(from: index)
            if zeroes >= JournalLayout.recordHeaderBytes {
                // No record begins before the last two words of them: a segment may end in 64 MiB of zeroes.
                at += UInt64(zeroes - JournalLayout.recordHeaderBytes)
                continue
            }
            onlyZeroes = false
            let header = RecordHeader(window.buffer, at: index)
            guard header.reserved == 0, header.length <= JournalLimits.recordBytes, header.sequence > expected,
                header.batchIndex < header.sequence, isWanted(header),
                let start = try window.index(of: at, count: header.recordBytes)
            else { continue }
            let sum = RecordHeader.checksum(
                window.buffer, at: start, count: header.recordBytes, after: segment.header.checksum)
            if sum == header.checksum { return ((at, header), at, false) }
        }
        let rest = try reading { () throws(SystemError) in
            try file.read(at: at, count: JournalLayout.recordHeaderBytes)
        }
        return (nil, at + UInt64(rest.count), onlyZeroes && rest.allSatisfy { $0 == 0 })
    }
}

/// A part of a file in memory, which moves on as it is asked for.
private struct TailWindow {
    let file: any DiskFile
    let chunkBytes: Int
    private(set) var buffer: [UInt8] = []
    private var start: UInt64 = 0

    init(file: any DiskFile, chunkBytes: Int) {
        self.file = file
        self.chunkBytes = chunkBytes
    }

    /// Where in the buffer a place of the file is, once `count` bytes from there are in it; nil where the file ends before.
    mutating func index(of offset: UInt64, count: Int) throws(JournalError) -> Int? {
        if offset < start || offset - start + UInt64(count) > UInt64(buffer.count) {
            let (file, wanted) = (file, max(count, chunkBytes))
            let read = try reading { () throws(SystemError) in try file.read(at: offset, count: wanted) }
            // A claim beyond the end of the file leaves the window as it is.
            guard read.count >= count else { return nil }
            buffer = read
            start = offset
        }
        return Int(offset - start)
    }

    /// How many bytes of zero stand from an index on, counted in whole words.
    func zeroBytes(from index: Int) -> Int {
        unsafe buffer.withUnsafeBytes { all in
            var at = index
            while at + 8 <= all.count, unsafe all.loadUnaligned(fromByteOffset: at, as: UInt64.self) == 0 { at += 8 }
            return at - index
        }
    }
}
