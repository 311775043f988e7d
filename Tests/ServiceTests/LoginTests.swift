import Formats
import HTTPServer
import Platform
import TestSupport
import Testing

@testable import Service

/// Logging in, and tokens that are good for less than everything.
@Suite struct LoginTests {
    private static let rules = """
        \(Scene.connectWise)
        [RMM_SETTINGS_DIRK]
        Name=Dirk
        [ORG acme]
        Name=Acme
        [ORG dock]
        Name=Dock
        MSP=DIRK
        """
    private static let tokens = """
        [LISTEN]
        IntakeToken=in
        AdminToken=all-0001
        AdminToken.board=look-0002;ReadOnly=Y
        AdminToken.dirk=dirk-0003;Tenants=DIRK
        """

    private func bearer(_ token: String) -> [(String, String)] { [("Authorization", "Bearer \(token)")] }

    /// Posts an alert; gives its event once it is decided.
    private func post(_ running: RunningService, org: String) throws -> String {
        let alert: JSON = [
            "subject": "EVT|Spooler|1|||MB-X.EVT.S.P3.Alm", "orgId": .string(org), "agent": .string("a.\(org)"),
        ]
        let answer = try running.ask(
            "POST", "/v1/alerts", bearer("in") + [("Content-Type", "application/json")], alert.bytes)
        let id = try #require(answer.json["ids"]?.array?.first?.string)
        let isDecided = try waitUntil {
            try running.ask("GET", "/v1/events/\(id)", bearer("all-0001")).json["disposition"]?.string != nil
        }
        #expect(isDecided)
        return id
    }

    @Test("a session opens with a token, goes by its cookie, needs the page's own origin to change something, and ends")
    func session() async throws {
        try await Scene.with(Self.rules, service: Self.tokens) { scene in
            try scene.serve { running in
                let host = running.service.address.description
                #expect(try running.ask("GET", "/login").json["name"] == .null)
                #expect(try running.ask("POST", "/login", [], JSON.members([("token", "wrong")]).bytes).status == 401)
                #expect(try running.ask("POST", "/login", [], Array("{}".utf8)).status == 400)
                let foreign = [("Origin", "https://elsewhere.example")]
                let right = JSON.members([("token", "all-0001")]).bytes
                #expect(try running.ask("POST", "/login", foreign, right).status == 403)
                let answer = try running.reply("POST", "/login", [("Origin", "http://\(host)")], right)
                #expect(answer.status == 200)
                let header = try #require(answer.header("Set-Cookie"))
                #expect(header.hasPrefix("itp_session=") && header.hasSuffix("; HttpOnly; SameSite=Strict"))
                let cookie = [("Cookie", "other=1; " + String(header.prefix { $0 != ";" }))]
                #expect(try running.ask("GET", "/stats", cookie).status == 200)
                let whoami = try running.ask("GET", "/login", cookie).json
                #expect(whoami["name"]?.string == "admin" && whoami["hasLogin"]?.bool == true)
                #expect(try running.ask("GET", "/stats", [("Cookie", "itp_session=0000")]).status == 401)
                // What a browser adds by itself is not enough to change anything.
                #expect(try running.ask("POST", "/admin/reload", cookie).status == 403)
                #expect(try running.ask("POST", "/admin/reload", cookie + foreign).status == 403)
                #expect(try running.ask("POST", "/admin/reload", cookie + [("Origin", "http://\(host)")]).status == 200)
                let gone = try running.reply("POST", "/logout", cookie + [("Origin", "http://\(host)")])
                #expect(gone.status == 204 && gone.header("Set-Cookie")?.contains("Max-Age=0") == true)
                #expect(try running.ask("GET", "/stats", cookie).status == 401)
            }
        }
    }

