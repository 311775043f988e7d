public import Decisions
public import Events

extension Ledger {
    /// Collects an event for the administrator's next notice: it is counted, and the first of its disposition are kept as
    /// lines; `line` is asked for no others. True where it is the first of the notice.
    public func collectNotice(_ disposition: Disposition, _ line: () -> String) throws -> Bool {
        let before = try noticeCounts()
        let count = before[disposition, default: 0] + 1
        if count <= AdminNotice.linesKept {
            try database.run(
                "INSERT INTO notice_lines(disposition, line) VALUES(?,?)", .text(disposition.rawValue), .text(line()))
        }
        try countNotice(disposition)
        return before.isEmpty
    }

    /// Takes out what has been collected.
    public func takeNotices() throws -> [AdminNotice.Collected] {
        let counts = try noticeCounts().map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }
        let lines = try database.all("SELECT disposition, line FROM notice_lines ORDER BY row") {
            ($0.text(0), $0.text(1))
        }
        try database.run("DELETE FROM notice_counts")
        forgetNoticeCounts()
        try database.run("DELETE FROM notice_lines")
        return counts.compactMap { name, count in
            Disposition(rawValue: name).map { disposition in
                AdminNotice.Collected(
                    disposition, count: count, lines: lines.filter { $0.0 == name }.map(\.1))
            }
        }
    }

    /// Remembers what the administrator is told of a trouble; false where it was told so already.
    public func tellTrouble(_ name: String, _ text: String) throws -> Bool {
        let told = try database.first("SELECT text FROM troubles WHERE name=?", .text(name)) { $0.text(0) }
        guard told != text else { return false }
        try database.run("INSERT OR REPLACE INTO troubles VALUES(?,?)", .text(name), .text(text))
        return true
    }

    /// The trouble is over: the next time it is told again.
    public func forgetTrouble(_ name: String) throws {
        try database.run("DELETE FROM troubles WHERE name=?", .text(name))
    }

    /// How many troubles are told whose names begin so.
    public func troubleCount(_ beginning: String) throws -> Int {
        try database.first(
            "SELECT count(*) FROM troubles WHERE name>=?1 AND name<?1 || char(1114111)", .text(beginning)
        ) { Int($0.integer(0)) } ?? 0
    }

    /// The same for all whose names begin so.
    public func forgetTroubles(_ beginning: String) throws {
        try database.run("DELETE FROM troubles WHERE name>=?1 AND name<?1 || char(1114111)", .text(beginning))
    }
}
