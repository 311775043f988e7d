public import Events
import Platform

/// Old segments are compressed: made whole under another name and synced before the segment goes, so that at any moment there is
/// one of the two, or both.
extension JournalFolder {
    /// Makes the compressed form of a segment beside it, from a thread that may wait; `false` where the segment is damaged and
    /// had better stay as it is. The segment itself is left to `JournalWriter.useCompressed`.
    public func compress(_ firstSequence: UInt64) throws(JournalError) -> Bool {
        let path = compressedFile(firstSequence)
        var plain = try cursor(firstSequence)
        guard !plain.segment.path.hasSuffix(JournalLayout.compressedSuffix), case .clean = try plain.finish() else {
            return false
        }
        do throws(SystemError) {
            try write(plain.file, to: path + ".new")
        } catch {
            discard(path + ".new")
            throw .notWritten(error)
        }
        // What cannot be read back is not put in the place of what can.
        let written = try reading { () throws(SystemError) in try disk.open(path + ".new", .read) }
        var packed = SegmentCursor(plain.segment, file: try CompressedSegment(written), limits: limits)
        guard case .clean = try packed.finish(), packed.offset == plain.offset else {
            discard(path + ".new")
            throw .damaged(file: path, offset: packed.offset, .checksum)
        }
        do throws(SystemError) {
            try disk.rename(path + ".new", to: path)
            try disk.syncFolder(self.path)
        } catch {
            throw .notWritten(error)
        }
        return true
    }

    private func write(_ source: any DiskFile, to path: String) throws(SystemError) {
        let size = try source.size()
        let block = CompressedSegment.blockBytes
        let count = Int((size + UInt64(block) - 1) / UInt64(block))
        let file = try disk.open(path, .create)
        var at = CompressedSegment.start(blocks: count)
        var table: [UInt8] = []
        for index in 0..<count {
            let bytes = try source.read(at: UInt64(index * block), count: block)
            guard let packed = Deflater.zlib(bytes) else {
                throw SystemError(call: "compress", subject: path, code: SystemError.outOfMemory)
            }
            try file.writeAll(packed, at: at)
            at += UInt64(packed.count)
            table.append(number: UInt32(packed.count))
            table.append(number: CRC32C.checksum(packed))
        }
        var head = CompressedSegment.magic
        head.append(number: CompressedSegment.format)
        head.append(number: UInt16(0))
        head.append(number: UInt32(block))
        head.append(number: size)
        head.append(number: UInt32(count))
        head.append(number: CRC32C.checksum(table))
        head.append(number: UInt32(0))
        head.append(number: CRC32C.checksum(head))
        try file.writeAll(head + table, at: 0)
        try file.sync()
    }

    /// Brings a compressed segment back to its plain form, for a repair: nothing is written into the other. `keeping` names what
    /// becomes of the compressed file; nil removes it.
    func expand(_ firstSequence: UInt64, keeping kept: String? = nil) throws(SystemError) {
        let (plain, packed) = (file(firstSequence), compressedFile(firstSequence))
        let file = try disk.open(packed, .read)
        let source: CompressedSegment
        do throws(JournalError) {
            source = try CompressedSegment(file)
        } catch {
            throw SystemError(call: "inflate", subject: packed, code: SystemError.damaged)
        }
        let target = try disk.open(plain + ".new", .create)
        let size = try source.size()
        var at: UInt64 = 0
        while at < size {
            let bytes = try source.read(at: at, count: CompressedSegment.blockBytes)
            try target.writeAll(bytes, at: at)
            at += UInt64(bytes.count)
        }
        try target.sync()
        try disk.rename(plain + ".new", to: plain)
        try disk.syncFolder(path)
        if let kept { try disk.rename(packed, to: kept) } else { try disk.unlink(packed) }
        try disk.syncFolder(path)
    }

    /// Whether a segment is there in its compressed form alone.
    func isCompressed(_ firstSequence: UInt64) throws(JournalError) -> Bool {
        let names = Set(try names())
        let name = JournalLayout.name(stream: stream, firstSequence: firstSequence)
        return !names.contains(name)
    }
}

extension JournalWriter {
    /// The oldest plain segment whose records are all settled and were written before `age`; nil where there is none.
    public func segmentToCompress(
        upTo watermark: UInt64, olderThan age: Instant, not excepted: Set<UInt64> = []
    ) -> UInt64? {
        for (segment, following) in zip(segments, segments.dropFirst()) {
            guard isSettled(before: following, watermark), following.header.created < age else { return nil }
            let first = segment.header.firstSequence
            if !segment.path.hasSuffix(JournalLayout.compressedSuffix), !excepted.contains(first) { return first }
        }
        return nil
    }

    /// When the oldest segment ended, if it may be removed; nil where none may.
    public func oldestSettled(upTo watermark: UInt64) -> Instant? {
        guard segments.count > 1, isSettled(before: segments[1], watermark), segments[0].header.firstSequence != held
        else { return nil }
        return segments[1].header.created
    }

    /// Lets the compressed form of a segment take its place, which is whole and durable beside it.
    public mutating func useCompressed(_ firstSequence: UInt64) throws(JournalError) {
        try takeTurn()
        guard let index = segments.firstIndex(where: { $0.header.firstSequence == firstSequence }) else { return }
        let path = folder.compressedFile(firstSequence)
        let folder = folder
        do throws(SystemError) {
            let bytes = try folder.disk.open(path, .read).size()
            try folder.disk.unlink(folder.file(firstSequence))
            segments[index].path = path
            segments[index].bytes = bytes
        } catch {
            throw .notRemoved(error)
        }
        do {
            try folder.disk.syncFolder(folder.path)
        } catch {
            failure = .syncFailed(error)
            throw .syncFailed(error)
        }
    }
}
