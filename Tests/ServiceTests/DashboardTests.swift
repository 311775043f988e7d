import Formats
import Glibc
import Platform
import TestSupport
import Testing

@testable import Service

/// The dashboard's files.
@Suite struct DashboardTests {
    private static let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Dashboard/"

    private func names() throws -> [String] {
        let folder = try #require(opendir(Self.folder))
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    @Test("the program holds the files of Dashboard/ as they are: scripts/embed-dashboard puts them there")
    func embedded() throws {
        #expect(try names() == DashboardFile.all.map(\.name).sorted())
        for file in DashboardFile.all {
            let text = String(decoding: try Files.read(Self.folder + file.name, maxBytes: 1 << 20), as: UTF8.self)
            #expect(file.text == text, "\(file.name)")
        }
    }

    @Test("nothing in them is loaded from elsewhere, runs inline, or makes markup of a text")
    func harmless() {
        for file in DashboardFile.all {
            for word in [
                "http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                "Function(", "style=", "onclick=\"", "<style", "javascript:", "localStorage", "import(",
            ] {
                // The name of SVG's elements is no address that anybody asks.
                let text = file.text.replacing("http://www.w3.org/2000/svg", with: "")
                #expect(!text.contains(word), "\(file.name): \(word)")
            }
        }
        let scripts = DashboardFile.indexHTML.text.split(separator: "<script").dropFirst()
        #expect(scripts.allSatisfy { $0.contains("src=\"/assets/") && $0.contains("></script>") })
    }

    @Test("they are served to anybody, with a policy that lets nothing else in, and hold no data")
    func served() async throws {
        try await Scene.with(Scene.connectWise, service: "[LISTEN]\nIntakeToken=in\nAdminToken=secret") { scene in
            try scene.serve { running in
                for file in DashboardFile.all {
                    let path = file.name == "index.html" ? "/" : "/assets/" + file.name
                    let reply = try running.reply("GET", path)
                    #expect(reply.status == 200 && String(decoding: reply.body, as: UTF8.self) == file.text, "\(path)")
                    let policy = reply.header("Content-Security-Policy") ?? ""
                    #expect(policy.hasPrefix("default-src 'self';") && !policy.contains("unsafe"))
                    #expect(reply.header("X-Content-Type-Options") == "nosniff")
                    #expect(try running.reply("POST", path).status == 405)
                }
                #expect(try running.reply("GET", "/assets/index.html").status == 404)
                #expect(try running.reply("GET", "/assets/../secret").status == 404)
                #expect(try running.reply("GET", "/").header("Content-Type") == "text/html; charset=utf-8")
                let who = try running.ask("GET", "/login").json
                #expect(who["name"] == .null && who["hasLogin"]?.bool == true)
            }
        }
    }

    @Test("the chart has the last day's 144 stretches, and what was just accepted is in the last")
    func chart() async throws {
        try await Scene.with(Scene.connectWise) { scene in
            try scene.serve { running in
                _ = try running.event(try running.post(org: "acme"))
                _ = try running.event(try running.post(org: "acme", subject: "nothing that can be read"))
                let slots = try running.ask("GET", "/v1/chart").json["slots"]?.array ?? []
                #expect(slots.count == 144)
                // The clock may have gone on to the next stretch in between.
                let last = slots.suffix(2)
                #expect(last.compactMap { $0["accepted"]?.integer }.reduce(0, +) == 2)
                #expect(last.compactMap { $0["tickets"]?.integer }.reduce(0, +) == 1)
            }
        }
    }
}
