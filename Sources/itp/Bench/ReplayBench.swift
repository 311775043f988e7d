import Events
import Formats
import Glibc
import Platform
import Service
import Settings

/// `itp bench replay`: makes a journal with weeks of alerts and the ledger that decided them, then replays it twice against a
/// changed configuration: time, memory, and whether the bytes are the same.
///
/// With `--keep DIR` the data and both configurations stay, for `itp replay` and `itp audit`.
enum ReplayBench {
    static let bench = Bench(
        name: "replay", summary: "a replay of --alerts N against a changed configuration: time and memory",
        accepted: Arguments.Accepted(values: ["alerts": "N", "keep": "DIR"]), run: run)

    private static let rewriteRules = 1000
    /// One alert in so many seconds: 100,000 are 23 days.
    private static let secondsApart = 20

    @Sendable private static func run(_ arguments: Arguments) throws -> Bench.Report {
        let alerts = try arguments.number("alerts", 100...10_000_000, default: 100_000)
        let folder = arguments["keep"] ?? "./itp-bench-\(getpid())"
        let disk = SystemDisk()
        let scene = DecideScene(psaRewrites: 1000)
        var old = scene.files(rewriteRules: rewriteRules)
        old.files.append(.init(name: "ITPSvcCfg.ini", bytes: Array("[GLOBAL]\nDebug=Y\n".utf8)))
        for path in [folder, folder + "/config", folder + "/config-new", folder + "/data"] { try disk.makeFolder(path) }
        defer { if arguments["keep"] == nil { BenchFolder.remove(folder) } }
        for file in old.files {
            try Files.replace("\(folder)/config/\(file.name)", with: file.bytes)
            try Files.replace("\(folder)/config-new/\(file.name)", with: changed(file).bytes)
        }
        let clock = SystemClock()
        let began = clock.monotonicNanoseconds
        // What a service on the old configuration would have made of the alerts.
        let past = PastFill(
            scene: scene, start: DecideScene.start, millisecondsApart: secondsApart * 1000, isDelivered: false)
        try past.make(alerts, in: folder, old)
        let made = clock.monotonicNanoseconds
        let (first, report) = try replay(folder)
        let replayed = clock.monotonicNanoseconds
        let peak = peakKiB()
        let (second, _) = try replay(folder)
        guard first == second else { throw UnequalReplays() }
        let seconds = Double(replayed - made) / 1e9
        let text = """
            \(alerts) alerts were journaled and decided in \(Bench.shown(Double(made - began) / 1e9)) s
            replay: \(Bench.shown(seconds)) s, \(Int(Double(alerts) / seconds)) alerts/s under both configurations, \
            resident at most \(peak) KiB; the second gave the same \(second.utf8.count) bytes
            \(report.oldTickets) tickets, \(report.droppedTickets) of them newly dropped
            """
        return Bench.Report(
            text: text,
            json: [
                "alerts": .integer(alerts), "seconds": .number(Bench.shown(seconds)), "peakKiB": .integer(peak),
                "tickets": .integer(report.oldTickets), "droppedTickets": .integer(report.droppedTickets),
                "bytes": .integer(second.utf8.count),
            ])
    }

    /// The new configuration: one rule more, one action word dropped, a shorter duplicate window.
    private static func changed(_ file: ConfigurationFiles.File) -> ConfigurationFiles.File {
        let text = String(decoding: file.bytes, as: UTF8.self)
            .replacing("DropCodes=Inf,Chk", with: "DropCodes=Inf,Chk,Act")
            .replacing("DeDupPeriod=60", with: "DeDupPeriod=30")
            .replacing("[ALERT REWRITE]", with: "[ALERT REWRITE]\nEVT|DHCP Server|1007|=CANCEL")
        return .init(name: file.name, bytes: Array(text.utf8))
    }

    private static func replay(_ folder: String) throws -> (bytes: String, ReplayReport) {
        let data = folder + "/data"
        let new = try PastConfiguration.load(folder + "/config-new", dataFolder: data)
        guard let old = try PastConfiguration.inUse(dataFolder: data) else { throw UnequalReplays() }
        var replay = try Replay(PastAlerts(dataFolder: data), since: .back(.hours(60 * 24)), old: old, new: new)
        let report = try replay.run()
        return (report.text + report.json.pretty, report)
    }

    /// The most that was resident, as the kernel has it.
    private static func peakKiB() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }

    private struct UnequalReplays: Error, CustomStringConvertible {
        var description: String { "two replays of the same journal did not give the same bytes" }
    }
}
