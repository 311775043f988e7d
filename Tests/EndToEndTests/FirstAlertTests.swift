import Formats
import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("The first alert")
    struct FirstAlertTests {
        @Test("itp demo turns an alert into one ticket, and repeats into none")
        func demo() async throws {
            try await onThread("itp-demo") {
                try withTemporaryFolder { folder in
                    let sandbox = "127.0.0.1:\(try freePort())"
                    let program = try Program(
                        [
                            "demo", "--listen", "127.0.0.1:0", "--sandbox-listen", sandbox, "--data", folder + "/data",
                            "--config", Repository.root + "/config",
                        ], in: folder)
                    let service = Service(program: program, address: try program.serviceAddress())
                    #expect(waitUntil { program.output.contains("curl -s http://\(service.address)/v1/alerts") })
                    try FirstAlertTests.oneTicket(service, sandbox)
                    try FirstAlertTests.duplicate(service, sandbox)
                    try service.stop()
                    // The sandbox ends with the demo.
                    #expect(throws: (any Error).self) { try Connection(sandbox) }
                }
            }
        }

        private static func oneTicket(_ service: Service, _ sandbox: String) throws {
            let id = try service.post(.dhcp)
            var tickets: [JSON] = []
            #expect(
                try waitUntil(seconds: 5) {
                    tickets = try Connection(sandbox).ask("GET", "/sandbox/tickets").json.array ?? []
                    return !tickets.isEmpty
                })
            let ticket = try #require(tickets.first)
            #expect(tickets.count == 1)
            #expect(ticket["externalRef"]?.string == id)
            #expect(ticket["company"]?.string == "AcmeDental")
            #expect(ticket["board"]?.string == "Alerts")
            #expect(ticket["priority"]?.string == "Medium")
            #expect(ticket["type"]?.string == "Server")
            #expect(ticket["subtype"]?.string == "Services")
            #expect(ticket["item"]?.string == "DHCP")
            #expect(ticket["summary"]?.string?.contains("DHCP has no free addresses") == true)
            let event = try service.settledEvent(id)
            #expect(event["disposition"]?.string == "ticketed")
            #expect(event["ticket"]?["id"]?.string == ticket["id"]?.integer.map { "\($0)" })
        }

        private static func duplicate(_ service: Service, _ sandbox: String) throws {
            let first = try #require(try service.events().first?["id"]?.string)
            let event = try service.settledEvent(try service.post(.dhcp))
            #expect(event["disposition"]?.string == "duplicate")
            #expect(event["reason"]?.string?.contains(first) == true)
            let listed = try service.ask("GET", "/v1/events?disposition=duplicate").json["events"]?.array ?? []
            #expect(listed.map { $0["reason"]?.string } == [event["reason"]?.string])
            #expect(try Connection(sandbox).ask("GET", "/sandbox/tickets").json.array?.count == 1)
        }

        @Test("a demo whose sandbox's address is taken says so and ends")
        func demoTwice() async throws {
            try await Scene.with { scene in
                let demo = try scene.run(
                    "demo", "--listen", "127.0.0.1:0", "--sandbox-listen", scene.sandboxAddress, "--config",
                    scene.config)
                #expect(demo.code == 1)
                #expect(demo.errors.contains("--sandbox-listen"), "\(demo)")
                #expect(demo.output.isEmpty)
            }
        }

        @Test("an alert that makes no ticket says which rule of which line decided")
        func noTicket() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let cases: [(alert: Alert, disposition: String, rule: String)] = [
                    (.cancelled, "cancelled", "EVT|Service Control Manager|7036|="),
                    (.restricted, "restricted", "BKP="), (.dropped, "dropped-code", "DropCodes="),
                    (.unparseable, "unparseable", ""),
                ]
                for (alert, disposition, rule) in cases {
                    let event = try service.settledEvent(try service.post(alert))
                    #expect(event["disposition"]?.string == disposition)
                    #expect(event["reason"]?.string?.isEmpty == false)
                    #expect(event["raw"]?.string == String(decoding: alert.body, as: UTF8.self))
                    let deciding = event["trace"]?.array?.last?["rule"]
                    guard !rule.isEmpty else {
                        #expect(deciding == nil)
                        continue
                    }
                    #expect(deciding?["file"]?.string == "ITPConfig.ini", "\(event.compact)")
                    #expect(deciding?["line"]?.integer == Int64(scene.configuration.line(beginning: rule)))
                    #expect(deciding?["text"]?.string?.hasPrefix(rule) == true)
                }
                #expect(try scene.tickets().isEmpty)
                try service.stop()
            }
        }
    }
}

/// A port that nobody listens on: one that the system has just given and got back.
func freePort() throws -> UInt16 {
    let socket = try check("socket", on: "test") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
    defer { close(socket) }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    inet_pton(AF_INET, "127.0.0.1", &name.sin_addr)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try check("bind", on: "test") {
        withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 ? getsockname(socket, address, &length) : -1
            }
        }
    }
    return UInt16(bigEndian: name.sin_port)
}
