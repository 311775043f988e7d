import Events
import Platform
import Storage
import TestSupport
import Testing

/// The second stream: what is too large to stand among the records.
@Suite struct JournalBodiesTests {
    private let disk = MemoryDisk()
    private var folder: JournalFolder { smallJournal(disk) }

    /// Appends a text whose first letter is the head and the rest a body.
    private func append(_ text: String, _ streams: inout JournalStreams) throws {
        let number = try streams.bodies.append([entry(String(text.dropFirst()))])
        let head = JournalEntry(
            type: JournalRecordType(rawValue: 1), payload: Array(text.utf8.prefix(1)), body: number)
        try streams.records.append([head])
        streams.bodies.watermark = streams.records.durableSequence
    }

    /// Eight records, every second with a body of its own of 280 bytes: three in a segment.
    private func journal() throws -> JournalStreams {
        var streams = try folder.openStreams(ledgerWatermark: 0)
        for number in 1...8 {
            if number % 2 == 0 {
                try append("\(number) ".padded(to: 280), &streams)
            } else {
                try streams.records.append([entry("\(number) ")])
            }
        }
        return streams
    }

    private func numbers(_ folder: JournalFolder) throws -> [Int] {
        try texts(in: folder, upTo: try folder.lastSequence()).compactMap { Int($0.prefix { $0 != " " }) }
    }

    private func damage(_ path: String, at offset: Int) throws {
        var bytes = try #require(disk.contents(path))
        bytes[offset] ^= 0x10
        disk.replace(path, with: bytes)
    }

    @Test("records and bodies are read back in the one order, from anywhere, also after a power loss")
    func order() throws {
        _ = try journal()
        var random = SeededRandom(seed: 1)
        disk.losePower(&random)
        let streams = try folder.openStreams(ledgerWatermark: 0)
        #expect(streams.records.durableSequence == 8)
        #expect(try numbers(folder) == Array(1...8))
        var reader = JournalReader(folder)
        for number in [6, 2, 8, 3, 4] {
            let record = try reader.record(UInt64(number))
            #expect(String(decoding: record.payload, as: UTF8.self).hasPrefix("\(number) "))
            #expect(record.type.rawValue == 1, "what it holds is said as of any other")
            #expect(record.payload.count == (number % 2 == 0 ? 280 : 2))
        }
        let found = try folder.verify()
        #expect(found.damage.isEmpty)
        #expect(found.bodies.map(\.records) == [3, 1])
    }

    @Test("without a body there is no second stream on disk")
    func lazy() throws {
        var streams = try folder.openStreams(ledgerWatermark: 0)
        try streams.records.append([entry("1")])
        #expect(disk.paths.filter { $0.contains("/1-") }.isEmpty)
        #expect(try folder.bodies.stat().isEmpty)
    }

    @Test("a body that no record names was never answered: the next start goes on behind it")
    func orphan() throws {
        var streams = try journal()
        try streams.bodies.append([entry("nobody's")])
        disk.killProcess()
        streams = try folder.openStreams(ledgerWatermark: 8)
        try append("9 ".padded(to: 280), &streams)
        #expect(try numbers(folder) == Array(1...9))
    }

    @Test("a segment of bodies goes once all records before the next one are settled, and not before")
    func removal() throws {
        var streams = try journal()
        let future = Instant(milliseconds: .max)
        #expect(try streams.bodies.removeSettled(upTo: 5, olderThan: future).isEmpty)
        // The second segment was begun when the bodies before it had their places, the last with record 6.
        #expect(streams.bodies.segments.map(\.header.ledgerWatermark) == [0, 6])
        #expect(try streams.bodies.removeSettled(upTo: 7, olderThan: future).count == 1)
        #expect(try folder.verify().damage.isEmpty, "what is settled may be gone")
        #expect(try numbers(folder) == [1, 3, 5, 7, 8], "and is left out")
        #expect(refusal(folder, ledgerWatermark: 7) == nil)
        #expect(refusal(folder, ledgerWatermark: 3) == .bodyMissing(sequence: 4, body: 2, folder: "/journal"))
        disk.killProcess()
        // An older copy of the ledger does not know that they were settled; the headers do.
        _ = try folder.openStreams(ledgerWatermark: 3, afterRestore: true)
    }

