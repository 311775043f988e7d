import Events
import Formats
import Glibc
import Platform
import TestSupport
import Testing

@testable import Service

/// What a service writes for people to read.
@Suite struct LogTests {
    private static let rules = """
        [RMM_SETTINGS]
        PSA_Type=GEN
        PSA_Email=helpdesk@psa.example
        RMM_EmailFrom=rmm@msp.example
        [RESTRICTED]
        BKP=1
        [PSA REWRITE]
        MB-DISK.EVT.S=D1;Disk full;Alerts,Disk,Full
        """

    /// The files of `LogDir` whose names begin so, as one text.
    private static func text(_ scene: Scene, _ prefix: String) throws -> String {
        let folder = scene.folder + "/logs"
        return try SystemDisk().list(folder).filter { $0.hasPrefix(prefix) }.sorted().map {
            String(decoding: try Files.read("\(folder)/\($0)", maxBytes: 1 << 20), as: UTF8.self)
        }.joined()
    }

    @Test("with LogDir each event is a row of the month's table once its end is known, and a line of the day's log")
    func logDir() async throws {
        let smtp = try ScriptedSMTP()
        defer { smtp.stop() }
        try await Scene.with(LogTests.rules, service: "[GLOBAL]\nLogDir=logs\n[MAIL]\nURL=\(smtp.url)\n") { scene in
            var ids: [String] = []
            try scene.serve { running in
                ids.append(try running.post(org: "acme", subject: "BKP|=cmd|1,2|||MB-BACKUP.BKP.S.P3.Alm"))
                ids.append(try running.post(org: "acme", subject: "EVT|Disk|7|C:|95|MB-DISK.EVT.S.P2.Alm"))
                for id in ids { _ = try running.event(id, in: ["delivered", "confirmed"]) }
            }
            let table = try LogTests.text(scene, "ITP_Summary_").split(separator: "\r\n").map(String.init)
            #expect(table.count == 3)
            #expect(
                table.first
                    == "Time,EventGUID,Source,OrgID,Agent,HostClass,Subject,AltSubject,Name,Category,Data1,Data2,Data3,"
                    + "Priority,Action,RStatus,EStatus,Disposition,Reason,PSA,Ticket,Millis")
            let kept = try #require(table.first { $0.contains(ids[0]) })
            #expect(
                kept.contains(
                    ",\(ids[0]),api,acme,a.acme,X,\"BKP|=cmd|1,2|||MB-BACKUP.BKP.S.P3.Alm\","
                        + "\"BKP|=cmd|1,2|||MB-BACKUP.BKP.S.P3.Alm\",MB-BACKUP,BKP,\"1,2\",,,P3,Alm,None,New,restricted,"
                        + "the category BKP is class 1 (never) at ITPConfig.ini:6,,,"), "\(kept)")
            let mailed = try #require(table.first { $0.contains(ids[1]) })
            #expect(mailed.contains(",MB-DISK,EVT,7,C:,95,P2,Alm,None,New,delivered-by-email,"), "\(mailed)")
            #expect(mailed.contains(",GEN,,"), "\(mailed)")
            let processing = try LogTests.text(scene, "ITPprocess_").split(separator: "\n")
            let reason = "the category BKP is class 1 (never) at ITPConfig.ini:6"
            #expect(processing.contains { $0.hasSuffix("restricted event=\(ids[0]) reason=\"\(reason)\"") })
            #expect(processing.contains { $0.contains("mailed event=\(ids[1]) ") })
            let service = try LogTests.text(scene, "ITPSVC_")
            #expect(service.contains("the service takes alerts") && service.contains("the service has stopped"))
            #expect(!service.contains("event="))
        }
    }

    @Test("a LogDir that cannot be made does not keep the service from starting, and /health says so")
    func noLogDir() async throws {
        try await Scene.with(Scene.connectWise, service: "[GLOBAL]\nLogDir=/nowhere/at/all\n") { scene in
            try scene.serve { running in
                let health = try running.health
                #expect(health.status == "degraded")
                #expect(health.reasons.contains { $0.hasPrefix("LogDir cannot be used: mkdir /nowhere/at/all: ") })
                #expect(try running.post(org: "acme").isEmpty == false)
            }
        }
    }

    @Test("a stderr that nobody reads stops nothing: alerts are decided, and lines that are lost are counted")
    func fullPipe() async throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try check("pipe", on: "log") { unsafe pipe(&ends) }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(writing) }
        // Full from the start: it holds 64 KiB.
        try Files.writeAll(Array(repeating: 0x0A, count: 1 << 16), to: writing, subject: "log")
        let log = Log(form: .json, sink: try StandardError(form: .json, descriptor: writing, maxWaitingBytes: 4096))
        try await Scene.with(LogTests.rules) { scene in
            try scene.serve(log: log) { running in
                for number in 0..<40 {
                    let id = try running.post(org: "acme", subject: "BKP|B|\(number)|||MB-BACKUP.BKP.S.P3.Alm")
                    _ = try running.event(id)
                }
                let count = try running.ask("GET", "/stats").json["logLinesDropped"]?["stderr"]?.integer ?? 0
                #expect(count > 0)
                let page = Exposition(try running.text("/metrics").text)
                #expect((page.value("itp_log_lines_dropped_total", ["output": "stderr"]) ?? 0) >= Double(count))
            }
        }
        close(reading)
    }
}
