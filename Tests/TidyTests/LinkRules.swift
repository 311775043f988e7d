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

/// Links of a Markdown text to headings that are not there. `text(of:)` gives the page at a path from the root, nil for others.
func anchorComplaints(_ path: String, _ text: String, textOf page: (String) -> String?) -> [String] {
    linkTargets(text).compactMap { link in
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !link.contains("://") else { return nil }
        let target = parts[0].isEmpty ? text : resolve(String(parts[0]), from: path).flatMap(page)
        guard let target, !anchors(target).contains(String(parts[1])) else { return nil }
        return "\(path): the link \(link) leads to no heading"
    }
}

/// What a page's headings are called in links.
private func anchors(_ text: String) -> Set<String> {
    Set(
        text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
            String(
                line.drop { $0 == "#" || $0 == " " }.lowercased().compactMap { character -> Character? in
                    if character == " " { return "-" }
                    return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
                })
        })
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
