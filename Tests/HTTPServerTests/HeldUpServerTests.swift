import Dispatch
import Formats
import Platform
import TestSupport
import Testing

@testable import HTTPServer

/// What has come while the server was busy is there at once when it looks again, and nothing tells it a second time.
struct HeldUpServerTests {
    /// Sends a body of that length on a connection that is known to the server while its one shard is held up by another one, and
    /// a farewell behind it if wanted.
    private func sendWhileHeldUp(_ count: Int, to text: String, ends: Bool, isUrgent: Bool = false) throws {
        let (begun, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let handler = TestHandler { batch in
            for exchange in batch {
                if exchange.request.rawTarget == "/hold" {
                    begun.signal()
                    goOn.wait()
                }
                exchange.respond(.text(200, "\(exchange.request.body.count) bytes"))
            }
        }
        let server = HTTPServer(limits: .patient, handler: handler)
        let address = try server.start(text)
        defer { server.stop(drainSeconds: 0) }
        let client = try TestClient(address)
        try client.send(Self.post(0))
        #expect(try client.answer().body == "0 bytes")
        let other = try TestClient(address)
        try other.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        let isHeldUp = begun.wait(timeout: .now() + 60) == .success
        try #require(isHeldUp)
        do {
            defer { goOn.signal() }
            let request = Self.post(count)
            try client.send(String(request.prefix(20)))
            if isUrgent { try client.sendUrgent() }
            try client.send(String(request.dropFirst(20)))
            if ends { client.finishSending() }
        }
        #expect(try client.answer().body == "\(count) bytes")
        if ends { #expect(try client.rest().isEmpty) }
    }

    private static func post(_ count: Int) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n" + String(repeating: "x", count: count)
    }

    @Test(
        "more than one reading takes is read to its end, and so is the sender's farewell behind it",
        arguments: [false, true])
    func local(ends: Bool) throws {
        let folder = try makeTemporaryFolder()
        defer { removeTemporaryFolder(folder) }
        // All of it is with the receiver when it has been sent: it takes three readings.
        try sendWhileHeldUp(150_000, to: "unix:\(folder)/itp.sock", ends: ends)
    }

    @Test("the same by TCP, where a part comes while it is read", arguments: [false, true])
    func remote(ends: Bool) throws { try sendWhileHeldUp(150_000, to: "127.0.0.1:0", ends: ends) }

    @Test("a small request that came together with its sender's farewell is answered, and the connection ends")
    func small() throws { try sendWhileHeldUp(1, to: "127.0.0.1:0", ends: true) }

    @Test("a request with urgent data in it, at which each reading stops, is read to its end")
    func urgent() throws { try sendWhileHeldUp(1, to: "127.0.0.1:0", ends: false, isUrgent: true) }

    @Test("an answer is sent while those to others of its batch are still being made")
    func atOnce() throws {
        let goOn = DispatchSemaphore(value: 0)
        let handler = TestHandler { batch in
            for exchange in batch {
                exchange.respond(.text(200, "here"))
                _ = goOn.wait(timeout: .now() + 60)
            }
        }
        let server = HTTPServer(limits: .patient, handler: handler)
        let address = try server.start("127.0.0.1:0")
        defer { server.stop(drainSeconds: 0) }
        let client = try TestClient(address)
        for _ in 0..<2 {
            defer { goOn.signal() }
            try client.send(Self.post(3))
            #expect(try client.answer().body == "here")
        }
    }

    @Test("answers to several requests of one connection leave together, when the last of them is made")
    func together() throws {
        let (answered, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let handler = TestHandler { batch in
            for exchange in batch {
                exchange.respond(.text(200, "\(exchange.request.rawTarget) of \(batch.count)"))
                answered.signal()
                _ = goOn.wait(timeout: .now() + 60)
            }
        }
        let server = HTTPServer(limits: .patient, handler: handler)
        let address = try server.start("127.0.0.1:0")
        defer { server.stop(drainSeconds: 0) }
        let client = try TestClient(address)
        try client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
        do {
            defer { goOn.signal() }
            let isAnswered = answered.wait(timeout: .now() + 60) == .success
            try #require(isAnswered)
            #expect(!client.hasInput)
        }
        defer { goOn.signal() }
        #expect(try client.answer().body == "/1 of 2")
        #expect(try client.answer().body == "/2 of 2")
    }
}
