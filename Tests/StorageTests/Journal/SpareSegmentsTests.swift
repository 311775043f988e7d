import Events
import Glibc
import Platform
import Storage
import TestSupport
import Testing

@Suite struct SpareSegmentsTests {
    private let disk = MemoryDisk()

    private func folder(segmentBytes: Int = 4096) -> JournalFolder { smallJournal(disk, segmentBytes: segmentBytes) }

    /// A writer whose next segment comes from a spare, and the spares.
    private func writer(_ folder: JournalFolder) throws -> (JournalWriter, SpareSegments) {
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let spares = SpareSegments(folder)
        writer.spares = spares
        return (writer, spares)
    }

    private let text = String(repeating: "x", count: 300)

    @Test("a file of zeroes that is ready becomes the next segment as soon as the present one still grows")
    func taken() throws {
        let folder = folder()
        var (writer, spares) = try writer(folder)
        try writer.append([entry(text)])
        #expect(writer.wantsSpare)
        #expect(spares.ready == 0)
        try spares.prepare()
        #expect(spares.ready == 1)
        try writer.append([entry(text)])
        #expect(spares.ready == 0)
        let sizes = try folder.stat().map(\.bytes)
        #expect(sizes.count == 2)
        #expect(sizes.last == 4096, "it is as long as it will become")
        #expect(try texts(in: folder, upTo: 2).count == 2)
    }

    @Test(
        "a segment of zeroes is cut to its records before another one follows, and the zeroes of the last are no damage"
    )
    func cut() throws {
        let folder = folder()
        var (writer, spares) = try writer(folder)
        for _ in 1...40 {
            try spares.prepare()
            try writer.append([entry(text)])
        }
        let segments = try folder.stat()
        #expect(segments.count > 3)
        #expect(segments.dropLast() == writer.segments.dropLast())
        #expect(segments.last?.bytes == 4096)
        let found = try folder.verify()
        #expect(found.damage.isEmpty)
        #expect(found.records == 40)
        disk.killProcess()
        writer = try folder.openForWriting(ledgerWatermark: 0)
        #expect(writer.recovery.lastSequence == 40)
        #expect(writer.recovery.cut?.onlyZeroes == true)
        let next = try writer.append([entry("after")])
        #expect(next == 41)
        #expect(try texts(in: folder, upTo: 41).last == "after")
    }

    @Test("a reader that is behind goes on into the segment after one of zeroes")
    func reader() throws {
        let folder = folder()
        var (writer, spares) = try writer(folder)
        var reader = JournalReader(folder)
        for number in 1...40 {
            try spares.prepare()
            try writer.append([entry("\(number) " + text)])
            if number % 3 == 0 {
                while let record = try reader.next(upTo: writer.durableSequence) {
                    #expect(record.payload.starts(with: "\(record.sequence) ".utf8))
                }
                #expect(reader.position == UInt64(number) + 1)
            }
        }
    }

    @Test(
        "where there is no room for a spare nothing is left behind, and the journal does without",
        arguments: [false, true])
    func noRoom(whileWriting: Bool) throws {
        let folder = folder(segmentBytes: 1 << 20)
        var (writer, spares) = try writer(folder)
        try writer.append([entry(text)])
        if whileWriting {
            disk.fail(after: 3, with: .error(ENOSPC))
        } else {
            // It would fit, but then hardly anything else would.
            disk.setCapacity(disk.usedBytes + (2 << 20) - 1)
        }
        let before = disk.operations
        do {
            try spares.prepare()
            Issue.record("it found room")
        } catch {
            #expect(error.isOutOfSpace)
        }
        #expect(whileWriting || disk.operations == before, "records that are written meanwhile find their room")
        #expect(spares.ready == 0)
        try writer.append([entry(text)])
        #expect(disk.paths.count == 1)
        disk.setCapacity(disk.usedBytes + (2 << 20))
        try spares.prepare()
        #expect(spares.ready == 1)
    }

