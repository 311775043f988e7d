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

    /// Where the payload of a record begins that begins at an index, without the number of a body.
    func payloadStart(at index: Int) -> Int {
        index + JournalLayout.recordHeaderBytes + (goesOn ? JournalLayout.bodyNumberBytes : 0)
    }

    /// Says in a header of zeroes at an index what record follows it.
    static func describe(
        _ type: JournalRecordType, goesOn: Bool, length: UInt32, at index: Int, in bytes: inout [UInt8]
    ) {
        bytes.replace(at: index, with: length)
        bytes.replace(at: index + 16, with: type.rawValue | (goesOn ? JournalLayout.goesOn : 0))
    }

    /// Gives the record at an index its place, and with it its checksum.
    ///
    /// - Returns: how many bytes it takes up.
    static func place(
        at index: Int, sequence: UInt64, batchIndex: UInt32, after salted: CRC32C, in bytes: inout [UInt8]
    ) -> Int {
        bytes.replace(at: index + 8, with: sequence)
        bytes.replace(at: index + 20, with: batchIndex)
        let count = JournalLayout.recordBytes(payload: Int(bytes.number(UInt32.self, at: index)))
        bytes.replace(at: index + 4, with: checksum(bytes, at: index, count: count, after: salted))
        return count
    }
}
