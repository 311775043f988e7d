/// Relative links of a Markdown text that lead nowhere. `exists` answers for paths from the root.
func linkComplaints(_ path: String, _ text: String, exists: (String) -> Bool) -> [String] {
    linkTargets(text).compactMap { link in
        let target = link.prefix { $0 != "#" && $0 != "?" }
        if target.isEmpty || link.contains("://") || link.hasPrefix("mailto:") { return nil }
        guard let resolved = resolve(String(target), from: path) else {
            return "\(path): the link \(link) leads out of the repository"
        }
        return exists(resolved) ? nil : "\(path): the link \(link) leads to no file"
    }
}

/// The targets of all inline links and images outside of code.
func linkTargets(_ text: String) -> [String] {
    var inFence = false
    var found: [String] = []
    for line in text.split(separator: "\n") {
        if line.drop(while: { $0 == " " }).hasPrefix("```") { inFence.toggle() }
        if inFence { continue }
        // Every second piece between backticks is code.
        let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "x" }.joined()
        var rest = prose[...]
        while let open = rest.firstRange(of: "](") {
            rest = rest[open.upperBound...]
            let target = rest.prefix { $0 != ")" && $0 != " " }
            if !target.isEmpty { found.append(String(target)) }
        }
    }
    return found
}

private func resolve(_ link: String, from path: String) -> String? {
    var parts = link.hasPrefix("/") ? [] : path.split(separator: "/").dropLast().map(String.init)
    for part in link.split(separator: "/") where part != "." {
        if part == ".." {
            if parts.isEmpty { return nil }
            parts.removeLast()
        } else {
            parts.append(String(part))
        }
    }
    return parts.joined(separator: "/")
}