    @Test("at the end a spare is removed, and a start removes one that a kill has left")
    func end() throws {
        let folder = folder()
        let (_, spares) = try writer(folder)
        try spares.prepare()
        #expect(disk.paths.count == 2)
        spares.close()
        #expect(disk.paths.count == 1)
        try spares.prepare()
        #expect(disk.paths.count == 1, "none is made after the end")
        try SpareSegments(folder).prepare()
        #expect(disk.paths.count == 2)
        disk.killProcess()
        _ = try folder.openForWriting(ledgerWatermark: 0)
        #expect(disk.paths.count == 1)
    }

    @Test("a segment that was written ahead takes whole blocks, from the one that its last record ends in")
    func wholeBlocks() throws {
        let log = WriteLog(disk)
        let folder = smallJournal(log, segmentBytes: 64 << 10)
        var (writer, spares) = try writer(folder)
        try writer.append([entry(text)])
        #expect(log.writes.allSatisfy { $0.count < DiskBlock.bytes }, "a file that grows takes what there is")
        try spares.prepare()
        log.forget()
        for count in 1...40 { try writer.append((0..<count % 7 + 1).map { entry("\(count) \($0) " + text) }) }
        #expect(log.writes.count > 40)
        for write in log.writes {
            #expect(write.offset % DiskBlock.bytes == 0)
            #expect(write.count % DiskBlock.bytes == 0)
        }
        let found = try folder.verify()
        #expect(found.damage.isEmpty)
        #expect(found.records == writer.durableSequence)
    }

    @Test("where the next segment cannot be made, the one that was written ahead goes on with what fits")
    func goesOn() throws {
        let folder = folder(segmentBytes: 16 << 10)
        let (opened, spares) = try writer(folder)
        var writer = opened
        try writer.append([entry(text)])
        try spares.prepare()
        try writer.append([entry(text)])
        // The segment is cut to its records and synced; then the next one cannot be opened.
        disk.fail(after: 2, with: .error(28))
        let large = entry(String(repeating: "x", count: 15 << 10))
        do {
            try writer.append([large, large])
            Issue.record("it was written")
        } catch {
            #expect(!error.isFinal)
        }
        for _ in 1...5 { try writer.append([entry(text)]) }
        let found = try folder.verify()
        #expect(found.damage.isEmpty)
        #expect(found.records == 7)
    }

    @Test("as many are made as there may be, and a burst takes one after the other, the oldest first")
    func several() throws {
        let folder = folder()
        var (writer, spares) = try writer(folder)
        for _ in 1...10 { try spares.prepare() }
        #expect(spares.ready == folder.limits.spares)
        #expect(disk.paths.count == 1 + folder.limits.spares)
        func left() -> [Int] { (1...10).filter { number in disk.paths.contains { $0.contains("/spare-\(number).") } } }
        var found = [left()]
        for _ in 1...60 {
            try writer.append([entry(text)])
            if found.last != left() { found.append(left()) }
        }
        #expect(found == [[1, 2, 3, 4], [2, 3, 4], [3, 4], [4], []], "each has become a segment")
        #expect(spares.ready == 0 && spares.taken == 4)
        let verified = try folder.verify()
        #expect(verified.damage.isEmpty)
        #expect(verified.records == 60)
    }

    @Test("one that is being made when the end comes is removed")
    func endMeanwhile() throws {
        let log = WriteLog(disk)
        let folder = smallJournal(log, segmentBytes: 1 << 20)
        let (_, spares) = try writer(folder)
        log.forget()
        log.onWrite { spares.close() }
        try spares.prepare()
        #expect(log.writes.count == 1, "the rest is not written")
        #expect(spares.ready == 0)
        #expect(disk.paths.count == 1)
    }

    @Test("a disk has plenty of room while sixteen segments fit")
    func plenty() throws {
        let folder = folder()
        let spares = SpareSegments(folder)
        #expect(try spares.hasPlenty())
        disk.setCapacity(disk.usedBytes + 16 * 4096)
        #expect(try spares.hasPlenty())
        disk.setCapacity(disk.usedBytes + 16 * 4096 - 1)
        #expect(try !spares.hasPlenty())
    }

