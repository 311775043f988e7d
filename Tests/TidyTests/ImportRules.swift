/// What the manifest says of one target.
struct Target: Equatable {
    var name: String
    var dependencies: [String]
}

/// The targets of a manifest in their order. It reads the form in which this repository's manifest is written: `name:` and
/// `dependencies:` as literals.
func targets(inManifest text: String) -> [Target] {
    var found: [Target] = []
    let kinds = [".target(", ".executableTarget(", ".testTarget(", ".systemLibrary("]
    let lines = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
    var rest = lines.joined(separator: " ")[...]
    while let start = kinds.compactMap({ rest.firstRange(of: $0) }).min(by: { $0.lowerBound < $1.lowerBound }) {
        rest = rest[start.upperBound...]
        let end = kinds.compactMap { rest.firstRange(of: $0)?.lowerBound }.min() ?? rest.endIndex
        let declaration = rest[..<end]
        guard let name = quoted(in: declaration).first else { continue }
        var dependencies: [String] = []
        if let list = declaration.firstRange(of: "dependencies: [") {
            dependencies = quoted(in: declaration[list.upperBound...].prefix { $0 != "]" })
        }
        found.append(Target(name: name, dependencies: dependencies))
    }
    return found
}

private func quoted(in text: Substring) -> [String] {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated().compactMap {
        $0.offset.isMultiple(of: 2) ? nil : String($0.element)
    }
}

/// The modules in the only order in which they may import, and what each layer may have of the system.
enum Layers {
    static let core = ["Formats", "Events", "Settings", "Mapping", "Decisions", "Vendors"]
    static let shell = ["Platform", "HTTPServer", "Storage", "Service", "Sandbox", "itp"]
    static let order = core + shell
    static let systemModulesOfShell: Set = ["Glibc", "Dispatch", "FoundationEssentials", "Synchronization"]
    /// What a module must never have, whatever the manifest says: the sandbox would share its errors with what it tests.
    static let forbidden: [String: Set<String>] = ["Sandbox": ["Vendors", "Decisions", "Storage", "Service"]]
}

/// Dependencies in the manifest that go against the order.
func manifestComplaints(_ targets: [Target]) -> [String] {
    var complaints: [String] = []
    let names = targets.map(\.name).filter { Layers.order.contains($0) }
    if names != Layers.order { complaints.append("Package.swift: the modules are not \(Layers.order) in this order") }
    for target in targets {
        guard let place = Layers.order.firstIndex(of: target.name) else { continue }
        for dependency in target.dependencies {
            if let other = Layers.order.firstIndex(of: dependency), other >= place {
                complaints.append("Package.swift: \(target.name) stands above \(dependency) and may not depend on it")
            }
            if Layers.forbidden[target.name]?.contains(dependency) == true {
                complaints.append("Package.swift: \(target.name) must never depend on \(dependency)")
            }
        }
    }
    return complaints
}

/// Imports that the manifest, the layers, or the ban on Foundation do not allow.
func importComplaints(_ path: String, _ text: String, _ targets: [Target]) -> [String] {
    let parts = path.split(separator: "/")
    guard parts.count > 2, let target = targets.first(where: { $0.name == parts[1] }) else {
        return ["\(path): belongs to no target of Package.swift"]
    }
    var allowed = Set(target.dependencies)
    if parts[0] == "Tests" { allowed.insert("Testing") }
    if !Layers.core.contains(target.name) { allowed.formUnion(Layers.systemModulesOfShell) }
    return importedModules(text).filter { !allowed.contains($0) }.map { module in
        module == "Foundation"
            ? "\(path): imports Foundation; use our own types, or FoundationEssentials in the shell"
            : "\(path): imports \(module), which \(target.name) may not"
    }
}

/// The modules that a source imports.
func importedModules(_ text: String) -> [String] {
    String(decoding: codeOnly(text), as: UTF8.self).split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
            words[..<index].allSatisfy({ $0.hasPrefix("@") || ["public", "internal", "package"].contains($0) })
        else { return nil }
        // `import struct Module.Name` names a kind first.
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[index + 1]) && index + 2 < words.count ? words[index + 2] : words[index + 1]
        return String(name.prefix { $0 != "." })
    }
}
