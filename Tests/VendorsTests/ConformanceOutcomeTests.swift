import Events
import Formats
import Testing
import Vendors

@testable import Sandbox

/// What each answer to the making of a ticket means, PSA by PSA, and what no answer may bring to light.
struct ConformanceOutcomeTests {
    enum Kind: String { case created, retry, ambiguous, refused, other }

    static func kind(_ report: DeliveryReport) -> Kind {
        switch report {
        case .created: .created
        case .retry: .retry
        case .ambiguous: .ambiguous
        case .refused: .refused
        default: .other
        }
    }

    static let validation = #"{"errors":["title is required.","Error updating entity for record number [1]."]}"#
    static let busy = #"{"errors":["The Autotask API thread threshold of 3 threads has been exceeded."]}"#
    static func failure(_ code: Int) -> String {
        #"{"success":false,"error":{"code":\#(code),"message":"Nope","subErrors":[]},"result":null}"#
    }

    /// PSA, status, body, outcome.
    static let table: [(ConformingPSA, Int, String, Kind)] =
        [400, 409, 422, 425, 429, 500, 502, 503, 504, 408, 200, 301].flatMap { status in
            ConformingPSA.allCases.map { psa in
                let kind: Kind =
                    switch (psa, status) {
                    case (_, 409), (_, 425), (_, 429): .retry
                    case (_, 408), (_, 500...), (_, 200): .ambiguous
                    // Plain text is the gateway's: somebody has to mend the address.
                    case (.connectWise, 400): .retry
                    default: .refused
                    }
                return (psa, status, "<html>", kind)
            }
        } + ConformingPSA.allCases.flatMap { psa in [401, 403, 404].map { (psa, $0, "", Kind.retry) } }
        + [
            (.connectWise, 400, #"{"code":"InvalidObject","message":"no"}"#, .refused),
            (.connectWise, 400, #"{"code":"Security","message":"no"}"#, .retry),
            (.autotask, 500, validation, .refused), (.autotask, 500, busy, .retry), (.autotask, 405, "", .retry),
            (.autotask, 500, #"{"errors":[]}"#, .ambiguous), (.autotask, 200, #"{"itemId":"#, .ambiguous),
            (.bms, 200, failure(400), .refused), (.bms, 200, failure(500), .ambiguous),
            (.bms, 200, failure(429), .retry), (.bms, 200, failure(403), .retry), (.bms, 415, "", .retry),
            (.bms, 200, #"{"Success":false,"Error":{"Code":400,"Message":"Nope"}}"#, .refused),
            (.bms, 200, #"{"success":true"#, .ambiguous), (.bms, 200, "{}", .ambiguous),
        ]

    @Test("every answer to the making of a ticket has its outcome", arguments: table)
    func outcomes(_ psa: ConformingPSA, _ status: Int, _ body: String, _ expected: Kind) throws {
        var desk = try ConformanceDesk(psa)
        // Twice, as a session that has ended is got again once.
        desk.scripted[psa.creation] = [.status(status, body), .status(status, body)]
        let report = try desk.run(desk.order())
        #expect(Self.kind(report) == expected, "\(psa) \(status) \(body): \(report)")
        #expect(desk.psa.tickets.isEmpty)
    }

    @Test(
        "what was refused is quoted for people",
        arguments: [
            (
                ConformingPSA.autotask, 500, validation,
                "HTTP 500: title is required. Error updating entity for record number [1]."
            ),
            (.bms, 200, failure(400), "HTTP 200: Nope"),
        ])
    func sentences(_ psa: ConformingPSA, _ status: Int, _ body: String, _ sentence: String) throws {
        var desk = try ConformanceDesk(psa)
        desk.scripted[psa.creation] = [.status(status, body)]
        #expect(try desk.run(desk.order()) == .refused(reason: "creating the ticket: " + sentence))
    }

    @Test("no answer brings a secret to light", arguments: ConformingPSA.allCases)
    func leaksNoSecret(_ psa: ConformingPSA) throws {
        var desk = try ConformanceDesk(psa)
        let all = psa.secrets.joined(separator: " ")
        let bodies = [
            #"{"code":"X","message":"\#(all)","errors":["\#(all)"]}"#,
            #"{"success":false,"error":{"code":400,"message":"\#(all)"}}"#, all,
        ]
        for status in [200, 400, 401, 403, 404, 409, 422, 429, 500, 503] {
            for body in bodies {
                desk.now = desk.now + .hours(1)
                desk.scripted[psa.creation] = Array(repeating: .status(status, body), count: 2)
                let text = "\(try desk.run(desk.order()))" + desk.credentials.joined()
                for secret in psa.secrets { #expect(!text.contains(secret), "\(status): \(text)") }
            }
        }
        // None is in an address, which servers and proxies on the way write down.
        for secret in psa.secrets { #expect(desk.calls.allSatisfy { !$0.url.contains(secret) }) }
    }

    @Test("refused credentials are told once, and once more when they are good", arguments: ConformingPSA.allCases)
    func credentials(_ psa: ConformingPSA) throws {
        var desk = try ConformanceDesk(psa)
        desk.scripted[psa.creation] = Array(repeating: .status(401), count: 4)
        _ = try desk.run(desk.order())
        _ = try desk.run(desk.order())
        let refusals = desk.credentials.count { $0 != "taken" }
        #expect(refusals >= 1, "\(desk.credentials)")
        desk.scripted = [:]
        _ = try desk.make()
        #expect(desk.credentials.last == "taken")
    }
}

/// Zones and tokens.
struct SessionTests {
    @Test("a token is used until it ends, and one that ends early is got anew without a word")
    func tokens() throws {
        var desk = try ConformanceDesk(.bms)
        let signings = { (desk: ConformanceDesk) in desk.log.count { $0.hasPrefix("POST security/") } }
        _ = try desk.make()
        _ = try desk.make()
        #expect(signings(desk) == 1)
        desk.now = desk.now + .minutes(20)
        _ = try desk.make()
        #expect(signings(desk) == 2)
        try desk.psa.perform(AdministratorWork.expireTokens)
        _ = try desk.make()
        #expect(signings(desk) == 3 && desk.psa.tickets.count == 4)
        #expect(desk.credentials.allSatisfy { $0 == "taken" }, "\(desk.credentials)")
    }

    @Test("an order waits while nobody can sign in; nothing else is asked")
    func noToken() throws {
        var desk = try ConformanceDesk(.bms)
        let refusal = ConformanceOutcomeTests.failure(401)
        desk.scripted["POST security/authenticate"] = [.status(200, refusal), .ambiguous(reason: "time-out")]
        #expect(
            try desk.run(desk.order())
                == .retry(
                    reason: "reading accounts: signing in: HTTP 200: Nope; check PSA_URL and PSA_AV1…3 "
                        + "(user, password, tenant)", after: nil))
        #expect(desk.credentials == ["HTTP 200: Nope"])
        #expect(
            try desk.run(desk.order()) == .retry(reason: "reading accounts: signing in: time-out", after: nil))
        #expect(desk.calls.count == 2)
    }

    @Test("the zone is asked for without credentials, once in twelve hours and after a 401")
    func zone() throws {
        var desk = try ConformanceDesk(.autotask)
        let zones = { (desk: ConformanceDesk) in desk.calls.filter { $0.url.contains("zoneInformation") } }
        let ticket = try desk.make()
        _ = try desk.make()
        let first = try #require(zones(desk).first)
        #expect(zones(desk).count == 1 && first.headers.map(\.name) == ["Accept"])
        #expect(first.url.hasPrefix("https://webservices.autotask.net/atservicesrest/v1.0/zoneInformation?user=api%40"))
        #expect(
            ticket.url == "https://ww1.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx"
                + "?Code=OpenTicketDetail&TicketID=\(ticket.id)")
        desk.now = desk.now + .hours(12)
        _ = try desk.make()
        #expect(zones(desk).count == 2)
        desk.scripted["POST Tickets"] = [.status(401)]
        _ = try desk.make()
        #expect(zones(desk).count == 3 && desk.psa.tickets.count == 4)
    }

    @Test(
        "a zone that is none of the vendor's gets no secret",
        arguments: [
            "http://webservices1.autotask.net/ATServicesRest/", "https://webservices1.autotask.net.evil.example/",
            "https://webservices1.autotask.net@evil.example/", "https://evil.example/webservices1.autotask.net/",
            "https://webservicesx.autotask.net/", "https://webservices1.autotask.net:8443/", "", "ftp://x",
        ])
    func foreignZone(_ url: String) throws {
        var desk = try ConformanceDesk(.autotask)
        desk.scripted["GET zoneInformation"] = [.status(200, JSON.members([("url", .string(url))]).compact)]
        guard case .retry(let reason, _) = try desk.run(desk.order()) else {
            Issue.record("it was taken")
            return
        }
        #expect(reason.contains("Autotask names a zone that is none of its own"))
        #expect(desk.calls.count == 1)
    }

    @Test("PSA_URL is taken in place of the zone, with or without its path")
    func fixedAddress() throws {
        for url in ["http://127.0.0.1:9090/autotask", "http://127.0.0.1:9090/autotask/ATServicesRest/V1.0/"] {
            var desk = try ConformanceDesk(.autotask, "PSA_URL=\(url)")
            _ = try desk.make()
            #expect(!desk.log.contains("GET zoneInformation"))
            #expect(desk.calls.allSatisfy { $0.url.hasPrefix("http://127.0.0.1:9090/autotask/ATServicesRest/V1.0/") })
        }
    }

    @Test("the hour's calls are counted for each endpoint, and the lane pauses before the last")
    func budget() throws {
        var desk = try ConformanceDesk(.bms)
        desk.psa.meter.limits.perWindow = nil
        var reports: [DeliveryReport] = []
        for _ in 0..<1451 { reports.append(try desk.run(desk.order())) }
        #expect(desk.psa.tickets.count == 1450)
        #expect(
            reports.last
                == .retry(reason: "creating the ticket: the hour's 1450 calls of this kind are used up", after: nil))
        guard case .retry("the PSA asked for a pause", .some(let pause)) = try desk.run(desk.order()) else {
            Issue.record("no pause")
            return
        }
        #expect(pause == .hours(1))
        desk.now = desk.now + .hours(1)
        _ = try desk.make()
    }
}