    @Test(
        "four spares, or so many as take an eighth of what the journal may take, but one at least",
        arguments: [(nil, 4), (0, 1), (1 << 30, 2), (Int.max, 4)] as [(Int?, Int)])
    func limits(maxBytes: Int?, spares: Int) {
        #expect(JournalLimits(segmentBytes: 64 << 20, maxBytes: maxBytes).spares == spares)
        #expect(JournalLimits(segmentBytes: 0, maxBytes: maxBytes).spares >= 1)
        #expect(JournalLimits(segmentBytes: 64 << 20, maxBytes: maxBytes).spareAfterBytes == 1 << 20)
        #expect(JournalLimits(segmentBytes: 64 << 10, maxBytes: maxBytes).spareAfterBytes == 16 << 10)
    }

    @Test("one that is begun while another is taken, and still has its name, has a name of its own")
    func takenOver() throws {
        let log = WriteLog(disk)
        let folder = smallJournal(log, segmentBytes: 4096)
        let (opened, spares) = try writer(folder)
        var writer = opened
        try writer.append([entry(text)])
        try spares.prepare()
        let asked = Guarded(0)
        // Another thread asks for the next one just before the file gets the segment's name.
        log.onRename { () throws(SystemError) in
            asked.with { $0 += 1 }
            try spares.prepare()
        }
        try writer.append([entry(text)])
        #expect(asked.with { $0 } == 1)
        #expect(spares.ready == 1)
        let found = try folder.verify()
        #expect(found.damage.isEmpty)
        #expect(found.records == 2)
    }
}

/// A disk that notes where its files are written, and lets something happen before a file is renamed.
private final class WriteLog: Disk {
    struct Write: Sendable {
        var offset: Int
        var count: Int
    }

    private let disk: MemoryDisk
    private let noted = Guarded<[Write]>([])
    private let beforeRename = Guarded<@Sendable () throws(SystemError) -> Void>({})
    private let afterWrite = Guarded<@Sendable () -> Void>({})

    init(_ disk: MemoryDisk) { self.disk = disk }

    var writes: [Write] { noted.with { $0 } }

    func forget() { noted.with { $0 = [] } }

    func onRename(_ body: @escaping @Sendable () throws(SystemError) -> Void) { beforeRename.with { $0 = body } }

    func onWrite(_ body: @escaping @Sendable () -> Void) { afterWrite.with { $0 = body } }

    func list(_ folder: String) throws(SystemError) -> [String] { try disk.list(folder) }
    func makeFolder(_ folder: String) throws(SystemError) { try disk.makeFolder(folder) }
    func syncFolder(_ folder: String) throws(SystemError) { try disk.syncFolder(folder) }
    func unlink(_ path: String) throws(SystemError) { try disk.unlink(path) }
    func freeBytes(_ folder: String) throws(SystemError) -> UInt64 { try disk.freeBytes(folder) }

    func open(_ path: String, _ mode: DiskFileMode) throws(SystemError) -> any DiskFile {
        LoggedFile(try disk.open(path, mode), self)
    }

    func rename(_ path: String, to newPath: String) throws(SystemError) {
        try beforeRename.with { $0 }()
        try disk.rename(path, to: newPath)
    }

    private final class LoggedFile: DiskFile {
        private let file: any DiskFile
        private let log: WriteLog

        init(_ file: any DiskFile, _ log: WriteLog) {
            self.file = file
            self.log = log
        }

        var path: String { file.path }
        func size() throws(SystemError) -> UInt64 { try file.size() }
        func read(at offset: UInt64, count: Int) throws(SystemError) -> [UInt8] {
            try file.read(at: offset, count: count)
        }
        func write(_ bytes: [UInt8], from start: Int, at offset: UInt64) throws(SystemError) -> Int {
            log.noted.with { $0.append(Write(offset: Int(offset), count: bytes.count - start)) }
            defer { log.afterWrite.with { $0 }() }
            return try file.write(bytes, from: start, at: offset)
        }
        func sync() throws(SystemError) { try file.sync() }
        func truncate(to size: UInt64) throws(SystemError) { try file.truncate(to: size) }
    }
}
