import Platform

/// What a record holds; the numbers are given by the journal's owner, and 0 is nobody's.
public struct JournalRecordType: RawRepresentable, Sendable, Hashable {
    /// The number in the record.
    public var rawValue: UInt16

    /// Makes a type from its number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// What is given to the journal: a type and a payload, which is fields (`TLVWriter`) by agreement between the owners.
public struct JournalEntry: Sendable, Equatable {
    /// What the payload holds.
    public var type: JournalRecordType
    /// The bytes to keep.
    public var payload: [UInt8]
    /// The number of the rest of the payload, where that is durable in the stream of bodies already; nil = this is all.
    public var body: UInt64?

    /// Makes an entry.
    public init(type: JournalRecordType, payload: [UInt8], body: UInt64? = nil) {
        self.type = type
        self.payload = payload
        self.body = body
    }

    /// How long the payload is in its own stream.
    var ownBytes: Int { payload.count + (body == nil ? 0 : JournalLayout.bodyNumberBytes) }
}

/// What the journal gives back.
public struct JournalRecord: Sendable, Equatable {
    /// The record's place in the one order of all records, from 1.
    public var sequence: UInt64
    /// What the payload holds.
    public var type: JournalRecordType
    /// The bytes as they were given.
    public var payload: [UInt8]

    /// Makes a record.
    public init(sequence: UInt64, type: JournalRecordType, payload: [UInt8]) {
        self.sequence = sequence
        self.type = type
        self.payload = payload
    }
}

/// The 24 bytes before a payload.
struct RecordHeader: Equatable {
    var length: UInt32
    var checksum: UInt32
    var sequence: UInt64
    var type: UInt16
    var reserved: UInt16
    var batchIndex: UInt32

    /// Reads the header at an index; the caller has made sure that 24 bytes are there.
    init(_ bytes: [UInt8], at index: Int) {
        length = bytes.number(at: index)
        checksum = bytes.number(at: index + 4)
        sequence = bytes.number(at: index + 8)
        type = bytes.number(at: index + 16)
        reserved = bytes.number(at: index + 18)
        batchIndex = bytes.number(at: index + 20)
    }

    /// Whether the payload begins with the number of a body, and goes on there.
    var goesOn: Bool { type & JournalLayout.goesOn != 0 }

    /// The bytes of the whole record, padding and all.
    var recordBytes: Int { JournalLayout.recordBytes(payload: Int(length)) }

    /// The sequence of the first record of the batch.
    var batchStart: UInt64 { sequence &- UInt64(batchIndex) }

    /// The checksum that the record at an index should have.
    static func checksum(_ bytes: [UInt8], at index: Int, count: Int, after salted: CRC32C) -> UInt32 {
        var sum = salted
        let span = bytes.span
        sum.update(span.extracting(index..<index + 4))
        sum.update(span.extracting(index + 8..<index + count))
        return sum.value
    }

    /// Appends a whole record to `out`.
    static func append(
        _ entry: JournalEntry, sequence: UInt64, batchIndex: Int, after salted: CRC32C, to out: inout [UInt8]
    ) {
        let start = out.count
        let count = JournalLayout.recordBytes(payload: entry.ownBytes)
        // In one piece: length, checksum (added at the end), sequence, type, reserved, place in the batch.
        let header = (
            UInt32(entry.ownBytes).littleEndian, UInt32(0), sequence.littleEndian,
            (entry.type.rawValue | (entry.body == nil ? 0 : JournalLayout.goesOn)).littleEndian, UInt16(0),
            UInt32(batchIndex).littleEndian
        )
        unsafe withUnsafeBytes(of: header) { unsafe out.append(contentsOf: $0) }
        if let body = entry.body { out.append(number: body) }
        out.append(contentsOf: entry.payload)
        for _ in out.count..<start + count { out.append(0) }
        out.replace(at: start + 4, with: checksum(out, at: start, count: count, after: salted))
    }
}
