import Formats

/// A key that the configuration may hold, for documents and tests.
public struct KnownKey: Sendable, Hashable {
    /// The file in which it may stand.
    public var file: String
    /// Its section, as messages show it.
    public var section: String
    /// The key; what ends in `*` is the beginning of keys whose rest is data.
    public var key: String
    /// What it may hold, as the reference states it; empty where that is any text.
    public var range: String
}

extension Settings {
    /// Every key of the sections whose keys are fixed.
    public static var knownKeys: [KnownKey] {
        let files: [(String, [SectionKind])] = [
            ("ITPConfig.ini", SectionKind.rulesSections), ("ITPSvcCfg.ini", SectionKind.serviceSections),
            ("ITPWSM.ini", SectionKind.websiteSections + [SectionKind.websiteMonitor]),
        ]
        return files.flatMap { file, sections in
            sections.flatMap { section -> [KnownKey] in
                guard let keys = section.keys else { return [] }
                let fixed = keys.map { KnownKey(file: file, section: section.name, key: $0.key, range: $0.value.range) }
                return fixed
                    + section.openPrefixes.map {
                        KnownKey(file: file, section: section.name, key: $0 + "*", range: "")
                    }
            }
        }.sorted { ($0.file, $0.section, $0.key) < ($1.file, $1.section, $1.key) }
    }
}

extension KeyKind {
    /// What may stand behind the key, in a few words.
    fileprivate var range: String {
        switch self {
        case .text: ""
        case .secret: "secret"
        case .flag: "Y, N"
        case .integer(let range), .clamped(let range):
            if range == SectionKind.anyNumber {
                "number"
            } else if range.upperBound == SectionKind.anyNumber.upperBound {
                "\(range.lowerBound) or more"
            } else {
                "\(range.lowerBound) … \(range.upperBound)"
            }
        case .time: "HH:MM"
        case .duration: "time"
        case .bytes: "size"
        case .oneOf(let words): words.joined(separator: ", ")
        }
    }
}
