import Events
import Formats
import Platform
import Sandbox
import Testing

@testable import Settings
@testable import Vendors

/// What every RMM's interface must do, whatever it answers, and at whatever step: above all, start nothing twice.
@Suite("Every RMM's interface")
struct RMMConformanceTests {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case vsa = "VSA"
        case runner = "the RMM"

        var testDescription: String { rawValue }

        func settings() throws -> RMMSettings {
            switch self {
            case .vsa:
                return RMMSettings(system: .vsa9, url: "http://sandbox/vsa", user: "sandbox", token: "sandbox-token")
            case .runner:
                let rmm = GenericRMM(
                    startPath: Template("/v1/runs"),
                    startBody: Template(#"{"device":"<agent>","org":"<org>","script":"<procedure>"}"#),
                    headers: [.init(name: "Authorization", value: Template("Bearer <token>"))],
                    runID: JSONPath("/run/id"), statusPath: Template("/v1/runs/<run>"),
                    status: try #require(JSONPath("/run/status")), passed: ["completed"], failed: ["failed"])
                return RMMSettings(
                    system: .generic(rmm), url: "http://sandbox/runner", user: "", token: "sandbox-runner")
            }
        }

        /// How the request of a step begins.
        func match(_ step: Step) -> String {
            switch (self, step) {
            case (.vsa, .question): "assetmgmt/agents"
            case (.vsa, .start): "runnow"
            case (.vsa, .look): "history"
            case (.runner, .question): "-"
            case (.runner, .start): "POST /runner"
            case (.runner, .look): "GET /runner"
            }
        }

        var hasSession: Bool { self == .vsa }
    }

    enum Step: CaseIterable { case question, start, look }

    private static let statuses = [
        300, 301, 302, 304, 307, 400, 402, 403, 404, 405, 408, 409, 410, 422, 425, 429, 451, 500, 501, 502, 503, 504,
        520, 599,
    ]
    /// Surely not carried out, but perhaps later.
    private static let busy: Set<Int> = [429, 503]
    /// It may have been carried out.
    private static func isUnclear(_ status: Int) -> Bool { [408, 425].contains(status) || status >= 500 }

    /// A lane to the stand-in, in virtual time.
    private struct Line {
        var lane = RMMLaneStation()
        var world = SandboxWorld()
        var now = Instant(milliseconds: 1_795_000_000_000)
        var report: RunReport?
        var starts = 0
        var said = ""
        private var wakeUp: Instant?
        private let event = Identifier(high: 1, low: 1)

        mutating func run(_ kind: Kind) throws {
            try tell(.settings(kind.settings()))
            let run = ProcedureRun(
                procedure: "WIN-Remediation-Service", arguments: [], agent: "fs01.servers.acme", organisation: "acme")
            try tell(.run(RunOrder(event: event, run: run, deadline: now + .minutes(20))))
            for _ in 0..<200 where report == nil {
                guard let due = wakeUp else { break }
                wakeUp = nil
                now = max(now, due)
                try tell(.wake)
            }
        }

        private mutating func tell(_ message: RMMLaneStation.Message) throws {
            for effect in lane.handle(message, now: now) {
                switch effect {
                case .call(let event, let call):
                    if call.method != "GET" { starts += 1 }
                    try tell(.outcome(event, ask(call)))
                case .declareIntent(let event, _): try tell(.intentIsDurable(event))
                case .started: break
                case .report(_, let report): self.report = report
                case .wake(let time): wakeUp = time
                case .trouble(let text): said += text ?? ""
                }
            }
        }

        private mutating func ask(_ call: VendorCall) -> VendorOutcome {
            let target = HTTPTarget(String(call.url.dropFirst("http://sandbox".count)))
            let request = SandboxRequest(
                method: call.method, path: target.path, query: target.queryItems.map { ($0.name, $0.value) },
                headers: call.headers.map { ($0.name, $0.value) }, body: call.body)
            guard case .reply(let reply) = world.take(request, now: now.milliseconds).ending else {
                return .ambiguous(reason: "no answer")
            }
            let pause = reply.headers.first { $0.0 == "Retry-After" }?.1
            return .reply(VendorReply(status: reply.status, retryAfter: pause, body: reply.body))
        }

        mutating func fault(_ fault: String, match: String, count: Int) {
            let rule: JSON = ["fault": .string(fault), "match": .string(match), "count": .integer(count)]
            let request = SandboxRequest(method: "POST", path: "/sandbox/faults", body: rule.bytes)
            _ = world.take(request, now: now.milliseconds)
        }

        /// How often the stand-in has run it.
        mutating func ran() -> Int {
            let request = SandboxRequest(method: "GET", path: "/sandbox/procedures")
            guard case .reply(let reply) = world.take(request, now: now.milliseconds).ending else { return -1 }
            return JSON(ifValid: reply.body)?.array?.count ?? -1
        }
    }

    @Test("without a fault it is run once and passes", arguments: Kind.allCases)
    func passes(kind: Kind) throws {
        var line = Line()
        try line.run(kind)
        guard case .passed = line.report else {
            Issue.record("\(String(describing: line.report))")
            return
        }
        #expect(line.starts == 1 && line.ran() == 1)
    }

    @Test(
        "a start that is answered with any status is sent again only where it surely was not carried out",
        arguments: Kind.allCases)
    func start(kind: Kind) throws {
        for status in Self.statuses {
            var line = Line()
            line.fault("status:\(status)", match: kind.match(.start), count: 1)
            try line.run(kind)
            switch try #require(line.report, "\(status)") {
            case .passed: #expect(Self.busy.contains(status) && line.starts == 2 && line.ran() == 1, "\(status)")
            case .failed(let reason):
                #expect(Self.isUnclear(status) && reason.contains("it is unclear whether"), "\(status): \(reason)")
                #expect(line.starts == 1 && line.ran() == 0, "\(status)")
            case .notStarted(let reason):
                #expect(!Self.isUnclear(status) && reason.hasPrefix("\(kind.rawValue) answered \(status)"), "\(status)")
                #expect(line.starts == 1 && line.ran() == 0, "\(status)")
            }
        }
    }

