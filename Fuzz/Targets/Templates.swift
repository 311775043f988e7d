import Events
import Formats
import Mapping
import Settings

/// What stands before the first NUL are lines of a `[SOURCE name]`, what follows is a request to it. Whatever they say, there
/// is at least one event, and the same one the next time; a pointer changes nothing but its own place.
@Sendable func fuzzTemplates(_ input: [UInt8]) {
    let halves = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let (lines, body) = (Array(halves[0]), halves.count > 1 ? Array(halves[1]) : [])
    fuzzPointer(String(decoding: lines.prefix { $0 != 0x0A }, as: UTF8.self), body)
    let section = Array("[SOURCE fuzz]\nAuth=none\n".utf8) + lines + Array("\nDefault=fire\n".utf8)
    let files = [
        ConfigurationFiles.File(name: "ITPConfig.ini", bytes: Array("[RMM_SETTINGS]\nPSA_Type=GEN\n".utf8)),
        ConfigurationFiles.File(name: "ITPSvcCfg.ini", bytes: section),
    ]
    let loaded = Settings.load(
        ConfigurationFiles(files: files), zones: { _ throws(ZoneFault) in throw ZoneFault("there are no zones") },
        patterns: { pattern throws(PatternFault) in Fragment(text: pattern) },
        secrets: { reference throws(SecretFault) in throw SecretFault("\(reference) is not there") })
    guard let source = loaded.settings?.sources["fuzz"], source.mail == nil else { return }
    let record = AlertRecord(
        receipt: Identifier(high: 0x7000, low: 1 << 63), receivedAt: Instant(milliseconds: 1_795_262_400_000),
        source: "fuzz", peer: "", deliveryID: nil, body: body)
    let events = SourceMapper.events(of: record, source)
    require(!events.isEmpty && events.count <= SourceMapper.itemsLimit + 1, "\(events.count) events")
    require(SourceMapper.events(of: record, source) == events, "another time, other events")
}

private func fuzzPointer(_ text: String, _ body: [UInt8]) {
    guard let pointer = JSONPath(text), let json = JSON(ifValid: body) else { return }
    _ = pointer.value(in: json)
    require(pointer.replacing(in: json) { _ in nil } == json, "\(text) changes something")
}

/// Stands for expressions: a fragment that the text holds.
private struct Fragment: PatternMatcher {
    let text: String
    let groups: Set<String> = ["x", "rest"]

    func match(_ subject: String) -> PatternMatch {
        guard !text.isEmpty, let range = subject.firstRange(of: text) else { return .none }
        return .groups(["x": text, "rest": String(subject[range.upperBound...])])
    }
}
