public import Events
import Formats

/// The folder `LogDir`: the files of the original, written by a thread of its own. What cannot be written is dropped and
/// counted; it holds up nobody.
public final class LogFolder: Sendable {
    /// Which of the two logs a line belongs to.
    public enum Topic: Sendable {
        /// The service: `ITPSVC_6-Sat.log`.
        case service
        /// What becomes of events: `ITPprocess_6-Sat.log`.
        case processing
    }

    /// What one file may hold; further lines of its day or month are dropped.
    public static let maxFileBytes: UInt64 = 1 << 30
    /// What may wait while the disk is slow.
    private static let maxWaitingBytes = 8 << 20
    private static let patienceSeconds = 5

    private let queue: LineQueue<LogFolderWriter>

    /// Makes the folder where it is missing. Days' files that are older than `days` are removed when a day's first line is
    /// written. `summaryHead` is the first line of each month's table. `onTrouble` is told, from
    /// the folder's own thread, why lines are lost, and nil once they are written again.
    public init(
        _ path: String, disk: any Disk = SystemDisk(), days: Int, summaryHead: [UInt8],
        maxFileBytes: UInt64 = LogFolder.maxFileBytes, onTrouble: @escaping @Sendable (String?) -> Void
    ) throws(SystemError) {
        try disk.makeFolder(path)
        queue = try LineQueue(
            LogFolderWriter(
                folder: path, disk: disk, days: days, summaryHead: summaryHead, maxFileBytes: maxFileBytes,
                onTrouble: onTrouble),
            name: "itp-logdir", maxBytes: LogFolder.maxWaitingBytes)
    }

    /// Takes a line of the log.
    public func keep(_ line: [UInt8], of topic: Topic, at time: Instant) {
        put(LogFolderLine(kind: topic == .service ? .service : .processing, time: time, bytes: line))
    }

    /// Takes a record of the month's table.
    public func keep(summary record: [UInt8], at time: Instant) {
        put(LogFolderLine(kind: .summary, time: time, bytes: record))
    }

    /// How many lines were lost.
    public var droppedLines: Int { queue.dropped }

    /// Waits a moment until all is written; it takes nothing afterwards.
    public func finish() { queue.finish(seconds: LogFolder.patienceSeconds) }

    private func put(_ line: LogFolderLine) { queue.put(line, bytes: line.bytes.count) }
}

/// One line and where it goes.
struct LogFolderLine: Sendable {
    var kind: DatedFile.Kind
    var time: Instant
    var bytes: [UInt8]
}

/// A file whose name comes round again: after a week, or after a year. Days and months are those of UTC, as the times in the
/// lines are.
struct DatedFile: Sendable, Equatable {
    /// The three files that are open at a time.
    enum Kind: Int, Sendable, CaseIterable {
        case service
        case processing
        case summary
    }

    var kind: Kind
    var name: String
    /// What the file's first record begins with where it is of this round.
    var round: String

    private static let days = ["0-Sun", "1-Mon", "2-Tue", "3-Wed", "4-Thu", "5-Fri", "6-Sat"]
    private static let months = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]

    /// Whether a name is that of a day's log.
    static func isDay(_ name: String) -> Bool {
        ["ITPSVC_", "ITPprocess_"].contains { prefix in days.contains { name == "\(prefix)\($0).log" } }
    }

    init(_ kind: Kind, _ time: Instant) {
        self.kind = kind
        let day = CivilDay(instant: time)
        round = day.description
        // 1970-01-01 was a Thursday.
        let weekday = DatedFile.days[Int((day.daysSince1970 % 7 + 7 + 4) % 7)]
        switch kind {
        case .service: name = "ITPSVC_\(weekday).log"
        case .processing: name = "ITPprocess_\(weekday).log"
        case .summary:
            name = "ITP_Summary_\(DatedFile.months[Int(day.parts.month) - 1]).csv"
            round = String(round.prefix(4))
        }
    }
}

