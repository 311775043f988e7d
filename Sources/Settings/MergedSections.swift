import Events
import Formats

/// One line of the configuration, with the file it stands in.
struct SettingLine: Sendable {
    var key: String
    var value: String
    var file: String
    var line: Int

    /// The line as a trace names it; `shown` replaces a value that nobody may see.
    func reference(shown: String? = nil) -> RuleReference {
        RuleReference(file: file, line: line, text: "\(key)=\(shown ?? value)")
    }
}

/// All lines of one section, from wherever it is written, in their order; of a repeated key only the first.
struct MergedSection: Sendable {
    var kind: SectionKind
    /// What follows the section's name, as it was written.
    var suffix: String
    var file: String
    var line: Int
    private(set) var lines: [SettingLine] = []
    /// The comments of a holiday set, which may say of which year it is.
    var comments: [SettingLine] = []
    /// Where each key stands in `lines`, by its small letters: a section may have ten thousand lines.
    private var positions: [String: Int] = [:]

    init(kind: SectionKind, suffix: String, file: String, line: Int) {
        self.kind = kind
        self.suffix = suffix
        self.file = file
        self.line = line
    }

    subscript(key: String) -> SettingLine? { positions[key.lowercased()].map { lines[$0] } }

    /// Adds a line at the end; its key must not stand here yet, unless keys repeat.
    mutating func append(_ line: SettingLine) {
        positions[line.key.lowercased()] = lines.count
        lines.append(line)
    }
}

/// Every known section of the configuration, merged; and the findings on the way.
struct MergedSections: Sendable {
    private(set) var sections: [MergedSection] = []
    private(set) var findings: [Finding] = []
    /// Every line that begins a section, in the order of reading; what a finding's line belongs to.
    var heads: [SectionHead] = []
    /// Tenants whose sections come from an earlier configuration, or are left out.
    let tenants: [String: TenantVersion]
    /// Sections that nobody here knows: they may be executable modules' own.
    private(set) var others: [INIDocument.Section] = []
    /// The names of the executable modules.
    private let moduleNames: Set<String>
    /// Where each section stands in `sections`: there may be one for each of thousands of customers.
    private var positions: [Place: Int] = [:]

    /// What tells two sections apart; blanks and `_` are the same in the suffix.
    private struct Place: Hashable {
        var file: FileKind
        var name: String
        var suffix: String

        init(_ name: String, _ suffix: String, in file: FileKind) {
            self.file = file
            self.name = name
            self.suffix = INIDocument.canonical(suffix)
        }
    }

    /// Old spellings of sections, canonical.
    private static let oldSections = ["REMEDICATION": "REMEDIATION", "TICKET NOTE": "TICKET NOTES"]

    init(_ files: ConfigurationFiles, tenants: [String: TenantVersion] = [:]) {
        self.tenants = tenants
        moduleNames = Set(files.modules.map { moduleName(withoutEnding($0.name)) })
        for file in files.files {
            let document = Self.document(file)
            for fault in document.faults {
                findings.append(Finding(.lapse, file.name, fault.line, fault.what))
            }
            for section in document.sections where version(of: section, in: file.name) == nil {
                take(section, ConfigurationFiles.kind(of: file.name), file.name)
            }
        }
        for case (let tenant, .earlier(let hash, let files)) in tenants.sorted(by: { $0.key < $1.key }) {
            for var file in files.files {
                file.name += "@" + hash
                for section in Self.document(file).sections
                where Self.owner(of: section, in: file.name)?.suffix == tenant {
                    take(section, ConfigurationFiles.kind(of: file.name), file.name)
                }
            }
        }
    }

    private static func document(_ file: ConfigurationFiles.File) -> INIDocument {
        let kind = ConfigurationFiles.kind(of: file.name)
        let dialect = INIDocument.Dialect(
            keysArePatterns: { SectionKind.find(Self.current($0), in: kind)?.kind.keysArePatterns ?? false },
            lastEqualsEndsKey: { kind == .websites && $0 == "URLS" })
        return INIDocument(file: file.name, bytes: file.bytes, dialect: dialect)
    }

    static func current(_ canonical: String) -> String { oldSections[canonical] ?? canonical }

