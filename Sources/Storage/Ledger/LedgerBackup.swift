public import Events
import Formats
public import Platform

/// What a copy of a ledger is.
public struct LedgerCopy: Sendable, Equatable {
    /// When it was made; nil where it is no copy but a ledger itself.
    public var madeAt: Instant?
    /// Every journal record up to this one is settled in it: the journal's position.
    public var watermark: UInt64
}

/// Why a file cannot be put in the place of a ledger, or a copy cannot be made.
public enum LedgerCopyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file is no ledger.
    case notALedger(path: String, reason: String)
    /// Nothing is overwritten.
    case exists(path: String)

    /// The sentence.
    public var description: String {
        switch self {
        case .notALedger(let path, let reason):
            "\(path) is no copy of a ledger that can be used: \(reason); nothing was changed"
        case .exists(let path): "\(path) is there already: name another file, or remove it"
        }
    }
}

extension LedgerHistory {
    /// Writes a copy of the ledger as it is at one moment, whatever its owner does meanwhile: durable when this returns, and
    /// readable by its owner alone.
    public func copy(to path: String, at now: Instant, disk: some Disk = SystemDisk()) throws -> LedgerCopy {
        let unfinished = path + ".new"
        guard try !disk.list(LedgerCopy.folder(of: path)).contains(LedgerCopy.name(of: path)) else {
            throw LedgerCopyError.exists(path: path)
        }
        // SQLite fills a file that is empty, and would make one that others can read.
        let file = try disk.open(unfinished, .create)
        do {
            try database.run("VACUUM INTO ?", .text(unfinished))
            let copied = try SQLiteConnection(path: unfinished, .readWrite)
            try copied.run("INSERT OR REPLACE INTO marks VALUES('copied', ?)", now.value)
            let copy = try LedgerCopy.read(copied)
            try file.sync()
            try disk.rename(unfinished, to: path)
            try disk.syncFolder(LedgerCopy.folder(of: path))
            return copy
        } catch {
            do { try disk.unlink(unfinished) } catch {}
            throw error
        }
    }
}

extension LedgerCopy {
    private static let chunk = 1 << 20

    /// Puts a copy in the place of a data folder's ledger, which nobody may have open. The ledger that was there keeps another
    /// name: the second result, nil where there was none. A service does not start on it before it was told how to go on.
    public static func restore(
        _ path: String, to ledger: String, at now: Instant, disk: some Disk = SystemDisk()
    ) throws -> (copy: LedgerCopy, former: String?) {
        let unfinished = ledger + ".new"
        let folder = folder(of: ledger)
        do {
            if try disk.list(folder).contains(name(of: unfinished)) { try disk.unlink(unfinished) }
            try duplicate(path, to: unfinished, disk)
            let copy = try mark(unfinished, path)
            let file = try disk.open(unfinished, .write)
            try file.sync()
            let former = try setAside(ledger, now, disk)
            try disk.rename(unfinished, to: ledger)
            try disk.syncFolder(folder)
            return (copy, former)
        } catch {
            if try disk.list(folder).contains(name(of: unfinished)) { try disk.unlink(unfinished) }
            throw error
        }
    }

    private static func duplicate(_ path: String, to target: String, _ disk: some Disk) throws {
        let source = try disk.open(path, .read)
        let copy = try disk.open(target, .create)
        var at: UInt64 = 0
        while true {
            let bytes = try source.read(at: at, count: chunk)
            if bytes.isEmpty { return }
            try copy.writeAll(bytes, at: at)
            at += UInt64(bytes.count)
        }
    }

    /// Checks that it is a whole ledger that this program knows, and notes that it was put back.
    private static func mark(_ unfinished: String, _ path: String) throws -> LedgerCopy {
        do {
            let database = try SQLiteConnection(path: unfinished, .readWrite)
            let version = try database.first("PRAGMA user_version") { Int($0.integer(0)) } ?? 0
            guard (1...LedgerSchema.migrations.count).contains(version) else {
                throw LedgerCopyError.notALedger(
                    path: path, reason: "its version is \(version), this program knows \(LedgerSchema.migrations.count)"
                )
            }
            let verdict = try database.first("PRAGMA integrity_check(1)") { $0.text(0) } ?? "no answer"
            guard verdict == "ok" else { throw LedgerCopyError.notALedger(path: path, reason: verdict) }
            try database.run("INSERT OR REPLACE INTO marks VALUES('restore-pending', 1)")
            return try read(database)
        } catch let error as SQLiteError {
            throw LedgerCopyError.notALedger(path: path, reason: error.message)
        }
    }

    fileprivate static func read(_ database: SQLiteConnection) throws -> LedgerCopy {
        let marks = try database.all("SELECT name, value FROM marks") { ($0.text(0), $0.integer(1)) }
        let values = Dictionary(marks) { first, _ in first }
        return LedgerCopy(
            madeAt: values["copied"].map { Instant(milliseconds: $0) }, watermark: UInt64(values["watermark"] ?? 0))
    }

    /// The ledger of before gets a name of its own, with what is written ahead of it.
    private static func setAside(_ ledger: String, _ now: Instant, _ disk: some Disk) throws -> String? {
        let names = try disk.list(folder(of: ledger))
        guard names.contains(name(of: ledger)) else { return nil }
        let stamp = now.description.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
        let former = "\(ledger).before-restore-\(stamp)"
        for suffix in ["-wal", "-shm", ""] where names.contains(name(of: ledger) + suffix) {
            try disk.rename(ledger + suffix, to: former + suffix)
        }
        return former
    }

    fileprivate static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    fileprivate static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }
}

extension Ledger {
    /// Whether a copy was put in this ledger's place, and nobody has said yet how to go on.
    public var isRestorePending: Bool {
        get throws { try mark("restore-pending") == 1 }
    }

    /// It was said how to go on.
    public func endRestore() throws { try database.run("DELETE FROM marks WHERE name IN ('restore-pending','copied')") }
}
