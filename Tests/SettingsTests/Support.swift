import Events
import Formats
import Platform
import Settings

/// A configuration that has nothing wrong with it; tests add to it or replace it.
let soundRules = """
    [RMM_SETTINGS]
    PSA_Type=CWF
    PSA_URL=psa.example
    PSA_AV1=acme
    PSA_AV2=env:PUBLIC
    PSA_AV3=env:PRIVATE
    PSA_ClientID=guid
    PSA_CW_Board=Alerts

    """

/// What `env:` stands for in these tests.
let someSecrets: SecretResolver = { reference throws(SecretFault) in
    switch reference {
    case "env:PUBLIC": return "public-key"
    case "env:PRIVATE": return "private-key"
    case "env:OTHER": return "other-key"
    case "env:EMPTY": return ""
    default: throw SecretFault("\(reference) is not there")
    }
}

/// 2026-11-21, when these tests are.
private let today: Int64 = 1_795_227_247_250

/// Loads a rules file, and a service file if one is given.
func load(_ rules: String, service: String? = nil, websites: String? = nil, notes: [String: String] = [:])
    -> LoadedSettings
{
    var files = [ConfigurationFiles.File(name: "ITPConfig.ini", bytes: Array(rules.utf8))]
    if let service { files.append(ConfigurationFiles.File(name: "ITPSvcCfg.ini", bytes: Array(service.utf8))) }
    if let websites { files.append(ConfigurationFiles.File(name: "ITPWSM.ini", bytes: Array(websites.utf8))) }
    return Settings.load(
        ConfigurationFiles(files: files, notes: notes), zones: someZones, patterns: RegularExpression.compiler,
        now: Instant(milliseconds: today), secrets: someSecrets)
}

/// The findings of the sound configuration with more lines after it; line 1 of `more` is line 10 of the file.
func findings(adding more: String, service: String? = nil, notes: [String: String] = [:]) -> [String] {
    load(soundRules + "\n" + more, service: service, notes: notes).findings.map(\.description)
}

/// The zones of these tests; the host's is UTC.
let someZones: ZoneResolver = { name throws(ZoneFault) in
    switch name {
    case "", "UTC": return TZif.bytes(rule: "UTC0")
    case "America/New_York": return TZif.bytes(rule: "EST5EDT,M3.2.0,M11.1.0")
    case "Broken/File": return [1, 2, 3]
    case "Broken/Rule": return TZif.bytes(rule: "nonsense")
    default: throw ZoneFault("there is no zone '\(name)'")
    }
}
