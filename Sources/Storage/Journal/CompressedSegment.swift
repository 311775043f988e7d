import Platform

/// An old segment as it is kept: its bytes in blocks, each a zlib stream of its own, so that any place of it can be read with
/// little memory. It reads as the segment was; nothing can be written to it.
///
///     compressed = head, table, 0–7 bytes of zero, blocks one after the other
///
///     head, 40 bytes, little-endian:
///         0   magic            8 bytes  "ITPJRNZ\n"
///         8   format           UInt16   1
///         10  reserved         UInt16   0
///         12  blockBytes       UInt32   262144: what each block but the last holds
///         16  segmentBytes     UInt64   the segment's length
///         24  blocks           UInt32   how many there are
///         28  tableChecksum    UInt32   CRC-32C of the table
///         32  reserved         4 bytes of zero
///         36  checksum         UInt32   CRC-32C of bytes 0–35
///     table, for each block:
///         0   length           UInt32   of the compressed block
///         4   checksum         UInt32   CRC-32C of it
///
/// A block that is damaged reads as zeroes: what is wrong is then found at its place in the segment, as in any other.
final class CompressedSegment: DiskFile {
    static let magic: [UInt8] = Array("ITPJRNZ\n".utf8)
    static let format: UInt16 = 1
    static let headBytes = 40
    static let entryBytes = 8
    static let blockBytes = 256 << 10
    /// Blocks of the longest segment that can be: more is damage.
    static let maxBlocks = 1 << 16

    private struct Block: Sendable {
        var offset: UInt64
        var length: Int
        var checksum: UInt32
    }

    let path: String
    private let file: any DiskFile
    private let segmentBytes: UInt64
    private let blocks: [Block]
    /// The block that was read last: whoever reads on begins in it.
    private let recent = Guarded<(index: Int, bytes: [UInt8])>((-1, []))

    /// Reads head and table; damage of them is thrown as `.damaged`.
    init(_ file: any DiskFile) throws(JournalError) {
        self.file = file
        path = file.path
        let head = try reading { () throws(SystemError) in try file.read(at: 0, count: CompressedSegment.headBytes) }
        guard head.count == CompressedSegment.headBytes else {
            throw .damaged(file: file.path, offset: 0, .headerCutOff)
        }
        guard Array(head.prefix(8)) == CompressedSegment.magic else {
            throw .damaged(file: file.path, offset: 0, .magic)
        }
        let format = head.number(UInt16.self, at: 8)
        guard format == CompressedSegment.format else {
            throw .damaged(file: file.path, offset: 0, .format(format))
        }
        guard CRC32C.checksum(Array(head.prefix(36))) == head.number(at: 36) else {
            throw .damaged(file: file.path, offset: 0, .headerChecksum)
        }
        segmentBytes = head.number(at: 16)
        let count = Int(head.number(UInt32.self, at: 24))
        let block = UInt64(CompressedSegment.blockBytes)
        guard head.number(UInt32.self, at: 12) == CompressedSegment.blockBytes, count <= CompressedSegment.maxBlocks,
            segmentBytes <= UInt64(count) * block, segmentBytes + block > UInt64(count) * block
        else { throw .damaged(file: file.path, offset: 0, .headerField) }
        let table = try reading { () throws(SystemError) in
            try file.read(at: UInt64(CompressedSegment.headBytes), count: count * CompressedSegment.entryBytes)
        }
        guard table.count == count * CompressedSegment.entryBytes,
            CRC32C.checksum(table) == head.number(UInt32.self, at: 28)
        else { throw .damaged(file: file.path, offset: UInt64(CompressedSegment.headBytes), .headerChecksum) }
        var offset = CompressedSegment.start(blocks: count)
        blocks = (0..<count).map { index in
            let length: UInt32 = table.number(at: index * CompressedSegment.entryBytes)
            defer { offset += UInt64(length) }
            return Block(
                offset: offset, length: Int(length),
                checksum: table.number(at: index * CompressedSegment.entryBytes + 4))
        }
    }

    /// Where the first block begins.
    static func start(blocks: Int) -> UInt64 { UInt64((headBytes + blocks * entryBytes + 7) & ~7) }

    func size() throws(SystemError) -> UInt64 { segmentBytes }

    func read(at offset: UInt64, count: Int) throws(SystemError) -> [UInt8] {
        guard offset < segmentBytes, count > 0 else { return [] }
        let end = min(segmentBytes, offset + UInt64(count))
        var out: [UInt8] = []
        out.reserveCapacity(Int(end - offset))
        var at = offset
        while at < end {
            let index = Int(at / UInt64(CompressedSegment.blockBytes))
            let bytes = try block(index)
            let start = Int(at) - index * CompressedSegment.blockBytes
            let stop = min(bytes.count, start + Int(end - at))
            out.append(contentsOf: bytes[start..<stop])
            at += UInt64(stop - start)
        }
        return out
    }

    private func block(_ index: Int) throws(SystemError) -> [UInt8] {
        let kept = recent.with { $0.index == index ? $0.bytes : nil }
        if let kept { return kept }
        let block = blocks[index]
        let length = Int(
            min(UInt64(CompressedSegment.blockBytes), segmentBytes - UInt64(index * CompressedSegment.blockBytes)))
        let packed = try file.read(at: block.offset, count: min(block.length, 2 * CompressedSegment.blockBytes))
        let bytes = CompressedSegment.unpack(packed, block.checksum, length) ?? [UInt8](repeating: 0, count: length)
        recent.with { $0 = (index, bytes) }
        return bytes
    }

    private static func unpack(_ packed: [UInt8], _ checksum: UInt32, _ length: Int) -> [UInt8]? {
        guard CRC32C.checksum(packed) == checksum else { return nil }
        do throws(InflateError) {
            let bytes = try Inflater.inflate(packed, .deflate, maxBytes: length)
            return bytes.count == length ? bytes : nil
        } catch {
            return nil
        }
    }

    /// EROFS in all but name: nothing here writes to a compressed segment.
    private var readOnly: SystemError { SystemError(call: "write", subject: path, code: SystemError.readOnly) }

    func write(_ bytes: [UInt8], from start: Int, at offset: UInt64) throws(SystemError) -> Int { throw readOnly }
    func sync() throws(SystemError) { throw readOnly }
    func truncate(to size: UInt64) throws(SystemError) { throw readOnly }
}
