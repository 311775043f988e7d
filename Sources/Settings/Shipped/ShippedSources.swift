import Formats

/// The mappings that come with ITP, written as `[SOURCE name]` is. One is closed until the configuration names it: it says
/// nothing of who may send.
public enum ShippedSources {
    /// The name under which findings and traces show them.
    static let file = "shipped"

    /// Every text, a section or several each.
    private static let texts = [
        managementText, remoteText, metricsText, networkText, monitoringText, cloudText, genericText, mailText,
    ]

    private static let sections: [String: MergedSection] = {
        let files = [
            ConfigurationFiles.File(name: file, bytes: Array(texts.joined(separator: "\n").utf8))
        ]
        let merged = MergedSections(ConfigurationFiles(files: files))
        return Dictionary(merged.named("SOURCE", in: .service).map { ($0.suffix.lowercased(), $0) }) { first, _ in first
        }
    }()

    /// Their names, sorted.
    public static var names: [String] { sections.keys.sorted() }

    /// The section of that name, in any case.
    static func section(_ name: String) -> MergedSection? { sections[name.lowercased()] }
}
