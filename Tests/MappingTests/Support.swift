import Events
import Formats
import Mapping
import Platform
import Settings
import Testing

/// A source from the lines of its section; the findings are the test's business.
func loadSource(_ name: String, _ lines: String) -> (source: SourceSettings?, findings: [String]) {
    let rules = """
        [RMM_SETTINGS]
        PSA_Type=CWF
        PSA_URL=psa.example
        PSA_AV1=acme
        PSA_AV2=env:A
        PSA_AV3=env:B
        PSA_ClientID=guid
        PSA_CW_Board=Alerts
        """
    let loaded = Settings.load(
        ConfigurationFiles(files: [
            .init(name: "ITPConfig.ini", bytes: Array(rules.utf8)),
            .init(name: "ITPSvcCfg.ini", bytes: Array("[SOURCE \(name)]\n\(lines)\n".utf8)),
        ]),
        zones: { name throws(ZoneFault) in
            TZif.bytes(rule: name == "Europe/Zurich" ? "CET-1CEST,M3.5.0,M10.5.0/3" : "UTC0")
        },
        patterns: RegularExpression.compiler, secrets: { _ throws(SecretFault) in "s3cret-Value" })
    return (loaded.settings?.sources[name], loaded.findings.filter { $0.severity != .warning }.map(\.description))
}

/// A source that has to be sound.
func soundSource(_ lines: String) throws -> SourceSettings {
    let (source, findings) = loadSource("test", "Auth=none\n" + lines)
    #expect(findings == [])
    return try #require(source)
}

/// The events of a body at a source.
func events(_ body: String, _ source: SourceSettings, file: String = "x.json") -> [Event] {
    SourceMapper.events(of: SourceSample.request(file: file, Array(body.utf8), source: source.name), source)
}

/// What a template gives for a JSON body, with more lines of the section.
func filled(_ template: String, _ body: String, adding lines: String = "") throws -> String {
    let source = try soundSource("Subject=always\nBody=\(template)\nDefault=fire\n\(lines)")
    return try #require(events(body, source).first).body
}

/// What one field of the only event of a JSON body is, by a template of its own.
func subject(_ template: String, _ body: String, adding lines: String = "") throws -> String {
    let source = try soundSource("Subject=\(template)\nDefault=fire\n\(lines)")
    let found = events(body, source)
    #expect(found.count == 1)
    return try #require(found.first).subject
}
