/// Changes single lines of an INI file and leaves every other byte as it is.
public enum INIEditor {
    /// The file with these keys in a section: the first line of a key is replaced, further ones are removed, a missing key
    /// comes below the section's last line, and a missing section to the end.
    public static func setting(
        _ values: [(key: String, value: String)], in section: String, of bytes: [UInt8]
    ) -> [UInt8] {
        let newline = bytes.contains(UInt8(ascii: "\r")) ? Array("\r\n".utf8) : [UInt8(ascii: "\n")]
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        if lines.last == [] { lines.removeLast() }
        for index in lines.indices where lines[index].last == UInt8(ascii: "\r") { lines[index].removeLast() }
        var rest = values
        var kept: [[UInt8]] = []
        var isInside = false
        /// Behind the last line of the section that holds anything.
        var end: Int?
        for line in lines {
            let text = String(decoding: line, as: UTF8.self).trimmed
            if text.hasPrefix("[") {
                let name = text.dropFirst().prefix { $0 != "]" }
                isInside = INIDocument.canonical(String(name)) == INIDocument.canonical(section)
            }
            guard isInside, let key = key(text), values.contains(where: { $0.key.equalsIgnoringCase(key) }) else {
                kept.append(line)
                if isInside, !text.isEmpty { end = kept.count }
                continue
            }
            guard let at = rest.firstIndex(where: { $0.key.equalsIgnoringCase(key) }) else { continue }
            kept.append(Array("\(rest[at].key)=\(rest[at].value)".utf8))
            rest.remove(at: at)
            end = kept.count
        }
        let added = rest.map { Array("\($0.key)=\($0.value)".utf8) }
        if let end {
            kept.insert(contentsOf: added, at: end)
        } else {
            if let last = kept.last, !last.isEmpty { kept.append([]) }
            kept.append(Array("[\(section)]".utf8))
            kept += added
        }
        return Array(kept.joined(separator: newline)) + newline
    }

    private static func key(_ line: String) -> String? {
        guard !line.hasPrefix(";"), !line.hasPrefix("#"), !line.hasPrefix("["), let end = line.firstIndex(of: "=")
        else {
            return nil
        }
        return String(line[..<end]).trimmed
    }
}
