import Formats
import Mapping
import Platform
public import Settings

/// The samples of one's own sources: `config/sources/NAME/`, each request beside a file of the same name and `.events` that
/// says what is expected of it.
public enum SourceSamples {
    /// A larger sample is not read.
    private static let maxBytes = 1 << 20

    /// What is wrong with the samples of a folder's sources, and how many there are.
    public static func check(_ folder: String, _ settings: Settings) throws -> (findings: [Finding], count: Int) {
        let disk = SystemDisk()
        guard try disk.list(folder).contains("sources") else { return ([], 0) }
        let names = try disk.list(folder + "/sources")
        var findings: [Finding] = []
        var count = 0
        for source in settings.sources.values.sorted(by: { $0.name < $1.name }) {
            guard let name = names.first(where: { $0.equalsIgnoringCase(source.name) }) else { continue }
            let files = try disk.list("\(folder)/sources/\(name)").sorted()
            for file in files where !file.hasSuffix(".events") && !file.hasPrefix(".") {
                let shown = "sources/\(name)/\(file)"
                count += 1
                guard files.contains(file + ".events") else {
                    findings.append(
                        Finding(
                            .warning, shown, 0,
                            "nothing says what is expected of it; write \(file).events, for instance with "
                                + "itp explain --source \(source.name) --events"))
                    continue
                }
                let bytes = try Files.read("\(folder)/\(shown)", maxBytes: maxBytes)
                let expected = try Files.read("\(folder)/\(shown).events", maxBytes: maxBytes)
                let record = SourceSample.request(file: file, bytes, source: source.name)
                let events =
                    source.mail.map { MailMapper.events(of: record, source, $0, settings.staff, GMimeReader()) }
                    ?? SourceMapper.events(of: record, source)
                let found = SourceSample.text(events)
                if let difference = SourceSample.difference(String(decoding: expected, as: UTF8.self), found) {
                    findings.append(
                        Finding(.error, shown + ".events", 0, "other events come of \(file): \(difference)"))
                }
            }
        }
        return (findings, count)
    }
}
