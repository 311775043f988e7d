import Events
import Formats
import Glibc
import Platform
import TestSupport
import Testing

@Suite("The original's log files")
struct LogFolderTests {
    /// A Saturday.
    private static let saturday = Instant(milliseconds: 1_795_227_247_250)
    private let head = Array("Time,Subject\r\n".utf8)

    /// Writes what `body` hands a folder, and closes it.
    private func keep(
        in path: String, on disk: any Disk = SystemDisk(), days: Int = 7, limit: UInt64 = LogFolder.maxFileBytes,
        troubles: Guarded<[String?]> = Guarded([]), _ body: (LogFolder) -> Void
    ) throws -> Int {
        let folder = try LogFolder(path, disk: disk, days: days, summaryHead: head, maxFileBytes: limit) { trouble in
            troubles.with { $0.append(trouble) }
        }
        body(folder)
        folder.finish()
        return folder.droppedLines
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Files.read(path, maxBytes: 1 << 20), as: UTF8.self)
    }

    private func line(_ time: Instant, _ text: String) -> [UInt8] { Array("\(time) \(text)\n".utf8) }

    @Test("lines go to the day's file, those of events to one of their own, below what stood there that day")
    func days() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/logs"
            for run in 1...2 {
                _ = try keep(in: path) { files in
                    var log = Log(form: .json, clock: Fixed(now: LogFolderTests.saturday), sink: Nobody())
                    log.folder = files
                    log.info("run \(run)")
                    log.debug("not at this level")
                    log.info("ticketed", ["event": "E\(run)"])
                }
            }
            let time = "2026-11-21T02:14:07.250Z INFO    "
            #expect(try text(path + "/ITPSVC_6-Sat.log") == "\(time)run 1\n\(time)run 2\n")
            #expect(try text(path + "/ITPprocess_6-Sat.log") == "\(time)ticketed event=E1\n\(time)ticketed event=E2\n")
            #expect(try SystemDisk().list(path).count == 2)
            var information = stat()
            #expect(stat(path + "/ITPSVC_6-Sat.log", &information) == 0 && information.st_mode & 0o777 == 0o600)
        }
    }

    @Test("a weekday's file is begun anew after a week, and days that are older than is asked for are removed")
    func weeks() throws {
        try withTemporaryFolder { folder in
            let saturday = LogFolderTests.saturday
            _ = try keep(in: folder) { files in
                for day in 0...7 {
                    let time = saturday + .hours(24 * day)
                    files.keep(line(time, "day \(day)"), of: .service, at: time)
                }
            }
            #expect(try text(folder + "/ITPSVC_6-Sat.log") == "2026-11-28T02:14:07.250Z day 7\n")
            #expect(try SystemDisk().list(folder).count == 7)
            let later = saturday + .hours(24 * 8)
            _ = try keep(in: folder, days: 2) { $0.keep(line(later, "day 8"), of: .service, at: later) }
            #expect(
                try SystemDisk().list(folder).sorted() == ["ITPSVC_0-Sun.log", "ITPSVC_5-Fri.log", "ITPSVC_6-Sat.log"])
            #expect(try text(folder + "/ITPSVC_0-Sun.log") == "2026-11-29T02:14:07.250Z day 8\n")
        }
    }

    @Test("a month's table has its head once, and that of an earlier year is replaced at its first record")
    func months() throws {
        try withTemporaryFolder { folder in
            let now = LogFolderTests.saturday
            let next = now + .hours(24 * 365)
            for time in [now, now + .hours(24 * 20), now] {
                _ = try keep(in: folder) { $0.keep(summary: CSV.record(["\(time)", "a"]), at: time) }
            }
            let record = "\(now),a\r\n"
            #expect(try text(folder + "/ITP_Summary_NOV.csv") == "Time,Subject\r\n\(record)\(record)")
            #expect(try text(folder + "/ITP_Summary_DEC.csv") == "Time,Subject\r\n\(now + .hours(24 * 20)),a\r\n")
            _ = try keep(in: folder) { $0.keep(summary: CSV.record(["\(next)", "b"]), at: next) }
            #expect(try text(folder + "/ITP_Summary_NOV.csv") == "Time,Subject\r\n\(next),b\r\n")
        }
    }

    @Test("what the disk refuses is counted and told once, and what comes later is written whole")
    func fullDisk() throws {
        let disk = MemoryDisk()
        let troubles = Guarded<[String?]>([])
        let time = LogFolderTests.saturday
        let dropped = try keep(in: "/logs", on: disk, troubles: troubles) { files in
            files.keep(line(time, "kept"), of: .service, at: time)
            files.keep(Array(repeating: 0x78, count: 4000), of: .service, at: time)
        }
        #expect(dropped == 0)
        disk.setCapacity(disk.usedBytes + 10)
        let lost = try keep(in: "/logs", on: disk, troubles: troubles) { files in
            for _ in 0..<3 { files.keep(line(time, "no room for this one"), of: .service, at: time) }
        }
        #expect(lost == 3)
        disk.setCapacity(nil)
        #expect(troubles.with { $0 }.count == 1)
        let told = try #require(troubles.with { $0 }.first ?? nil)
        #expect(told.hasPrefix("the log files cannot be written: pwrite /logs/ITPSVC_6-Sat"))
    }

    @Test("a file that has reached its limit takes no more, and the other files go on")
    func limit() throws {
        try withTemporaryFolder { folder in
            let time = LogFolderTests.saturday
            let troubles = Guarded<[String?]>([])
            let dropped = try keep(in: folder, limit: 60, troubles: troubles) { files in
                for _ in 0..<3 { files.keep(line(time, "25 bytes and some more"), of: .service, at: time) }
                files.keep(line(time, "another file"), of: .processing, at: time)
            }
            #expect(dropped == 2)
            #expect(try text(folder + "/ITPSVC_6-Sat.log").utf8.count <= 60)
            #expect(try text(folder + "/ITPprocess_6-Sat.log").contains("another file"))
            #expect(troubles.with { $0.count } == 1)
        }
    }
}

private struct Fixed: Clock {
    var now: Instant
    var monotonicNanoseconds: UInt64 { 0 }
}

private struct Nobody: LogSink {
    func write(_ line: [UInt8]) {}
}
