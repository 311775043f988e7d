import Events
public import Platform

/// One stream of a journal: the folder, the disk that it is on, and which of its files are segments.
public struct JournalFolder: Sendable {
    /// The folder's path, without a slash at the end.
    public let path: String
    /// What the folder is on.
    public let disk: any Disk
    /// The stream: 0 has the records, 1 what is too large to stand among them.
    public let stream: UInt16
    /// The limits that hold.
    public let limits: JournalLimits

    /// Names a journal; nothing is opened yet.
    public init(_ path: String, on disk: any Disk = SystemDisk(), stream: UInt16 = 0, limits: JournalLimits = .init()) {
        self.path = path
        self.disk = disk
        self.stream = stream
        self.limits = limits
    }

    /// The same journal's stream of bodies.
    public var bodies: JournalFolder {
        JournalFolder(path, on: disk, stream: JournalLayout.bodyStream, limits: limits)
    }

    /// Whether this is the stream of bodies.
    var hasBodies: Bool { stream == JournalLayout.bodyStream }

    /// The first sequences of all segments by their files' names, in order.
    func firstSequences() throws(JournalError) -> [UInt64] {
        // For a moment a segment may be there in both forms.
        let firsts = try names().compactMap { name -> UInt64? in
            guard let parsed = JournalLayout.parse(name: name), parsed.stream == stream else { return nil }
            return parsed.firstSequence
        }
        return Set(firsts).sorted()
    }

    func names() throws(JournalError) -> [String] {
        try reading { () throws(SystemError) in try disk.list(path) }
    }

    /// The path of the segment that begins with a sequence.
    func file(_ firstSequence: UInt64) -> String {
        "\(path)/\(JournalLayout.name(stream: stream, firstSequence: firstSequence))"
    }

    /// The path of the same segment once it is compressed.
    func compressedFile(_ firstSequence: UInt64) -> String {
        String(file(firstSequence).dropLast(JournalLayout.suffix.count)) + JournalLayout.compressedSuffix
    }

    /// Opens a segment and reads its header; damage of the header is thrown as `.damaged`. One that is compressed reads as it
    /// was before.
    func open(
        _ firstSequence: UInt64, _ mode: DiskFileMode = .read
    ) throws(JournalError) -> (segment: JournalSegment, file: any DiskFile) {
        let (path, raw) = try openEither(firstSequence, mode)
        let size = try reading { () throws(SystemError) in try raw.size() }
        let isCompressed = path.hasSuffix(JournalLayout.compressedSuffix)
        let file: any DiskFile = isCompressed ? try CompressedSegment(raw) : raw
        let bytes = try reading { () throws(SystemError) in
            try file.read(at: 0, count: JournalLayout.segmentHeaderBytes)
        }
        do throws(JournalDamage) {
            let header = try SegmentHeader.parse(bytes)
            guard header.firstSequence == firstSequence, header.stream == stream else { throw .headerName }
            return (JournalSegment(path: path, header: header, bytes: size), file)
        } catch {
            throw .damaged(file: path, offset: 0, error)
        }
    }

    private func openEither(
        _ firstSequence: UInt64, _ mode: DiskFileMode
    ) throws(JournalError) -> (path: String, file: any DiskFile) {
        let path = file(firstSequence)
        do {
            return (path, try disk.open(path, mode))
        } catch  where error.code == SystemError.notFound && mode == .read {
            let compressed = compressedFile(firstSequence)
            return (compressed, try reading { () throws(SystemError) in try disk.open(compressed, .read) })
        } catch {
            throw .unreadable(error)
        }
    }

    /// Opens a segment for a walk over its records.
    func cursor(_ firstSequence: UInt64) throws(JournalError) -> SegmentCursor {
        let (segment, file) = try open(firstSequence)
        return SegmentCursor(segment, file: file, limits: limits)
    }

    /// Makes a segment: under another name until its header is durable, then under its own, then the folder is synced.
    /// What failed before the renaming is undone as far as the disk lets it be. A spare is used where there is one.
    func create(
        _ header: SegmentHeader, from spares: SpareSegments? = nil
    ) throws(JournalError) -> (segment: JournalSegment, file: any DiskFile, reserved: UInt64) {
        let path = file(header.firstSequence)
        let prepared = spares?.take()
        let unfinished = prepared?.path ?? path + ".new"
        let file: any DiskFile
        var bytes = header.bytes
        if prepared != nil { bytes.fillBlock() }
        do {
            if let prepared { file = prepared.file } else { file = try disk.open(unfinished, .create) }
            try file.writeAll(bytes, at: 0)
        } catch {
            discard(unfinished)
            throw .notWritten(error)
        }
        do { try file.sync() } catch { throw .syncFailed(error) }
        do {
            try disk.rename(unfinished, to: path)
        } catch {
            discard(unfinished)
            throw .notWritten(error)
        }
        do { try disk.syncFolder(self.path) } catch { throw .syncFailed(error) }
        return (
            JournalSegment(path: path, header: header, bytes: UInt64(header.bytes.count)), file,
            prepared == nil ? 0 : UInt64(limits.segmentBytes)
        )
    }

    /// Removes an unfinished segment. If that fails too it stays behind: it is no segment, and the next start removes it.
    func discard(_ path: String) {
        do { try disk.unlink(path) } catch {}
    }

    /// Removes what an earlier run left unfinished, in all streams: also a compressed segment whose plain one is still there.
    func removeUnfinished() throws(JournalError) {
        let names = Set(try names())
        for name in names {
            let plain = String(name.dropLast(JournalLayout.compressedSuffix.count)) + JournalLayout.suffix
            let isTwin = name.hasSuffix(JournalLayout.compressedSuffix) && names.contains(plain)
            guard isTwin || JournalLayout.unfinishedSuffixes.contains(where: { name.hasSuffix($0) }) else { continue }
            try reading { () throws(SystemError) in try disk.unlink("\(path)/\(name)") }
        }
    }
}

/// A source of salts: random, so that no two segments share one.
func randomSalt() -> UInt64 { UInt64.random(in: 1...UInt64.max) }