    @Test("a body that is missing stops the start, with the record and the command, until a repair has given it up")
    func missing() throws {
        let streams = try journal()
        let last = try #require(streams.bodies.segments.last?.path)
        disk.killProcess()
        try disk.unlink(last)
        let expected = JournalError.bodyMissing(sequence: 8, body: 4, folder: "/journal")
        #expect(refusal(folder) == expected)
        #expect(expected.description.contains("itp journal repair /journal"))
        #expect(try folder.verify().damage == [expected])
        #expect(refusal(folder, ledgerWatermark: 8) == nil, "what is settled nobody needs")
        disk.killProcess()
        let repair = try folder.repair(ledgerWatermark: 0)
        #expect(repair.lost == [8...8])
        #expect(refusal(folder) == nil)
        #expect(try numbers(folder) == Array(1...7))
        var again = try folder.openStreams(ledgerWatermark: 0)
        try append("9 ".padded(to: 280), &again)
        #expect(try numbers(folder) == [1, 2, 3, 4, 5, 6, 7, 9])
    }

    @Test("a first segment of bodies that is missing is given up by a repair as well")
    func missingFirst() throws {
        let streams = try journal()
        disk.killProcess()
        try disk.unlink(streams.bodies.segments[0].path)
        #expect(refusal(folder) == .bodyMissing(sequence: 2, body: 1, folder: "/journal"))
        #expect(try folder.repair(ledgerWatermark: 0).lost == [2...2, 4...4, 6...6])
        #expect(try numbers(folder) == [1, 3, 5, 7, 8])
    }

    @Test("a stream of bodies that is gone as a whole is begun anew behind what it held")
    func allMissing() throws {
        let streams = try journal()
        disk.killProcess()
        for segment in streams.bodies.segments { try disk.unlink(segment.path) }
        #expect(refusal(folder) == .bodyMissing(sequence: 2, body: 1, folder: "/journal"))
        #expect(try folder.repair(ledgerWatermark: 4).lost == [6...6, 8...8], "what is settled is not lost")
        var again = try folder.openStreams(ledgerWatermark: 4)
        try append("9 ".padded(to: 280), &again)
        #expect(try numbers(folder) == [1, 3, 5, 7, 9])
    }

    @Test("damage in a body is found where it is, and a repair gives up that record alone")
    func damaged() throws {
        let streams = try journal()
        let path = streams.bodies.segments[0].path
        disk.killProcess()
        // The second of three: 64 bytes of the segment's head, then 24 and 279 and one of padding.
        try damage(path, at: 64 + 304 + 100)
        #expect(refusal(folder) == .damaged(file: path, offset: 64 + 304, .checksum))
        #expect(try folder.verify().damage == [.damaged(file: path, offset: 64 + 304, .checksum)])
        let repair = try folder.repair(ledgerWatermark: 0)
        #expect(repair.lost == [4...4])
        #expect(repair.kept == [path + ".damaged"])
        #expect(try numbers(folder) == [1, 2, 3, 5, 6, 7, 8])
        #expect(try folder.verify().damage.isEmpty)
    }

    @Test("a torn tail of the bodies is cut off, and belongs to nothing")
    func torn() throws {
        var streams = try journal()
        try streams.bodies.append([entry("nobody's".padded(to: 200))])
        let path = try #require(streams.bodies.segments.last?.path)
        disk.killProcess()
        disk.replace(path, with: try #require(disk.contents(path)).dropLast(9))
        #expect(try folder.verify().damage.isEmpty)
        let again = try folder.openStreams(ledgerWatermark: 0)
        #expect(again.bodies.recovery.cut?.file == path)
        #expect(again.records.recovery.cut == nil)
        #expect(try numbers(folder) == Array(1...8))
    }
}
