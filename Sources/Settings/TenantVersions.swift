import Formats

/// Where a tenant's sections are taken from instead of from the files that were read.
enum TenantVersion: Sendable {
    /// From an earlier configuration, named by its hash.
    case earlier(hash: String, ConfigurationFiles)
    /// From nowhere: the tenant has never had sound sections, so its events wait.
    case held

    /// What stands for it in a fingerprint and in what is kept: the earlier hash, or nothing.
    var name: String {
        switch self {
        case .earlier(let hash, _): hash
        case .held: ""
        }
    }
}

/// A line that begins a section.
struct SectionHead: Sendable {
    var file: String
    var line: Int
    var owner: Owner?

    /// Whose section it may be: that of a tenant, if a tenant is called so.
    struct Owner: Sendable {
        /// The section's name without the suffix.
        var kind: String
        /// The suffix in the form in which names are compared.
        var suffix: String
    }
}

extension MergedSections {
    /// Sections that a tenant may overlay though their suffix may also be another name.
    private static let ambiguous = ["PSA REWRITE", "TICKET FLOW", "TICKET RULES"]

    /// The suffix of a section that overlays another; nil where it has none, or never overlays.
    static func owner(of section: INIDocument.Section, in file: String) -> SectionHead.Owner? {
        guard
            let (kind, suffix) = SectionKind.find(
                current(section.canonicalName), in: ConfigurationFiles.kind(of: file)), !suffix.isEmpty
        else { return nil }
        if case .tenant = kind.suffix { return SectionHead.Owner(kind: kind.name, suffix: suffix) }
        return ambiguous.contains(kind.name) ? SectionHead.Owner(kind: kind.name, suffix: suffix) : nil
    }

    /// From where the section of a tenant is taken instead; nil = from here.
    func version(of section: INIDocument.Section, in file: String) -> TenantVersion? {
        Self.owner(of: section, in: file).flatMap { tenants[$0.suffix] }
    }

    /// The tenants whose events wait.
    var held: Set<String> {
        Set(tenants.filter { if case .held = $0.value { true } else { false } }.keys)
    }

    /// Every finding with the tenant in whose section it stands.
    func marked(_ findings: [Finding]) -> [Finding] {
        let known = Set(heads.compactMap { $0.owner?.kind == "RMM SETTINGS" ? $0.owner?.suffix : nil })
        let byFile = Dictionary(grouping: heads, by: \.file)
        return findings.map { finding in
            // The lines of a file are read in their order, so the last head before a line is its section's.
            guard let owner = byFile[finding.file]?.last(where: { $0.line <= finding.line })?.owner,
                known.contains(owner.suffix) || !Self.ambiguous.contains(owner.kind)
            else { return finding }
            var marked = finding
            marked.tenant = owner.suffix
            return marked
        }
    }
}