/// Writes the lines of a `LogFolder`.
struct LogFolderWriter: LineWriter {
    private struct Open {
        var dated: DatedFile
        var file: any DiskFile
        var size: UInt64
    }

    let folder: String
    let disk: any Disk
    let days: Int
    let summaryHead: [UInt8]
    let maxFileBytes: UInt64
    let onTrouble: @Sendable (String?) -> Void
    private var open: [DatedFile.Kind: Open] = [:]
    private var troubled: Set<DatedFile.Kind> = []
    private var lastTime = Instant(milliseconds: 0)

    init(
        folder: String, disk: any Disk, days: Int, summaryHead: [UInt8], maxFileBytes: UInt64,
        onTrouble: @escaping @Sendable (String?) -> Void
    ) {
        self.folder = folder
        self.disk = disk
        self.days = days
        self.summaryHead = summaryHead
        self.maxFileBytes = maxFileBytes
        self.onTrouble = onTrouble
    }

    mutating func write(_ line: LogFolderLine) -> Bool {
        lastTime = line.time
        do {
            var file = try current(DatedFile(line.kind, line.time), line.time)
            guard file.size + UInt64(line.bytes.count) <= maxFileBytes else {
                tell(line.kind, "\(file.file.path) has reached its limit of \(maxFileBytes) bytes: lines are lost")
                return false
            }
            open[line.kind] = file
            try file.file.writeAll(line.bytes, at: file.size)
            file.size += UInt64(line.bytes.count)
            open[line.kind] = file
            tell(line.kind, nil)
            return true
        } catch {
            // A part may have been written: the next line is written over it.
            tell(line.kind, "the log files cannot be written: \(error)")
            return false
        }
    }

    /// A table has no place for remarks, so the service's log says how many lines were lost.
    func notice(ofLost lost: Int) -> LogFolderLine {
        let line = LogLine(
            time: lastTime, level: .warning, message: "lines of the log files were lost", fields: [("count", "\(lost)")]
        )
        return LogFolderLine(kind: .service, time: lastTime, bytes: line.bytes(.text))
    }

    /// The file for a line: the one that is open, or that of its day or month, emptied where it is an earlier round's.
    private func current(_ dated: DatedFile, _ time: Instant) throws(SystemError) -> Open {
        if let found = open[dated.kind], found.dated == dated { return found }
        let path = folder + "/" + dated.name
        let head = dated.kind == .summary ? summaryHead : []
        let names = try disk.list(folder)
        if dated.kind != .summary { try removeOutdated(names.filter { $0 != dated.name }, time) }
        guard names.contains(dated.name) else {
            let file = try disk.open(path, .create)
            try file.writeAll(head, at: 0)
            return Open(dated: dated, file: file, size: UInt64(head.count))
        }
        let file = try disk.open(path, .write)
        let size = try file.size()
        let first = try file.read(at: UInt64(head.count), count: dated.round.utf8.count)
        let isNew = size < UInt64(head.count) || String(decoding: first, as: UTF8.self) < dated.round
        guard isNew else { return Open(dated: dated, file: file, size: size) }
        try file.truncate(to: 0)
        try file.writeAll(head, at: 0)
        return Open(dated: dated, file: file, size: UInt64(head.count))
    }

    private func removeOutdated(_ names: [String], _ time: Instant) throws(SystemError) {
        let oldest = CivilDay(daysSince1970: CivilDay(instant: time).daysSince1970 - Int64(days)).description
        for name in names where DatedFile.isDay(name) {
            let first = try disk.open(folder + "/" + name, .read).read(at: 0, count: oldest.utf8.count)
            if !first.isEmpty, String(decoding: first, as: UTF8.self) < oldest { try disk.unlink(folder + "/" + name) }
        }
    }

    /// Tells each change once.
    private mutating func tell(_ kind: DatedFile.Kind, _ trouble: String?) {
        if let trouble {
            if troubled.insert(kind).inserted { onTrouble(trouble) }
        } else if troubled.remove(kind) != nil, troubled.isEmpty {
            onTrouble(nil)
        }
    }
}
