import Formats
import Platform
import Testing

/// `/openapi.json` against the router: what it describes is answered, and what is answered is described.
struct OpenAPITests {
    private static let rules = Scene.connectWise

    @Test("every path and method that is described is answered, and no other method of it")
    func described() async throws {
        let service = "[SOURCE door]\nAuth=none\nDecode=text\nSubject=EVT|S|1|||S.EVT.X.P3.Log\nDefault=fire"
        try await Scene.with(Self.rules, service: service) { scene in
            try scene.serve { service in
                let document = try service.ask("GET", "/openapi.json").json
                #expect(document["openapi"]?.string == "3.1.0")
                let paths = document["paths"]?.members ?? []
                #expect(paths.count >= 9)
                for path in paths {
                    let written = path.name.replacing("{source}", with: "door").replacing("{id}", with: "no-such-id")
                    let described = Set((path.value.members ?? []).map { $0.name.uppercased() })
                    // GET on the stream would go on until somebody ends it; its own test has that.
                    let methods = path.name == "/v1/stream" ? [] : ["GET"]
                    for method in methods + ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
                        let body = method == "POST" || method == "PUT" ? Array("{}".utf8) : []
                        let answer = try service.reply(method, written, [], body)
                        // Every page says by OPTIONS what it takes, whether that is described or not.
                        if method == "OPTIONS" {
                            #expect([200, 204, 404].contains(answer.status), "\(path.name): \(answer.status)")
                            continue
                        }
                        #expect(
                            (answer.status == 405) != described.contains(method),
                            "\(method) \(path.name): \(answer.status)")
                        let text = String(decoding: answer.body, as: UTF8.self)
                        #expect(!text.contains("there is nothing at"), "\(path.name)")
                    }
                }
            }
        }
    }

    @Test("every path that the router knows is described, and every reference within the description leads somewhere")
    func complete() async throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let router = String(
            decoding: try Files.read(root + "/Sources/Service/Endpoints/Router.swift", maxBytes: 1 << 20), as: UTF8.self
        )
        let known = router.split(separator: "\"").filter { $0.hasPrefix("/") && $0.count > 1 && !$0.contains(" ") }.map(
            String.init)
        #expect(known.count >= 9)
        try await Scene.with(Self.rules) { scene in
            try scene.serve { service in
                let document = try service.ask("GET", "/openapi.json").json
                let paths = (document["paths"]?.members ?? []).map(\.name)
                for path in known {
                    #expect(paths.contains { path.hasSuffix("/") ? $0.hasPrefix(path + "{") : $0 == path }, "\(path)")
                }
                for part in document.compact.split(separator: "\"").filter({ $0.hasPrefix("#/") }) {
                    let place = try #require(JSONPath(String(part.dropFirst())))
                    #expect(place.value(in: document) != nil, "\(part)")
                }
            }
        }
    }
}
