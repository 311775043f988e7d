public import Events
import Platform

/// The head of a segment; see `JournalLayout` for its bytes.
public struct SegmentHeader: Sendable, Equatable {
    /// Which of the journal's streams the segment belongs to.
    public var stream: UInt16
    /// The sequence of the segment's first record.
    public var firstSequence: UInt64
    /// All records up to here were settled when the segment was made.
    public var ledgerWatermark: UInt64
    /// When the segment was made.
    public var created: Instant
    /// Begins the checksum of every record of the segment.
    public var salt: UInt64
    /// How many sequences just before the first a repair has given up.
    public var lostBefore: UInt64 = 0

    /// The 64 bytes of the header.
    var bytes: [UInt8] {
        var out = JournalLayout.magic
        out.append(number: JournalLayout.format)
        out.append(number: stream)
        out.append(number: UInt32(JournalLayout.segmentHeaderBytes))
        out.append(number: firstSequence)
        out.append(number: ledgerWatermark)
        out.append(number: UInt64(bitPattern: created.milliseconds))
        out.append(number: salt)
        out.append(number: lostBefore)
        out.append(number: UInt32(0))
        out.append(number: CRC32C.checksum(out))
        return out
    }

    /// Reads a header from the first bytes of a file.
    static func parse(_ bytes: [UInt8]) throws(JournalDamage) -> SegmentHeader {
        guard bytes.count >= JournalLayout.segmentHeaderBytes else { throw .headerCutOff }
        let bytes = Array(bytes.prefix(JournalLayout.segmentHeaderBytes))
        guard Array(bytes.prefix(8)) == JournalLayout.magic else { throw .magic }
        // The version comes before the checksum: another format may have put that elsewhere.
        let format = bytes.number(UInt16.self, at: 8)
        guard format == JournalLayout.format else { throw .format(format) }
        guard CRC32C.checksum(Array(bytes.prefix(60))) == bytes.number(at: 60) else { throw .headerChecksum }
        let header = SegmentHeader(
            stream: bytes.number(at: 10), firstSequence: bytes.number(at: 16), ledgerWatermark: bytes.number(at: 24),
            created: Instant(milliseconds: Int64(bitPattern: bytes.number(at: 32))), salt: bytes.number(at: 40),
            lostBefore: bytes.number(at: 48))
        guard header.firstSequence > header.lostBefore, header.firstSequence <= JournalLayout.lastSequence,
            bytes.number(UInt32.self, at: 12) == JournalLayout.segmentHeaderBytes
        else {
            throw .headerField
        }
        return header
    }

    /// The beginning of every checksum of this segment.
    var checksum: CRC32C {
        var sum = CRC32C()
        sum.update(salt)
        return sum
    }
}

/// A segment's file with the header that was read from it.
public struct JournalSegment: Sendable, Equatable {
    /// Where it is.
    public var path: String
    /// Its head.
    public var header: SegmentHeader
    /// How long its file is, as it was when looked at.
    public var bytes: UInt64
}
