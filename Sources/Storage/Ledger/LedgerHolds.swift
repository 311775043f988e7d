public import Decisions
import Events
import Formats

extension Ledger {
    /// The patch failure that is held for a place.
    public func hold(_ key: String) throws -> PatchHold? {
        try database.first("SELECT event, problem, until, patches, taken FROM holds WHERE key=?", .text(key)) { row in
            (row.identifier(0), row.text(1), row.instant(2), Array(row.text(3).utf8), Int(row.integer(4)))
        }.map { event, problem, until, patches, taken in
            let list: [JSON]
            do {
                list = try JSON(parsing: patches).array ?? []
            } catch {
                throw LedgerError.unreadable(table: "holds", row: key)
            }
            return PatchHold(
                event: event, problem: problem, until: until, patches: list.compactMap(\.string), taken: taken)
        }
    }

    /// Makes a change of the holds.
    func applyHold(_ change: MemoryChange) throws {
        switch change {
        case .openHold(let key, let hold):
            try database.run(
                "INSERT OR REPLACE INTO holds VALUES(?,?,?,?,?,?)", .text(key), hold.event.value, .text(hold.problem),
                hold.until.value, .text(JSON.array(hold.patches.map { .string($0) }).compact),
                .integer(Int64(hold.taken)))
        case .addToHold(let key, let patch):
            try database.run("UPDATE holds SET taken=taken+1 WHERE key=?", .text(key))
            guard let patch else { return }
            try database.run(
                "UPDATE holds SET patches=json_insert(patches, '$[#]', ?) WHERE key=?", .text(patch), .text(key))
        case .closeHold(let event), .cancelHold(let event, _, _):
            try database.run("DELETE FROM holds WHERE event=?", event.value)
        default:
            break
        }
    }
}
