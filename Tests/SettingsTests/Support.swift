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

/// Loads a rules file, and a service file if one is given.
func load(_ rules: String, service: String? = nil, websites: String? = nil, notes: [String: String] = [:])
    -> LoadedSettings
{
    var files = [ConfigurationFiles.File(name: "ITPConfig.ini", bytes: Array(rules.utf8))]
    if let service { files.append(ConfigurationFiles.File(name: "ITPSvcCfg.ini", bytes: Array(service.utf8))) }
    if let websites { files.append(ConfigurationFiles.File(name: "ITPWSM.ini", bytes: Array(websites.utf8))) }
    return Settings.load(
        ConfigurationFiles(files: files, notes: notes), patterns: RegularExpression.compiler, secrets: someSecrets)
}

/// The findings of the sound configuration with more lines after it; line 1 of `more` is line 10 of the file.
func findings(adding more: String, service: String? = nil, notes: [String: String] = [:]) -> [String] {
    load(soundRules + "\n" + more, service: service, notes: notes).findings.map(\.description)
}