    @Test("a form logs in as well, and after ten tries one has to wait")
    func pace() async throws {
        try await Scene.with(Self.rules, service: Self.tokens) { scene in
            try scene.serve { running in
                let form = [("Content-Type", "application/x-www-form-urlencoded")]
                #expect(try running.ask("POST", "/login", form, Array("x=1&token=look-0002".utf8)).status == 200)
                for _ in 0..<9 { #expect(try running.ask("POST", "/login", form, Array("token=x".utf8)).status == 401) }
                let late = try running.reply("POST", "/login", form, Array("token=look-0002".utf8))
                #expect(late.status == 429 && late.header("Retry-After") != nil)
                let long = Array(repeating: UInt8(ascii: "x"), count: 5000)
                #expect(try running.ask("POST", "/login", form, long).status == 413)
            }
        }
    }

    @Test("a token that may only look changes nothing, and one of a tenant sees that tenant's events and no more")
    func limits() async throws {
        try await Scene.with(Self.rules, service: Self.tokens) { scene in
            try scene.serve { running in
                let (theirs, others) = (try post(running, org: "dock"), try post(running, org: "acme"))
                let (board, dirk) = (bearer("look-0002"), bearer("dirk-0003"))
                for path in ["/stats", "/metrics", "/v1/chart", "/v1/events", "/v1/events/\(others)", "/v1/dead"] {
                    #expect(try running.reply("GET", path, board).status == 200, "\(path)")
                }
                for path in ["/admin/reload", "/v1/events/\(others)/retry", "/v1/dead/1/drop"] {
                    let answer = try running.ask("POST", path, board)
                    #expect(answer.status == 403 && answer.json["detail"]?.string?.contains("ReadOnly") == true)
                }
                for path in ["/stats", "/metrics", "/v1/chart"] {
                    #expect(try running.ask("GET", path, dirk).status == 403, "\(path)")
                }
                #expect(try running.ask("POST", "/admin/reload", dirk).status == 403)
                let list = try running.ask("GET", "/v1/events", dirk).json["events"]?.array ?? []
                #expect(list.map { $0["id"]?.string } == [theirs])
                #expect(list.first?["tenant"]?.string == "DIRK")
                #expect(try running.ask("GET", "/v1/events/\(theirs)", dirk).json["raw"]?.string != nil)
                #expect(try running.ask("GET", "/v1/events/\(others)", dirk).status == 404)
                #expect(try running.ask("POST", "/v1/events/\(others)/retry", dirk).status == 404)
                #expect(try running.ask("GET", "/v1/dead", dirk).json["count"]?.integer == 0)
                let who = try running.ask("GET", "/login", dirk).json
                #expect(who["tenants"] == ["dirk"] && who["name"]?.string == "dirk")
            }
        }
    }

    @Test("a session lasts twelve hours, and the oldest makes way for the two hundred and fifty-seventh")
    func lifetime() throws {
        let clock = StoppedClock()
        let sessions = Sessions(clock: clock, random: SystemRandom())
        func head(_ header: (String, String)) throws -> HTTPHead {
            let text = "GET / HTTP/1.1\r\nHost: a\r\nCookie: \(header.1.prefix { $0 != ";" })\r\n\r\n"
            var parser = HTTPHeadParser()
            guard case .complete(let head, _) = parser.parse(Array(text.utf8).span) else { throw Trouble("no head") }
            return head
        }
        let first = sessions.open([1], isSecure: true)
        #expect(first.1.hasSuffix("; Secure"))
        #expect(try sessions.token(head(first)) == [1])
        clock.pass(wall: 0, monotonic: 12 * 3600 + 1)
        #expect(try sessions.token(head(first)) == nil)
        let second = sessions.open([2], isSecure: false)
        let others = (0..<Sessions.limit).map { _ in sessions.open([3], isSecure: false) }
        #expect(try sessions.token(head(second)) == nil)
        #expect(try sessions.token(head(others[0])) == [3])
        _ = sessions.close(try head(others[0]), isSecure: false)
        #expect(try sessions.token(head(others[0])) == nil && sessions.token(head(others[1])) == [3])
    }
}
