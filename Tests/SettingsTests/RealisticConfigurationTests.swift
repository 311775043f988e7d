import Events
import Formats
import Glibc
import Platform
import Settings
import Testing

/// The configuration of a middle-sized MSP with three tenants, and a copy of it with thirty mistakes.
struct RealisticConfigurationTests {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/configuration"

    private func text(_ name: String) throws -> String {
        String(decoding: try Files.read("\(Self.folder)/\(name)", maxBytes: 1 << 20), as: UTF8.self)
    }

    /// Zones by their rules of 2026: what the files need, and no file of this machine.
    private static let zones: ZoneResolver = { name throws(ZoneFault) in
        let rules = [
            "": "UTC0", "America/New_York": "EST5EDT,M3.2.0,M11.1.0", "America/Chicago": "CST6CDT,M3.2.0,M11.1.0",
            "America/Los_Angeles": "PST8PDT,M3.2.0,M11.1.0", "America/Phoenix": "MST7",
        ]
        guard let rule = rules[name] else { throw ZoneFault("there is no zone '\(name)'") }
        return TZif.bytes(rule: rule)
    }

    private func load(_ rules: String) throws -> LoadedSettings {
        let names = try SystemDisk().list(Self.folder + "/TXNOTES")
        let notes = Dictionary(uniqueKeysWithValues: try names.map { ($0, try text("TXNOTES/" + $0)) })
        return Settings.load(
            ConfigurationFiles(files: [.init(name: "ITPConfig.ini", bytes: Array(rules.utf8))], notes: notes),
            zones: Self.zones, patterns: RegularExpression.compiler,
            // 2026-11-21, when the file was written.
            now: Instant(milliseconds: 1_795_227_247_250), secrets: { _ in "secret" })
    }

    @Test("it has some four hundred lines and loads with no finding but those that it means to have")
    func loads() throws {
        let rules = try text("ITPConfig.ini")
        #expect((400...450).contains(rules.utf8.count { $0 == 0x0A }))
        let loaded = try load(rules)
        #expect(loaded.findings.map(\.description) == [])
        let settings = try #require(loaded.settings)
        #expect(settings.tenants.keys.sorted() == ["coast", "north", "valley"])
        #expect(settings.accounts.count == 3)
        #expect(settings.organisations.values.count == 9)
        #expect(settings.primary.alertRewrites.rules.count == 20)
        #expect(settings.tenant("north")?.alertRewrites.rules.count == 22)
        #expect(settings.tenant("VALLEY")?.account == settings.primary.account)
        #expect(settings.tenant("north")?.restrictions["inv"]?.restrictionClass == 0)
        #expect(settings.tenant("north")?.restrictions["ups"]?.restrictionClass == 2)
        #expect(settings.tenant("coast")?.defaultCompany == nil)
    }

    @Test("a copy with thirty mistakes has thirty findings, each at its line, word for word")
    func thirty() throws {
        let found = try load(try text("mistakes.ini")).findings.map(\.description)
        let actual = found.joined(separator: "\n") + "\n"
        if getenv("ITP_UPDATE_GOLDEN") != nil {
            try Files.replace("\(Self.folder)/mistakes.expected", with: Array(actual.utf8), mode: 0o644)
        }
        #expect(found.count == 30)
        #expect(actual == (try text("mistakes.expected")))
    }

    @Test("every mistake is at the line where the copy differs from the sound file")
    func lines() throws {
        let sound = try text("ITPConfig.ini").split(separator: "\n", omittingEmptySubsequences: false)
        let broken = try text("mistakes.ini").split(separator: "\n", omittingEmptySubsequences: false)
        try #require(sound.count == broken.count)
        let changed = zip(sound, broken).enumerated().filter { $0.element.0 != $0.element.1 }.map { $0.offset + 1 }
        #expect(changed.count == 30)
        #expect(try load(try text("mistakes.ini")).findings.map(\.line) == changed)
    }
}
