import Platform

/// The journal's layout on disk, format 1. `docs/journal-format.md` says the same at length.
///
///     journal   = segments in one folder, named "<stream>-<first sequence, 20 digits>.journal"
///     segment   = SegmentHeader record*             (the last one may end in zeroes or in a torn batch)
///     An old segment may be compressed as a whole, in a file named "….journal.z": see `CompressedSegment`.
///
///     SegmentHeader, 64 bytes, little-endian:
///         0   magic            8 bytes  "ITPJRNL\n"
///         8   format           UInt16   1
///         10  stream           UInt16   0 for records, 1 for bodies too large to stand among them
///         12  headerBytes      UInt32   64: where the first record begins
///         16  firstSequence    UInt64   of the first record; 1 or more
///         24  ledgerWatermark  UInt64   all up to here was settled when the segment was made; in stream 1: the last
///                                       record of stream 0 at that time, where all earlier bodies had their places
///         32  created          Int64    milliseconds since 1970, UTC
///         40  salt             UInt64   random; begins the checksum of every record of the segment
///         48  lostBefore       UInt64   sequences just before the first that a repair has given up
///         56  reserved         4 bytes of zero
///         60  checksum         UInt32   CRC-32C of bytes 0–59
///
///     record, at a multiple of 8, little-endian:
///         0   length           UInt32   of the payload, at most 64 MiB
///         4   checksum         UInt32   CRC-32C of: salt, bytes 0–3, bytes 8 to the end of the padding
///         8   sequence         UInt64   one more than the record before
///         16  type             UInt16   the owner's; with 0x8000, the payload goes on in stream 1, and begins here with
///                                       the number (UInt64) of the rest
///         18  reserved         UInt16   0
///         20  batchIndex       UInt32   0 for the first record of a batch, 1 for the second …
///         24  payload          `length` bytes, fields (`TLVField`); opaque to the journal
///             padding          0–7 bytes of zero
///
/// Constraints:
/// - Sequences are 1 to 2^63 - 1. Stream 0 alone gives records their places; bodies are numbered for themselves, and a
///   body is durable before the record in stream 0 that names it is written. One that is named by none was never answered.
/// - A segment has its final name only once its header is durable; until then it is called `….new`.
/// - Sequences are contiguous. A segment may begin later than the one before ended only where its header says
///   `ledgerWatermark = firstSequence - 1` (the ledger knew more than the journal had kept), or that a repair has given
///   the records between up (`lostBefore`).
/// - A batch is one write and one sync, is within one segment, and is only begun when the one before is durable. So a
///   power loss can tear the last batch alone; what of it is whole up to its first tear is kept.
/// - No two segments share a salt, so what an older use of the blocks left behind is no record. (A repair that cuts one
///   segment in pieces gives them all its salt, so that their records keep their bytes.)
enum JournalLayout {
    static let magic: [UInt8] = Array("ITPJRNL\n".utf8)
    static let format: UInt16 = 1
    static let segmentHeaderBytes = 64
    static let recordHeaderBytes = 24
    static let alignment = 8
    static let lastSequence: UInt64 = 1 << 63 - 1
    static let suffix = ".journal"
    static let compressedSuffix = ".journal.z"
    static let unfinishedSuffixes = [".journal.new", ".journal.z.new"]
    /// The stream of the records, and that of what is too large to stand among them.
    static let recordStream: UInt16 = 0
    static let bodyStream: UInt16 = 1
    /// Set in the type of a record whose payload goes on in the other stream.
    static let goesOn: UInt16 = 0x8000
    /// The number of the rest, before such a payload.
    static let bodyNumberBytes = 8

    /// The bytes that a record with such a payload takes.
    static func recordBytes(payload: Int) -> Int { (recordHeaderBytes + payload + alignment - 1) & ~(alignment - 1) }

    /// The name of a segment's file.
    static func name(stream: UInt16, firstSequence: UInt64) -> String {
        let digits = String(firstSequence)
        return "\(stream)-\(String(repeating: "0", count: 20 - digits.count))\(digits)\(suffix)"
    }

    /// Reads a name; nil for anything that is not a segment's, such as an unfinished one.
    static func parse(name: String) -> (stream: UInt16, firstSequence: UInt64, isCompressed: Bool)? {
        let isCompressed = name.hasSuffix(compressedSuffix)
        let suffix = isCompressed ? compressedSuffix : suffix
        guard name.hasSuffix(suffix) else { return nil }
        let stem = name.dropLast(suffix.count)
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let stream = UInt16(parts[0]), let first = UInt64(parts[1]),
            first <= lastSequence,
            self.name(stream: stream, firstSequence: first) == stem + self.suffix
        else { return nil }
        return (stream, first, isCompressed)
    }
}

extension Array where Element == UInt8 {
    /// Fills the last block with zeroes, where the first one begins at an index.
    mutating func fillBlock(from start: Int = 0) {
        let rest = (count - start) % DiskBlock.bytes
        if rest > 0 { append(contentsOf: repeatElement(0, count: DiskBlock.bytes - rest)) }
    }

    /// Appends a few zeroes, 32 at most, in one piece.
    mutating func appendZeroes(_ count: Int) {
        let zeroes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe Swift.withUnsafeBytes(of: zeroes) {
            unsafe append(contentsOf: UnsafeBufferPointer(rebasing: $0.bindMemory(to: UInt8.self)[..<count]))
        }
    }

    /// The little-endian number at an index; the caller has made sure that it is there.
    func number<Number: FixedWidthInteger & UnsignedInteger>(_ kind: Number.Type = Number.self, at index: Int) -> Number
    {
        precondition(index >= 0 && index + Number.bitWidth / 8 <= count)
        return unsafe withUnsafeBytes {
            Number(littleEndian: unsafe $0.loadUnaligned(fromByteOffset: index, as: Number.self))
        }
    }

    /// Appends a number, little-endian.
    mutating func append<Number: FixedWidthInteger & UnsignedInteger>(number: Number) {
        for byte in 0..<Number.bitWidth / 8 { append(UInt8(truncatingIfNeeded: number >> Number(byte * 8))) }
    }

    /// Puts a number, little-endian, over what is at an index.
    mutating func replace<Number: FixedWidthInteger & UnsignedInteger>(at index: Int, with number: Number) {
        precondition(index >= 0 && index + Number.bitWidth / 8 <= count)
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: number.littleEndian, toByteOffset: index, as: Number.self)
        }
    }
}
