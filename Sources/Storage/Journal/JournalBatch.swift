import Platform

/// Records that are made durable together, laid out one behind the other as they will stand in a segment, so that nothing has to
/// be put together for the write. Only their places are missing, which the writer gives them.
public struct JournalBatch: Sendable {
    /// Room before the records for what the segment's last block holds already: a write begins there.
    static let room = DiskBlock.bytes

    /// The room, and the records.
    var bytes = [UInt8](repeating: 0, count: JournalBatch.room)
    /// How many records there are.
    public private(set) var count = 0
    /// The longest payload.
    private(set) var longest = 0

    /// Makes a batch without any record yet.
    public init() {}

    /// How many bytes the records take up.
    public var recordBytes: Int { bytes.count - JournalBatch.room }

    /// Makes a batch of these records.
    public init(_ entries: [JournalEntry]) {
        bytes.reserveCapacity(
            entries.reduce(bytes.count + DiskBlock.bytes) { $0 + JournalLayout.recordBytes(payload: $1.ownBytes) })
        for entry in entries { add(entry.type, body: entry.body) { $0.append(contentsOf: entry.payload) } }
    }

    /// Adds a record whose payload `write` appends.
    ///
    /// - Parameter body: the number of the rest of the payload, where that is durable in the stream of bodies already.
    public mutating func add(_ type: JournalRecordType, body: UInt64? = nil, _ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        bytes.appendZeroes(JournalLayout.recordHeaderBytes)
        if let body { bytes.append(number: body) }
        write(&bytes)
        let length = bytes.count - start - JournalLayout.recordHeaderBytes
        bytes.appendZeroes(JournalLayout.recordBytes(payload: length) - JournalLayout.recordHeaderBytes - length)
        // One that is too long for its field is too long for the journal, which refuses it.
        RecordHeader.describe(type, goesOn: body != nil, length: UInt32(clamping: length), at: start, in: &bytes)
        longest = max(longest, length)
        count += 1
    }

    /// Puts a number, little-endian, over eight bytes of each payload, `offset` bytes after its beginning; each has to be so long.
    public mutating func put(_ number: UInt64, at offset: Int) {
        var at = JournalBatch.room
        for _ in 0..<count {
            let header = RecordHeader(bytes, at: at)
            bytes.replace(at: header.payloadStart(at: at) + offset, with: number)
            at += header.recordBytes
        }
    }

    /// Gives the records to `take` as the journal will give them back, the first of them with that sequence. Those that go on in
    /// the stream of bodies are left out: they are large, and read when they are wanted.
    public func forEach(
        from first: UInt64,
        _ take: (_ sequence: UInt64, _ type: JournalRecordType, _ payload: ArraySlice<UInt8>) -> Void
    ) {
        var at = JournalBatch.room
        for index in 0..<count {
            let header = RecordHeader(bytes, at: at)
            let start = header.payloadStart(at: at)
            at += header.recordBytes
            if header.goesOn { continue }
            take(
                first + UInt64(index), JournalRecordType(rawValue: header.type),
                bytes[start..<start + Int(header.length)])
        }
    }

    /// Gives the records their places, and with them their checksums.
    mutating func place(from first: UInt64, after salted: CRC32C) {
        var at = JournalBatch.room
        for index in 0..<count {
            at += RecordHeader.place(
                at: at, sequence: first + UInt64(index), batchIndex: UInt32(index), after: salted, in: &bytes)
        }
    }

    /// Puts what the segment's last block holds already before the records.
    ///
    /// - Returns: the index at which the write begins.
    mutating func begin(with lastBlock: [UInt8]) -> Int {
        let start = JournalBatch.room - lastBlock.count
        bytes.replaceSubrange(start..<JournalBatch.room, with: lastBlock)
        return start
    }

    /// Fills the last block of a write that begins at an index, until `unfill`.
    ///
    /// - Returns: what that block holds.
    mutating func fillBlock(from start: Int) -> [UInt8] {
        let held = Array(bytes[(start + (bytes.count - start) / DiskBlock.bytes * DiskBlock.bytes)...])
        bytes.fillBlock(from: start)
        return held
    }

    /// Takes out what stands behind the records, which take up so many bytes.
    mutating func unfill(_ recordBytes: Int) { bytes.removeLast(self.recordBytes - recordBytes) }

    /// Takes all records out again. `kept`: how many bytes of memory may stay for the next ones.
    public mutating func removeAll(keeping kept: Int) {
        if bytes.capacity > kept { bytes = [UInt8](repeating: 0, count: JournalBatch.room) }
        unfill(0)
        (count, longest) = (0, 0)
    }
}
