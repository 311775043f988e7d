import Events
import Formats
import Glibc
import Platform
import Storage

/// `itp journal`: looks at a journal offline.
enum JournalCommand {
    static let command = Command(
        name: "journal", usage: "journal verify|dump|stat|repair DIR [--data DIR]",
        summary: "looks at a journal while no service runs on it, or mends it",

        accepted: Arguments.Accepted(
            values: ["data": "DIR"], words: 2...2, choices: ["verify", "dump", "stat", "repair"], takesPaths: true),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let folder = JournalFolder(arguments.words[1])
        switch arguments.words[0] {
        case "verify": return try verify(folder)
        case "dump": return try dump(folder)
        case "stat": return try stat(folder)
        case "repair": return try repair(folder, data: arguments["data"])
        default: throw UsageError("'\(arguments.words[0])' is none of verify, dump, stat, repair")
        }
    }

    private static func verify(_ folder: JournalFolder) throws -> Int32 {
        let found = try folder.verify()
        for (segments, what) in [(found.segments, "records"), (found.bodies, "bodies")] {
            for segment in segments {
                writeLine(
                    "\(segment.segment.path): \(segment.records) \(what) from \(segment.segment.header.firstSequence)",
                    to: STDOUT_FILENO)
            }
        }
        for tail in [found.tornTail, found.tornBodies] {
            guard let tail else { continue }
            writeLine(
                "\(tail.file): a torn tail of \(tail.bytes) bytes at offset \(tail.offset); the next start cuts it off",
                to: STDOUT_FILENO)
        }
        for damage in found.damage { writeLine(damage.description, to: STDERR_FILENO) }
        writeLine("\(found.records) records, \(found.damage.count) damaged places", to: STDOUT_FILENO)
        return found.damage.isEmpty ? 0 : 1
    }

    /// The ledger's watermark says which missing records are settled; the data folder is the journal's parent unless named.
    private static func repair(_ folder: JournalFolder, data: String?) throws -> Int32 {
        let parent = data ?? folder.path + "/.."
        let lock = try DataLock(folder: parent)
        defer { _ = lock }
        let watermark = try LedgerHistory(path: parent + "/ledger.db").watermark()
        let repair = try folder.repair(ledgerWatermark: watermark)
        if let cut = repair.cut { writeLine(cut.description, to: STDOUT_FILENO) }
        for file in repair.kept { writeLine("\(file): the damaged segment as it was", to: STDOUT_FILENO) }
        for range in repair.lost {
            writeLine("given up: records \(range.lowerBound) to \(range.upperBound)", to: STDOUT_FILENO)
        }
        writeLine("the journal opens again", to: STDOUT_FILENO)
        return 0
    }

    private static func stat(_ folder: JournalFolder) throws -> Int32 {
        for (stream, what, mark) in [(folder, "record", "watermark"), (folder.bodies, "body", "all placed at record")] {
            for segment in try stream.stat() {
                writeLine(
                    "\(segment.path): \(segment.bytes) bytes, from \(what) \(segment.header.firstSequence), "
                        + "\(mark) \(segment.header.ledgerWatermark), made \(segment.header.created)", to: STDOUT_FILENO
                )
            }
        }
        return 0
    }

    /// One JSON object a line for each alert.
    private static func dump(_ folder: JournalFolder) throws -> Int32 {
        let last = try folder.lastSequence()
        var reader = JournalReader(folder, from: try folder.stat().first?.header.firstSequence ?? 1)
        while reader.position <= last, let record = try reader.next(upTo: last) {
            let alert = try AlertRecord(decoding: record.payload)
            let line: JSON = [
                "sequence": .integer(record.sequence), "receipt": .string(alert.receipt.description),
                "receivedAt": .string(alert.receivedAt.description), "source": .string(alert.source),
                "peer": .string(alert.peer), "deliveryID": .text(alert.deliveryID),
                "body": .string(String(decoding: alert.body, as: UTF8.self)),
            ]
            writeLine(line.compact, to: STDOUT_FILENO)
        }
        return 0
    }
}