    private mutating func take(_ section: INIDocument.Section, _ fileKind: FileKind, _ file: String) {
        heads.append(SectionHead(file: file, line: section.line, owner: Self.owner(of: section, in: file)))
        var name = section.canonicalName
        if let current = Self.oldSections[name] {
            findings.append(
                Finding(.warning, file, section.line, "[\(section.name)] is an old spelling; write [\(current)]"))
            name = current
        }
        if fileKind == .service, name == "COMMON" {
            findings.append(Finding(.warning, file, section.line, "[COMMON] is an old spelling; write [GLOBAL]"))
            name = "GLOBAL"
        }
        guard let (kind, canonicalSuffix) = SectionKind.find(name, in: fileKind) else {
            unknown(section, fileKind, file)
            return
        }
        // The suffix as it was written: its letters matter to nobody but the reader.
        let suffix = String(section.name.trimmed.suffix(canonicalSuffix.count))
        let place = Place(kind.name, suffix, in: fileKind)
        let index = positions[place] ?? sections.count
        if index == sections.count {
            positions[place] = index
            sections.append(MergedSection(kind: kind, suffix: suffix, file: file, line: section.line))
        }
        if kind.name == "HOLIDAYSET" {
            sections[index].comments += section.comments.map {
                SettingLine(key: "", value: $0.value, file: file, line: $0.line)
            }
        }
        for entry in section.entries {
            let line = SettingLine(
                key: renamed(entry, kind, file), value: entry.value, file: file, line: entry.line)
            if !kind.keysRepeat, let first = sections[index][line.key] {
                repeated(line, first, kind)
            } else {
                sections[index].append(line)
            }
        }
    }

    private mutating func unknown(_ section: INIDocument.Section, _ fileKind: FileKind, _ file: String) {
        others.append(section)
        if moduleNames.contains(moduleName(section.name)) { return }
        let names = SectionKind.known(in: fileKind).map(\.name)
        if let near = nearestName(to: section.canonicalName, among: names) {
            findings.append(
                Finding(.lapse, file, section.line, "unknown section [\(section.name)]; did you mean [\(near)]?"))
        } else {
            findings.append(
                Finding(
                    .warning, file, section.line,
                    "unknown section [\(section.name)]; it is handed to executable modules and not used otherwise"))
        }
    }

    private mutating func repeated(_ line: SettingLine, _ first: SettingLine, _ kind: SectionKind) {
        let places = "'\(line.key)' stands here and at \(first.file):\(first.line)"
        findings.append(
            kind.keysArePatterns
                ? Finding(.error, line.file, line.line, "\(places); remove one of them")
                : Finding(.warning, line.file, line.line, "\(places); the first one counts, remove this one"))
    }

    private static let oldKeys = [
        "NOTIFYOALWAYS": "NotifyOCAlways", "ENABLED": "Enable", "PSA_AT_BOARD": "PSA_AT_Queue",
    ]

    private mutating func renamed(_ entry: INIDocument.Entry, _ kind: SectionKind, _ file: String) -> String {
        guard let keys = kind.keys, let current = Self.oldKeys[entry.key.uppercased()], keys[current] != nil else {
            return entry.key
        }
        findings.append(Finding(.warning, file, entry.line, "'\(entry.key)' is an old spelling; write \(current)"))
        return current
    }

    /// The section of that name and suffix, if it is written; `NAME` of the rules file and of the service file are two.
    func section(_ name: String, _ suffix: String = "", in file: FileKind = .rules) -> MergedSection? {
        positions[Place(name, suffix, in: file)].map { sections[$0] }
    }

    /// All sections of that name that have a suffix.
    func named(_ name: String, in file: FileKind = .rules) -> [MergedSection] {
        sections.filter { $0.kind.name == name && $0.fileKind == file && !$0.suffix.isEmpty }
    }
}

extension MergedSection {
    /// The same section as one of another file.
    func moved(to file: String) -> MergedSection {
        var copy = MergedSection(kind: kind, suffix: suffix, file: file, line: line)
        for line in lines {
            var line = line
            line.file = file
            copy.append(line)
        }
        return copy
    }

    /// Which file's meaning the section has.
    var fileKind: FileKind { ConfigurationFiles.kind(of: file) }
}
