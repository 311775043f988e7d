import Testing

@Suite("The repository keeps its rules")
struct RepositoryTests {
    private static let manifest = Tree.files.first { $0.path == "Package.swift" }?.text ?? ""
    private static let swift = Tree.swift(below: "Sources", "Tests")

    private func all(_ files: [TextFile], _ rule: (String, String) -> [String]) -> String {
        files.flatMap { rule($0.path, $0.text) }.joined(separator: "\n")
    }

    @Test("the tree is there: no rule passes for want of files")
    func found() {
        #expect(Self.swift.count > 50)
        #expect(targets(inManifest: Self.manifest).count > 15)
    }

    @Test("modules import only from above, as the manifest says")
    func imports() {
        let targets = targets(inManifest: Self.manifest)
        #expect(manifestComplaints(targets).joined(separator: "\n") == "")
        #expect(all(Self.swift) { importComplaints($0, $1, targets) } == "")
    }

    @Test("files are short")
    func fileLength() { #expect(all(Self.swift, fileLengthComplaints) == "") }

    @Test("functions are short")
    func functionLength() { #expect(all(Self.swift, functionLengthComplaints) == "") }

    @Test("no banned call is made")
    func bans() { #expect(all(Self.swift, banComplaints) == "") }

    @Test("work that is left to do has an issue")
    func openNotes() { #expect(all(Tree.files, openNoteComplaints) == "") }

    @Test("no text names a folder of one machine")
    func machinePaths() { #expect(all(Tree.files, machinePathComplaints) == "") }

    @Test("links in documents lead to files")
    func links() {
        let paths = Set(Tree.files.map(\.path))
        let exists = { (path: String) in
            path.isEmpty || paths.contains(path) || paths.contains { $0.hasPrefix(path + "/") }
        }
        let pages = Tree.files.filter { $0.path.hasSuffix(".md") }
        #expect(all(pages) { linkComplaints($0, $1, exists: exists) } == "")
        let texts = Dictionary(pages.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
        #expect(all(pages) { anchorComplaints($0, $1) { texts[$0] } } == "")
    }
}
