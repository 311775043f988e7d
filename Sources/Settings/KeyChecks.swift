import Formats

extension MergedSections {
    /// Checks every key and value of the sections whose keys are fixed.
    func keyFindings() -> [Finding] {
        sections.flatMap { section -> [Finding] in
            guard let keys = section.kind.keys else { return [] }
            return section.lines.compactMap { Self.finding(for: $0, in: section, keys) }
        }
    }

    private static func finding(
        for line: SettingLine, in section: MergedSection, _ keys: [String: KeyKind]
    ) -> Finding? {
        guard let kind = keys.first(where: { $0.key.equalsIgnoringCase(line.key) })?.value else {
            return unknownKey(line, section, keys)
        }
        if let fault = kind.fault(in: line.value) {
            return Finding(.error, line.file, line.line, "\(line.key): \(fault)")
        }
        switch kind {
        case .clamped(let range):
            guard let number = Int(line.value), !range.contains(number) else { return nil }
            let taken = min(max(number, range.lowerBound), range.upperBound)
            return Finding(
                .warning, line.file, line.line,
                "\(line.key): \(number) is out of range, \(taken) is used; "
                    + "write \(range.lowerBound) … \(range.upperBound)")
        case .secret:
            guard !line.value.isEmpty, !isReference(line.value) else { return nil }
            return Finding(
                .warning, line.file, line.line, "\(line.key) is written in clear; write env:NAME or file:/path")
        default:
            return nil
        }
    }

    private static func unknownKey(
        _ line: SettingLine, _ section: MergedSection, _ keys: [String: KeyKind]
    ) -> Finding? {
        if let prefix = section.kind.openPrefixes.first(where: { line.key.uppercased().hasPrefix($0.uppercased()) }) {
            // A board route may have any name, but one that is a letter or two from a fixed key's is a slip.
            let fixed = keys.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            guard let name = nearestName(to: String(line.key.dropFirst(prefix.count)), among: fixed.sorted()) else {
                return nil
            }
            let near = prefix + name
            return Finding(
                .lapse, line.file, line.line,
                "'\(line.key)' is taken as a service level, but resembles \(near); write \(near) if that was meant")
        }
        let hint = nearestName(to: line.key, among: keys.keys.sorted()).map { "; did you mean \($0)?" } ?? "; remove it"
        let name = section.kind.name.isEmpty ? section.suffix : section.kind.name
        return Finding(.lapse, line.file, line.line, "unknown key '\(line.key)' in [\(name)]\(hint)")
    }

    /// Whether a value names a secret instead of holding one.
    static func isReference(_ value: String) -> Bool {
        value.hasPrefix("env:") || value.hasPrefix("file:")
    }
}
