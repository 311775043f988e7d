import Events
import Formats
import Platform
import Settings
import Storage
import TestSupport
import Testing

@testable import Service

/// A real folder that is watched, and configurations that are kept.
@Suite struct WatchTests {
    private func write(_ text: String, to path: String) throws { try Files.replace(path, with: Array(text.utf8)) }

    @Test("a file's stamp changes with its contents, when it is replaced, and with its length; not by being read")
    func stamps() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.ini"
            try write("one", to: path)
            let first = try FileStamp(of: path)
            _ = try Files.read(path, maxBytes: 100)
            #expect(try FileStamp(of: path) == first)
            try write("two", to: path)
            let second = try FileStamp(of: path)
            #expect(second != first && second.inode != first.inode && second.bytes == first.bytes)
            try write("three", to: path)
            #expect(try FileStamp(of: path).bytes == 5)
            #expect(throws: SystemError.self) { _ = try FileStamp(of: folder + "/gone") }
        }
    }

    @Test("a change anywhere in the folder shows in its stamps: a file, a note, a module, a new source, one removed")
    func folder() throws {
        try withTemporaryFolder { folder in
            for name in ["TXNOTES", "modules", "sources"] { try SystemDisk().makeFolder("\(folder)/\(name)") }
            try write("[GLOBAL]", to: folder + "/ITPConfig.ini")
            var seen = try ConfigurationFolder.stamps(folder)
            #expect(try ConfigurationFolder.stamps(folder) == seen)
            for name in ["ITPConfig.ini", "TXNOTES/a.txt", "modules/m", "sources/s.ini", "ITPSvcCfg.ini"] {
                try write("; \(name)", to: "\(folder)/\(name)")
                let now = try ConfigurationFolder.stamps(folder)
                #expect(now != seen, "\(name)")
                seen = now
            }
            try SystemDisk().unlink(folder + "/TXNOTES/a.txt")
            #expect(try ConfigurationFolder.stamps(folder) != seen)
        }
    }

    @Test("a service on a folder on disk takes a changed file by itself")
    func watched() async throws {
        try await onThread("itp-watch-test") {
            try withTemporaryFolder { folder in
                let rules = String(decoding: configurationFiles().files[0].bytes, as: UTF8.self)
                try write(rules, to: folder + "/ITPConfig.ini")
                var source = ConfigurationSource(folder: folder)
                source.watchEvery = Instant.Span(milliseconds: 20)
                var options = ServiceOptions(dataFolder: folder + "/data", configuration: source, version: "test")
                options.listen = "127.0.0.1:0"
                let service = try Service(options, log: Log(form: .json, sink: Nobody())) { _ in }
                defer { service.stop() }
                let running = try RunningService(service)
                let before = try running.ask("GET", "/stats").json["settings"]
                try write(rules + "\n[ALERT REWRITE]\nSpooler=CANCEL\n", to: folder + "/ITPConfig.ini")
                let isTaken = try waitUntil { try running.ask("GET", "/stats").json["settings"] != before }
                #expect(isTaken)
                let event = try running.event(running.post(org: "acme"))
                #expect(event["disposition"]?.string == "cancelled")
            }
        }
    }

    @Test("of accepted configurations the last five are kept, and those at which a tenant has stayed")
    func pruning() throws {
        let ledger = try Ledger(path: ":memory:")
        try ledger.begin()
        for number in 1...9 {
            let tenants = number == 9 ? ["TWO": "hash2"] : [:]
            let kept = StoredConfiguration(
                hash: "hash\(number)", files: [.init(name: "ITPConfig.ini", bytes: [UInt8(number)])], tenants: tenants)
            try ledger.keep(kept, at: start + .seconds(number))
            if number == 5 { #expect(try ledger.configurations().map(\.hash).contains("hash2")) }
        }
        try ledger.commit()
        #expect(try ledger.configurations().map(\.hash) == ["hash9", "hash8", "hash7", "hash6", "hash5"])
        // What a tenant stays at is kept from the time on at which it does.
        try ledger.begin()
        for number in 10...16 {
            let kept = StoredConfiguration(hash: "hash\(number)", files: [], tenants: ["TWO": "hash9"])
            try ledger.keep(kept, at: start + .seconds(number))
        }
        try ledger.commit()
        let last = try ledger.configurations()
        #expect(last.map(\.hash) == ["hash16", "hash15", "hash14", "hash13", "hash12", "hash9"])
        #expect(last.last?.files.first?.bytes == [9])
    }

    @Test("an event of a tenant that is held waits for thirty days, to the second, and then ends as failed")
    func thirtyDays() throws {
        let files = configurationFiles(rules: "[RMM_SETTINGS_TWO]\nNotifyPriority=soon\n[ORG globex]\nMSP=TWO")
        let world = SettingsWorld(
            zones: ZoneFolder.resolve, patterns: RegularExpression.compiler, now: nil,
            secrets: { reference throws(SecretFault) in throw SecretFault(reference) })
        let accepted = try #require(Settings.accept(files, earlier: [], world).accepted)
        #expect(accepted.settings.isHeld("two"))
        var desk = try Desk(accepted.settings)
        let id = try desk.take("{\"subject\":\"EVT|Disk|C|a|b|MB-DISK.EVT.S.P2.Alm\",\"orgId\":\"globex\"}")
        try desk.pass(30 * 86_400 - 1)
        #expect(try desk.event(id).state == "parked")
        #expect(try desk.event(id).reason == "waits until the sections of the tenant 'TWO' are mended")
        try desk.pass(1)
        #expect(try desk.event(id).disposition == "failed")
        #expect(try desk.event(id).reason == "the sections of the tenant 'TWO' were not mended in time")
        #expect(try desk.ledger.history.timerCount() == 0 && desk.handed.isEmpty)
    }
}

private struct Nobody: LogSink {
    func write(_ line: [UInt8]) {}
}
