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
        let near = nearestName(to: line.key, among: keys.keys.sorted())
        if section.kind.openPrefixes.contains(where: { line.key.uppercased().hasPrefix($0.uppercased()) }) {
            // A board route may have any name, but one that is a letter or two from a fixed key is a slip.
            guard let near, near.count > 7 else { return nil }
            return Finding(
                .lapse, line.file, line.line,
                "'\(line.key)' is taken as a service level, but resembles \(near); write \(near) if that was meant")
        }
        let hint = near.map { "; did you mean \($0)?" } ?? "; remove it"
        return Finding(.lapse, line.file, line.line, "unknown key '\(line.key)' in [\(section.kind.name)]\(hint)")
    }

    /// Whether a value names a secret instead of holding one.
    static func isReference(_ value: String) -> Bool {
        value.hasPrefix("env:") || value.hasPrefix("file:")
    }
}
