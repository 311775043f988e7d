import Formats
import Platform
import Testing

@testable import HTTPServer

/// What a handler has found out about a head is there again with the same head.
struct RepeatedHeadTests {
    private final class Mark: HTTPPass {
        let number: Int

        init(_ number: Int) { self.number = number }
    }

    /// Gives each head that it has not seen on the connection a number, and answers with it.
    private static func numbering() -> TestHandler {
        let last = Guarded(0)
        return TestHandler(
            onAdmit: { head, _ in head.value(of: "Refuse") == nil ? nil : .text(403, "no") },
            onPass: { pass in
                if pass != nil { return }
                last.with { $0 += 1 }
                pass = Mark(last.with { $0 })
            },
            onBatch: { batch in
                for exchange in batch {
                    exchange.respond(.text(200, (exchange.request.pass as? Mark).map { String($0.number) } ?? "none"))
                }
            })
    }

    private static func get(_ path: String, _ more: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(more)\r\n"
    }

    @Test("it comes back with the same head and with no other, and a long head is not kept")
    func marks() async throws {
        try await withServer(Self.numbering()) { _, address in
            let (one, other) = (try TestClient(address), try TestClient(address))
            func ask(_ client: TestClient, _ request: String) throws -> String {
                try client.send(request)
                return try client.answer().body
            }
            #expect(try ask(one, Self.get("/a")) == "1")
            #expect(try ask(one, Self.get("/a")) == "1")
            #expect(try ask(one, Self.get("/b")) == "2")
            #expect(try ask(one, Self.get("/a")) == "3")
            #expect(try ask(other, Self.get("/a")) == "4")
            #expect(try ask(one, Self.get("/a")) == "3")
            #expect(try ask(one, Self.get("/c", "Refuse: me\r\n")) == "no")
            #expect(try ask(one, Self.get("/a")) == "5")
            let long = Self.get("/d", "X: \(String(repeating: "x", count: 1024))\r\n")
            #expect(try ask(one, long) == "6")
            #expect(try ask(one, long) == "7")
            // In one piece, and cut within the second head.
            #expect(try ask(one, Self.get("/e") + Self.get("/e")) == "8")
            #expect(try one.answer().body == "8")
        }
    }

    @Test("a head is told from one that differs in any byte, and from its own beginning")
    func beginnings() throws {
        let text = Array("POST /v1/alerts HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n".utf8)
        var parser = HTTPHeadParser()
        guard case .complete(let head, let consumed) = parser.parse(text.span) else {
            Issue.record("no head")
            return
        }
        #expect(consumed == text.count && head.byteCount == text.count)
        func begins(_ bytes: [UInt8]) -> Bool { head.isBeginning(of: bytes.span) }
        #expect(begins(text))
        #expect(begins(text + [1, 2, 3]))
        #expect(!begins(text.dropLast()))
        for at in text.indices {
            var changed = text
            changed[at] ^= 1
            #expect(!begins(changed), "byte \(at)")
        }
    }
}
