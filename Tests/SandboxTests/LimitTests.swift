import Formats
import Sandbox
import Testing

@Suite("The sandbox's limits")
struct LimitTests {
    @Test("the fourth call at the same time to one entity is refused, and those to another are not")
    func concurrent() throws {
        var caller = Caller.autotask
        _ = caller.send("POST", "/sandbox/faults", ["fault": "latency:1000"])
        for _ in 1...3 { #expect(caller.send("GET", "Tickets/1").status == 200) }
        let fourth = caller.take("GET", "Tickets/1")
        guard case .reply(let reply) = fourth.ending else {
            Issue.record("an answer was expected")
            return
        }
        #expect(reply.status == 429)
        #expect(fourth.delayMilliseconds == 0)
        #expect(String(decoding: reply.body, as: UTF8.self).contains("thread threshold of 3 threads has been exceeded"))
        #expect(caller.send("POST", "Tickets/1/Notes", [:]).status == 500)
        caller.now += 1000
        #expect(caller.send("GET", "Tickets/1").status == 200)
        let limits = try caller.json("GET", "/sandbox/limits")["autotask"]
        #expect(limits?["mostConcurrent"]?["Tickets"] == 4)
        #expect(limits?["mostConcurrent"]?["TicketNotes"] == 1)
        #expect(limits?["refused"] == 1)
    }

    @Test("a call that hangs is under way for a minute")
    func hang() {
        var caller = Caller.autotask
        _ = caller.send("POST", "/sandbox/faults", ["fault": "hang", "count": 3])
        for _ in 1...3 { _ = caller.take("GET", "Tickets/1") }
        #expect(caller.send("GET", "Tickets/1").status == 429)
        caller.now += 60_000
        #expect(caller.send("GET", "Tickets/1").status == 200)
    }

    @Test("answers get slower from half of the hourly limit on, and there are none above it")
    func hourly() throws {
        var caller = Caller.autotask
        #expect(caller.send("POST", "/sandbox/limits", ["psa": "autotask", "perWindow": 20]).status == 200)
        var delays: [Int] = []
        for _ in 1...20 {
            delays.append(caller.take("GET", "Version").delayMilliseconds)
            caller.now += 2000
        }
        #expect(
            delays == Array(repeating: 0, count: 10) + Array(repeating: 500, count: 5)
                + Array(repeating: 1000, count: 5))
        let over = caller.send("GET", "Version")
        #expect(over.status == 429)
        #expect(over.body.isEmpty)
        #expect(over.header("Retry-After") == nil)
        caller.now += 3_600_000
        #expect(
            try caller.json("GET", "ThresholdInformation") == [
                "externalRequestThreshold": 20, "requestThresholdTimeframe": 60, "currentTimeframeRequestCount": 1,
            ])
        #expect(try caller.json("GET", "/sandbox/limits")["autotask"]?["mostInWindow"] == ["database": 21])
    }

    @Test("a limit that was not set is refused, and null takes one away")
    func setting() throws {
        var caller = Caller.autotask
        for body in [
            ["perWindow": 5], ["psa": "x"], ["psa": "autotask", "perWindow": 0], ["psa": "autotask", "a": 1],
        ] as [JSON] {
            #expect(caller.send("POST", "/sandbox/limits", body).status == 400)
        }
        let off: JSON = .object([JSON.Member("psa", "autotask"), JSON.Member("concurrent", .null)])
        #expect(try caller.json("POST", "/sandbox/limits", off)["autotask"]?["concurrent"] == .null)
    }

    @Test("ConnectWise is counted by the minute, and held up only where a limit is set")
    func connectWise() throws {
        var caller = Caller.connectWise
        for _ in 1...3 { #expect(caller.send("GET", "system/info").status == 200) }
        _ = caller.send("POST", "/sandbox/limits", ["psa": "connectwise", "perWindow": 3])
        let reply = caller.send("GET", "system/info")
        #expect(reply.status == 429)
        #expect(try reply.json()["error"] == "ConnectWiseAPI")
        caller.now += 60_000
        #expect(caller.send("GET", "system/info").status == 200)
    }
}
