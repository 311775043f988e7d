public import Events
public import Formats

/// A file that waits to be attached to its event's ticket, without its bytes.
public struct FileRow: Sendable, Equatable {
    /// The row's number.
    public var number: Int64
    /// The event that it came with.
    public var event: Identifier
    /// Which of the event's files it is, from 1: the same however often the event is decided.
    public var position: Int
    /// Its name.
    public var name: String
    /// How many bytes it has.
    public var size: Int
}

/// Files of alerts, from their verdict until they are attached, or kept elsewhere because they could not be.
extension Ledger {
    private static let fileColumns = "SELECT number, event, position, name, length(bytes) FROM files"

    private static func readFile(_ row: SQLiteRow) -> FileRow {
        FileRow(
            number: row.integer(0), event: row.identifier(1), position: Int(row.integer(2)), name: row.text(3),
            size: Int(row.integer(4)))
    }

    /// Keeps the files of an event that is to be delivered.
    public func keep(_ files: [EventFile], of event: Identifier) throws {
        for (index, file) in files.enumerated() {
            try database.run(
                "INSERT OR IGNORE INTO files(event, position, name, type, bytes) VALUES(?,?,?,?,?)", event.value,
                .integer(Int64(index + 1)), .text(file.name), .text(file.type), .blob(file.bytes))
        }
    }

    /// The files of an event that wait, in their order.
    public func files(of event: Identifier) throws -> [FileRow] {
        try database.all(
            Ledger.fileColumns + " WHERE event=? AND missing IS NULL ORDER BY position", event.value,
            read: Ledger.readFile)
    }

    /// A file with its bytes; nil where it is no longer kept.
    public func file(_ number: Int64) throws -> EventFile? {
        try database.first("SELECT name, type, bytes FROM files WHERE number=?", .integer(number)) {
            EventFile(name: $0.text(0), type: $0.text(1), bytes: $0.blob(2))
        }
    }

    /// The file cannot be attached: it is to be kept in a folder, with the reason.
    public func markMissing(_ number: Int64, reason: String) throws {
        try database.run("UPDATE files SET missing=? WHERE number=?", .text(reason), .integer(number))
    }

    /// Every file that is to be kept in the folder and is not known to be there.
    public func missingFiles() throws -> [(file: FileRow, reason: String)] {
        try database.all(
            "SELECT number, event, position, name, length(bytes), missing FROM files WHERE missing IS NOT NULL"
        ) { (Ledger.readFile($0), $0.text(5)) }
    }

    /// The file is attached, or kept elsewhere.
    public func removeFile(_ number: Int64) throws {
        try database.run("DELETE FROM files WHERE number=?", .integer(number))
    }

    /// What waits of an event's files need not be attached any more.
    public func removeFiles(of event: Identifier) throws {
        try database.run("DELETE FROM files WHERE event=? AND missing IS NULL", event.value)
    }

    /// Puts the order to attach a file behind whatever waits for the same problem, and hurries none of that.
    /// `mayBeDone`: an earlier ledger may have done it.
    public func enqueue(
        _ action: TicketAction, of file: FileRow, lane: String, problem: String, now: Instant, mayBeDone: Bool
    ) throws {
        let mustWait =
            try database.first(
                "SELECT 1 FROM outbox WHERE lane=? AND problem=? LIMIT 1", .text(lane), .text(problem)
            ) { _ in true } ?? false
        try database.run(
            """
            INSERT INTO outbox(
                event, lane, problem, action, state, tries, sends, created, earliest, due, ambiguous_since, is_open)
            VALUES(?1,?2,?3,?4,?5,0,0,?6,?6,?7,?8,0)
            """, file.event.value, .text(lane), .text(problem), .text(action.compact),
            .text(mayBeDone ? "ambiguous" : "pending"), now.value,
            mustWait ? .integer(Ledger.notBeforeItsTurn) : now.value, mayBeDone ? now.value : .null)
        try countOrder(lane: lane)
    }
}
