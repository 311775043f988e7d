import Platform

/// Goes forwards through the records of one segment, through a buffer. The file may grow meanwhile: what the buffer does
/// not hold whole is read again before it is called damaged.
struct SegmentCursor: Sendable {
    /// What stands at the cursor.
    enum Step: Equatable {
        /// A whole and right record; the cursor has gone past it.
        case record(RecordHeader)
        /// The file ends here.
        case end
        /// Something that is no record, or not the one that is due; the cursor has not moved.
        case invalid(JournalDamage)
    }

    let segment: JournalSegment
    let file: any DiskFile
    /// Where the next record begins.
    private(set) var offset = UInt64(JournalLayout.segmentHeaderBytes)
    /// Where the batch of the last record begins; the end of the header before the first record.
    private(set) var batchOffset = UInt64(JournalLayout.segmentHeaderBytes)
    /// The sequence that the next record must have.
    private(set) var expected: UInt64

    private let salted: CRC32C
    let chunkBytes: Int
    private var buffer: [UInt8] = []
    private var bufferStart: UInt64 = 0
    private var payloadStart = 0

    init(_ segment: JournalSegment, file: any DiskFile, limits: JournalLimits) {
        self.segment = segment
        self.file = file
        expected = segment.header.firstSequence
        salted = segment.header.checksum
        chunkBytes = limits.readChunkBytes
    }

    /// The next record, or why there is none.
    mutating func step() throws(JournalError) -> Step {
        let step = try attempt()
        if case .record = step { return step }
        // The buffer may be older than the record: what the file holds now decides.
        if bufferStart == offset, buffer.isEmpty { return step }
        buffer = []
        return try attempt()
    }

    private mutating func attempt() throws(JournalError) -> Step {
        guard try fill(JournalLayout.recordHeaderBytes) else { return buffer.isEmpty ? .end : .invalid(.recordCutOff) }
        let header = RecordHeader(buffer, at: Int(offset - bufferStart))
        guard header.length <= JournalLimits.recordBytes else { return .invalid(.length(header.length)) }
        guard try fill(header.recordBytes) else { return .invalid(.recordCutOff) }
        let start = Int(offset - bufferStart)
        let sum = RecordHeader.checksum(buffer, at: start, count: header.recordBytes, after: salted)
        guard sum == header.checksum else { return .invalid(.checksum) }
        guard header.sequence == expected else {
            return .invalid(.sequence(found: header.sequence, expected: expected))
        }
        if header.batchIndex == 0 { batchOffset = offset }
        payloadStart = start + JournalLayout.recordHeaderBytes
        offset += UInt64(header.recordBytes)
        expected += 1
        return .record(header)
    }

    /// Goes to another place, where a record of that sequence begins.
    mutating func move(to offset: UInt64, expecting sequence: UInt64) {
        self.offset = offset
        expected = sequence
    }

    /// The record that `step` has just gone past.
    func record(_ header: RecordHeader) -> JournalRecord {
        let skipped = header.goesOn ? min(Int(header.length), JournalLayout.bodyNumberBytes) : 0
        return JournalRecord(
            sequence: header.sequence, type: JournalRecordType(rawValue: header.type & ~JournalLayout.goesOn),
            payload: Array(buffer[payloadStart + skipped..<payloadStart + Int(header.length)]))
    }

    /// The number of the body in which the record goes on that `step` has just gone past; nil where it is whole. 0, which is
    /// nobody's number, where there is no room for one.
    func body(_ header: RecordHeader) -> UInt64? {
        guard header.goesOn else { return nil }
        return header.length < JournalLayout.bodyNumberBytes ? 0 : buffer.number(at: payloadStart)
    }

    /// Sees to it that the buffer holds `count` bytes from the cursor on; false where the file ends before. The buffer then
    /// begins at the cursor and is empty only if the file ends at the cursor.
    private mutating func fill(_ count: Int) throws(JournalError) -> Bool {
        if offset >= bufferStart, offset - bufferStart + UInt64(count) <= UInt64(buffer.count) { return true }
        let (file, offset, wanted) = (file, offset, max(count, chunkBytes))
        buffer = try reading { () throws(SystemError) in try file.read(at: offset, count: wanted) }
        bufferStart = offset
        return buffer.count >= count
    }
}