    @Test(
        "a question before the start, or a look after it, that is answered with any status is asked again, or ends it without a start",
        arguments: Kind.allCases)
    func readings(kind: Kind) throws {
        for status in Self.statuses {
            var look = Line()
            look.fault("status:\(status)", match: kind.match(.look), count: 2)
            try look.run(kind)
            let isQuestion = kind == .vsa && !Self.busy.contains(status) && !Self.isUnclear(status)
            // VSA's history is read before the start as well: what it refuses then is a reason not to begin.
            #expect(look.starts == (isQuestion ? 0 : 1) && look.ran() == look.starts, "\(status)")
            var question = Line()
            question.fault("status:\(status)", match: kind.match(.question), count: 2)
            try question.run(kind)
            if case .notStarted(let reason) = question.report {
                #expect(isQuestion && reason.contains("\(status)") && question.starts == 0, "\(status): \(reason)")
            } else {
                #expect(question.starts == 1 && question.ran() == 1, "\(status)")
            }
        }
    }

    @Test("a 401 renews the session once; the token is in nothing that is said", arguments: Kind.allCases)
    func unauthenticated(kind: Kind) throws {
        var once = Line()
        once.fault("status:401", match: kind.match(.start), count: 1)
        try once.run(kind)
        #expect(once.ran() == (kind.hasSession ? 1 : 0))
        var always = Line()
        always.fault("status:401", match: "", count: 1000)
        try always.run(kind)
        #expect(always.ran() == 0)
        #expect(kind.hasSession == always.said.contains("it refuses the user or the token"))
        #expect(!"\(String(describing: always.report)) \(always.said)".contains("sandbox-"))
    }

    @Test("every HTTP status is done, not now, unclear, or refused", arguments: Kind.allCases)
    func meanings(kind: Kind) throws {
        let system = RMMSystems.system(try kind.settings())
        for status in 200..<600 {
            let body = status < 300 && status != 204 ? #"{"Result":[],"ResponseCode":0,"Error":"None"}"# : ""
            let isAsExpected =
                switch system.meaning(of: VendorReply(status: status, body: Array(body.utf8))) {
                case .done: status < 300
                case .unauthenticated: status == 401 && kind.hasSession
                case .busy: Self.busy.contains(status)
                case .unclear: Self.isUnclear(status) && !Self.busy.contains(status)
                case .refused:
                    status >= 300 && !Self.isUnclear(status) && status != 429 && !(status == 401 && kind.hasSession)
                }
            #expect(isAsExpected, "\(status)")
        }
    }

    @Test(
        "VSA's envelope: what it refuses in a 200, and what is none of its answers",
        arguments: [
            (#"{"Result":null,"ResponseCode":4030001,"Error":"Access denied"}"#, "refused"),
            (#"{"Result":null,"ResponseCode":404,"Error":"Not found"}"#, "refused"),
            (#"{"Result":null,"ResponseCode":401,"Error":"Expired"}"#, "unauthenticated"),
            (#"{"Result":null,"ResponseCode":4010002,"Error":"Expired"}"#, "unauthenticated"),
            (#"{"Result":[],"ResponseCode":0,"Error":"None"}"#, "done"), ("", "done"),
            ("<html>Welcome</html>", "unclear"),
        ])
    func envelope(body: String, meaning: String) throws {
        let reply = VendorReply(status: 200, body: Array(body.utf8))
        let said = "\(RMMSystems.system(try Kind.vsa.settings()).meaning(of: reply))"
        #expect(said.hasPrefix(meaning), "\(said)")
    }
}
