import Events
import Glibc
import Platform
import Storage

/// `itp backup` and `itp restore`: a copy of the ledger with its position in the journal, made while the service runs, and put
/// back while it does not.
enum BackupCommand {
    static let backup = Command(
        name: "backup", usage: "backup FILE [--data DIR]",
        summary: "copies the ledger and its position in the journal, also while the service runs", accepted: accepted,
        run: makeCopy)
    static let restore = Command(
        name: "restore", usage: "restore FILE [--data DIR]",
        summary: "puts a backup in the ledger's place; then serve --after-restore=lookup|settled", accepted: accepted,
        run: putBack)
    private static let accepted = Arguments.Accepted(values: ["data": "DIR"], words: 1...1, takesPaths: true)

    @Sendable private static func makeCopy(_ words: [String]) throws -> Int32 {
        let (file, data) = try read(words)
        let copy = try LedgerHistory(path: data + "/ledger.db").copy(to: file, at: SystemClock().now)
        writeLine("\(file): the ledger up to journal record \(copy.watermark)", to: STDOUT_FILENO)
        return 0
    }

    @Sendable private static func putBack(_ words: [String]) throws -> Int32 {
        let (file, data) = try read(words)
        let lock = try DataLock(folder: data)
        defer { _ = lock }
        let (copy, former) = try LedgerCopy.restore(file, to: data + "/ledger.db", at: SystemClock().now)
        if let former { writeLine("\(former): the ledger as it was", to: STDOUT_FILENO) }
        let made = copy.madeAt.map { " of \($0)" } ?? ""
        writeLine(
            "\(data)/ledger.db: the ledger\(made), up to journal record \(copy.watermark)\n"
                + "start with itp serve --after-restore=lookup, which decides what came later again and looks every ticket up "
                + "before it is made, or with --after-restore=settled, which leaves it as it is", to: STDOUT_FILENO)
        return 0
    }

    private static func read(_ words: [String]) throws -> (file: String, data: String) {
        let arguments = try Arguments(words, accepted)
        return (arguments.words[0], arguments["data"] ?? "data")
    }
}
