import Events
import Formats
import Platform
import Service
import Settings
import TestSupport
import Testing

/// The samples of one's own sources, as `itp check` compares them.
struct SourceSampleTests {
    @Test("a sample of one's own source is compared with the events beside it; one without is named")
    func compared() throws {
        try withTemporaryFolder { folder in
            let rules = """
                [RMM_SETTINGS]
                PSA_Type=CWF
                PSA_URL=psa.example
                PSA_AV1=acme
                PSA_AV2=env:HOME
                PSA_AV3=env:HOME
                PSA_ClientID=guid
                PSA_CW_Board=Alerts
                """
            let disk = SystemDisk()
            try disk.makeFolder(folder + "/sources")
            try disk.makeFolder(folder + "/sources/door")
            for (name, text) in [
                ("ITPConfig.ini", rules),
                ("sources/door.ini", "[SOURCE door]\nAuth=none\nSubject={/a}\nDefault=fire\n"),
                ("sources/door/good.json", #"{"a":"x"}"#),
                ("sources/door/good.json.events", "becomes: firing\nsubject: x\n"),
                ("sources/door/bad.json", #"{"a":"y"}"#),
                ("sources/door/bad.json.events", "becomes: firing\nsubject: x\n"),
                ("sources/door/new.json", #"{"a":"z"}"#),
            ] {
                try Files.replace("\(folder)/\(name)", with: Array(text.utf8))
            }
            let loaded = Settings.load(
                try ConfigurationFolder.read(folder), zones: { _ throws(ZoneFault) in TZif.bytes(rule: "UTC0") },
                patterns: RegularExpression.compiler, secrets: ConfigurationFolder.resolveSecret)
            let (findings, count) = try SourceSamples.check(folder, try #require(loaded.settings))
            #expect(count == 3)
            #expect(
                findings.map(\.description).map { $0.replacing("'subject: x' was expected", with: "…") } == [
                    "sources/door/bad.json.events: error: other events come of bad.json: line 2: …, 'subject: y' came",
                    "sources/door/new.json: warning: nothing says what is expected of it; write new.json.events, for instance "
                        + "with itp explain --source door --events",
                ])
        }
    }
}
