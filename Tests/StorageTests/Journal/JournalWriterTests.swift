import Platform
import Storage
import TestSupport
import Testing

@Suite struct JournalWriterTests {
    @Test("what was appended is read back in order, under contiguous sequences from 1")
    func readsBack() throws {
        let folder = JournalFolder("/journal", on: MemoryDisk())
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let first = try writer.append([entry("a"), entry("b")])
        let second = try writer.append([entry("c")])
        #expect(first == 1)
        #expect(second == 3)
        #expect(try texts(in: folder, upTo: 3) == ["a", "b", "c"])
    }
}

func entry(_ text: String, type: UInt16 = 1) -> JournalEntry {
    JournalEntry(type: JournalRecordType(rawValue: type), payload: Array(text.utf8))
}

/// The payloads of all records as text.
func texts(in folder: JournalFolder, from first: UInt64 = 1, upTo durable: UInt64) throws -> [String] {
    var reader = JournalReader(folder, from: first)
    var texts: [String] = []
    while let record = try reader.next(upTo: durable) { texts.append(String(decoding: record.payload, as: UTF8.self)) }
    return texts
}
