import Formats
import HTTPServer
import Sandbox
import Testing

@Suite("The sandbox's listener")
struct ServerTests {
    private static let tickets = Client.root + "service/tickets"

    /// A running sandbox for the time of one test.
    private func withServer(_ body: (SandboxServer, Int) throws -> Void) throws {
        let server = SandboxServer()
        let bound = try server.start("127.0.0.1:0")
        defer { server.stop() }
        try body(server, bound.port)
    }

    @Test("a ticket that is posted is found by its reference, and links lead to the listener")
    func ticket() throws {
        try withServer { server, port in
            let (status, made) = try Wire.ask(
                port, "POST", ServerTests.tickets, Client.body("x", [("externalXRef", "itp/1 & co")]))
            #expect(status == 201)
            #expect(
                made["board"]?["_info"]?["board_href"]
                    == .string("http://127.0.0.1:\(port)/connectwise/v4_6_release/apis/3.0/service/boards/11"))
            let query = "?conditions=externalXRef%20%3D%20%22itp%2F1+%26%20co%22&fields=id"
            let (_, found) = try Wire.ask(port, "GET", ServerTests.tickets + query)
            #expect(found == [["id": 1001]])
            #expect(try Wire.ask(port, "GET", "/sandbox/tickets").1 == .array(server.tickets.map(\.json)))
        }
    }

    @Test("several requests go over one connection, each answered in turn")
    func keepAlive() throws {
        try withServer { server, port in
            let wire = try Wire(port: port)
            for number in 1...3 {
                try wire.send("POST", ServerTests.tickets, Client.body("ticket \(number)"))
                #expect(wire.receive().end == .open)
            }
            #expect(server.tickets.map(\.summary) == ["ticket 1", "ticket 2", "ticket 3"])
        }
    }

    @Test(
        "a fault can be seen on the wire",
        arguments: [
            ("reset-before", Wire.End.reset, 0), ("reset-after", .reset, 1), ("truncate", .closed, 1),
            ("garbage", .closed, 1), ("status:503:5", .open, 0), ("latency:5", .open, 1),
        ])
    func faults(fault: String, end: Wire.End, tickets: Int) throws {
        try withServer { server, port in
            #expect(try Wire.ask(port, "POST", "/sandbox/faults", [["fault": .string(fault)]]).0 == 201)
            let wire = try Wire(port: port)
            try wire.send("POST", ServerTests.tickets, Client.body("x", [("externalXRef", "r")]))
            let (bytes, ended) = wire.receive()
            #expect(ended == end)
            let text = String(decoding: bytes, as: UTF8.self)
            switch fault {
            case "truncate": #expect(text.hasPrefix("HTTP/1.1 201 Created\r\n"))
            case "garbage": #expect(!bytes.isEmpty && !text.hasPrefix("HTTP/"))
            case "status:503:5": #expect(text.hasPrefix("HTTP/1.1 503 ") && text.contains("Retry-After: 5\r\n"))
            case "latency:5": #expect(text.hasPrefix("HTTP/1.1 201 "))
            default: #expect(bytes.isEmpty)
            }
            #expect(server.tickets.count == tickets)
            #expect(try Wire.ask(port, "GET", "/sandbox/counts").1["ticketPosts"] == ["r": 1])
        }
    }

    @Test("a vendor that hangs takes the request and says nothing")
    func hang() throws {
        try withServer { server, port in
            #expect(try Wire.ask(port, "POST", "/sandbox/faults", [["fault": "hang"]]).0 == 201)
            let wire = try Wire(port: port)
            try wire.send("POST", ServerTests.tickets, Client.body())
            var arrived = JSON.null
            while arrived != ["connectwise": 1] {
                arrived = try Wire.ask(port, "GET", "/sandbox/counts").1["requests"] ?? .null
            }
            #expect(wire.isSilent)
            #expect(server.tickets.isEmpty)
        }
    }

    @Test("of four calls at once to one Autotask entity three are served, late, and one is refused at once")
    func concurrent() throws {
        try withServer { _, port in
            _ = try Wire.ask(port, "POST", "/sandbox/faults", [["fault": "latency:300"]])
            let wires = try (1...4).map { _ in try Wire(port: port) }
            for wire in wires {
                try wire.send("GET", Caller.autotask.root + "Version", headers: Caller.autotask.headers)
            }
            let answers = wires.map { String(decoding: $0.receive().bytes.dropFirst(9).prefix(3), as: UTF8.self) }
            #expect(answers.sorted() == ["200", "200", "200", "429"])
        }
    }

    @Test("a port that is taken is refused, and a sandbox that stopped gives it back")
    func portTaken() throws {
        let first = SandboxServer()
        let address = try first.start("127.0.0.1:0").description
        let second = SandboxServer()
        #expect(throws: ListenError.self) { try second.start(address) }
        first.stop()
        let third = SandboxServer(publicURL: "https://psa.example")
        try third.start(address)
        third.stop()
    }
}
