import Testing

@Suite("Each rule can fail")
struct RulesCanFailTests {
    private let sample = [
        Target(name: "Formats", dependencies: []), Target(name: "Platform", dependencies: ["Formats", "CCurl"]),
        Target(name: "PlatformTests", dependencies: ["Platform"]),
    ]

    @Test("the manifest is read as it is written")
    func manifest() {
        let text = """
            // .target(name: "Ghost"),
            .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["x"])]),
            .target(name: "Formats", swiftSettings: strict),
            .target(
                name: "Platform", dependencies: [
                    "Formats", "CCurl",
                ], path: "x"),
            """
        #expect(targets(inManifest: text) == [Target(name: "CCurl", dependencies: [])] + sample.dropLast())
    }

    @Test("a dependency against the order is found")
    func order() {
        var all = Layers.order.map { Target(name: $0, dependencies: []) }
        #expect(manifestComplaints(all) == [])
        all[0].dependencies = ["Events"]
        all[10].dependencies = ["Storage"]
        #expect(
            manifestComplaints(all) == [
                "Package.swift: Formats stands above Events and may not depend on it",
                "Package.swift: Sandbox must never depend on Storage",
            ])
        all.swapAt(3, 4)
        #expect(manifestComplaints(all).count == 3)
    }

    @Test(
        "an import that is not allowed is found",
        arguments: [
            ("Sources/Formats/A.swift", "import Glibc", 1), ("Sources/Formats/A.swift", "public import Dispatch", 1),
            ("Sources/Platform/A.swift", "import Glibc\nimport Formats\n@preconcurrency import CCurl", 0),
            ("Sources/Platform/A.swift", "import Foundation", 1), ("Sources/Platform/A.swift", "import Storage", 1),
            ("Sources/Platform/A.swift", "import FoundationEssentials", 0),
            ("Sources/Platform/A.swift", "import struct Foundation.Date", 1),
            ("Sources/Platform/A.swift", "// import Foundation\nlet a = \"import Foundation\"", 0),
            ("Tests/PlatformTests/A.swift", "@testable import Platform\nimport Testing", 0),
            ("Tests/PlatformTests/A.swift", "import XCTest", 1), ("Sources/Nobody/A.swift", "", 1),
        ])
    func imports(path: String, text: String, count: Int) {
        #expect(importComplaints(path, text, sample).count == count)
    }

    @Test("a file of one line too many is found")
    func fileLength() {
        #expect(fileLengthComplaints("a", String(repeating: "x\n", count: 400)) == [])
        #expect(fileLengthComplaints("a", String(repeating: "x\n", count: 401)).count == 1)
    }

    @Test(
        "a function of one line too many is found, whatever braces stand in strings and comments",
        arguments: [
            "func f() {", "func f(\n    a: Int, b: () -> Void\n) throws -> Int {", "init?(a: Int) {", "deinit {",
        ])
    func functionLength(head: String) {
        let lines = head.utf8.count { $0 == 0x0A } + 2
        let body = { (count: Int) in String(repeating: "    a(\"}\\(b(\"}\"))\") // }\n", count: count - lines) }
        let around = { (count: Int) in "struct S {\n\(head)\n\(body(count))}\n}\nfunc g() { self.init(\n) }\n" }
        #expect(functionLengthComplaints("a", around(70)) == [])
        #expect(functionLengthComplaints("a", around(71)).count == 1)
        #expect(functionLengthComplaints("a", around(71)).first?.contains("71 lines") == true)
    }

    @Test("a requirement without a body does not borrow the next one's")
    func requirement() {
        let long = String(repeating: "\n", count: 100)
        #expect(
            functionLengthComplaints("a", "protocol P {\n func f()\n func g() -> Int\n}\nstruct S {\(long)}\n") == [])
    }

    @Test("each banned call is found", arguments: Ban.all.map(\.text))
    func bans(text: String) {
        let call = text.hasSuffix("(") ? text + ")" : text
        #expect(banComplaints("Sources/Events/A.swift", "let a = 1\nlet b = \(call) \n").count >= 1)
        #expect(
            banComplaints("Sources/Service/A.swift", "// \(call)\nlet b = \"\(call)\"\nlet c = my\(call)\n").isEmpty
                || text.hasPrefix("."))
    }

    @Test("a banned call within an interpolation is found, and where it is allowed it is not")
    func bansAtTheEdge() {
        #expect(banComplaints("a", "let a = \"\\(Date())\"").count == 1)
        #expect(banComplaints("a", "let a = #\"\\(Date())\"#") == [])
        #expect(banComplaints("a", "let a = \"\"\"\n Date() \" \\#n\n \"\"\"\n Date()").count == 1)
        #expect(banComplaints("a", "/* /* Date() */ Date() */ let a = 1") == [])
        #expect(banComplaints("Sources/itp/A.swift", "print(1)") == [])
        #expect(banComplaints("Sources/Platform/A.swift", "print(1)").count == 1)
        #expect(banComplaints("Sources/Platform/A.swift", "queue.asyncAfter(deadline: .now())") == [])
    }

    @Test("a note of open work without an issue is found")
    func openNotes() {
        for word in ["TO" + "DO", "FIX" + "ME"] {
            #expect(openNoteComplaints("a", "x\n// \(word): later").first?.hasPrefix("a:2:") == true)
            #expect(openNoteComplaints("a", "// \(word)(#x): later").count == 1)
            #expect(openNoteComplaints("a", "// \(word)(#12): later") == [])
        }
    }

    @Test("a folder of one machine is found")
    func machinePaths() {
        for folder in ["wo" + "rk", "ro" + "ot"] {
            #expect(machinePathComplaints("a", "see /\(folder)/main").count == 1)
            #expect(machinePathComplaints("a", "\"/\(folder)\"").count == 1)
            #expect(machinePathComplaints("a", "a/\(folder)/b /\(folder)ers https://x.example/\(folder)") == [])
        }
        #expect(machinePathComplaints("a", "in /tmp" + "/h-any").count == 1)
        #expect(machinePathComplaints("a", "in /tmp/itp-test") == [])
    }

    @Test("a dead link is found")
    func links() {
        let exists: (String) -> Bool = { ["docs/a.md", "README.md"].contains($0) }
        let check = { (link: String) in linkComplaints("docs/b.md", "see [it](\(link)) and", exists: exists).count }
        #expect(check("a.md") == 0)
        #expect(check("a.md#part") == 0)
        #expect(check("../README.md") == 0)
        #expect(check("./a.md") == 0)
        #expect(check("#here") == 0)
        #expect(check("https://example.com/x") == 0)
        #expect(check("c.md") == 1)
        #expect(check("../../x.md") == 1)
        #expect(linkComplaints("a.md", "```\n[a](b)\n```\n`[a](b)` [a](b)", exists: exists).count == 1)
    }

    @Test("a link to a heading that is not there is found")
    func anchors() {
        let pages = ["docs/a.md": "# A page\n\n## What `x_y` does, and why: 2\n"]
        let check = { (link: String) in anchorComplaints("docs/b.md", "# Here\n[it](\(link))") { pages[$0] }.count }
        for link in [
            "a.md#a-page", "a.md#what-x_y-does-and-why-2", "#here", "a.md", "c.md#x", "https://example.com/#x",
        ] {
            #expect(check(link) == 0, "\(link)")
        }
        #expect(check("a.md#here") == 1 && check("#there") == 1 && check("../docs/a.md#b") == 1)
    }
}
