import Events
import Formats
import Testing
import Vendors

/// The contract's table of errors, for calls that read and for calls that write.
struct OutcomeTests {
    private static let hint = "; check PSA_URL, PSA_AV1…3 and PSA_ClientID"

    @Test(
        "a failed reading changes nothing and is tried again",
        arguments: [
            (
                .status(401, #"{"code":"ConnectWiseApi","message":"UserNotAuthenticated"}"#),
                "HTTP 401 ConnectWiseApi: UserNotAuthenticated" + hint, nil
            ),
            (.status(403), "HTTP 403" + hint, nil), (.status(404), "HTTP 404" + hint, nil),
            (.status(406), "HTTP 406" + hint, nil),
            (
                .status(400, "Cannot route. Codebase/company is invalid"),
                "HTTP 400 'Cannot route. Codebase/company is invalid'" + hint, nil
            ),
            (
                .status(400, #"{"code":"ApiFindCondition","message":"x is not a recognized name.","errors":null}"#),
                "HTTP 400 ApiFindCondition: x is not a recognized name." + hint, nil
            ),
            (.status(409), "HTTP 409", nil), (.status(500), "HTTP 500", nil),
            (.status(502, "<html>\r\n  bad\tgateway</html>"), "HTTP 502 '<html> bad gateway</html>'", nil),
            (.status(503, "", retryAfter: "7"), "HTTP 503", 7), (.status(429), "HTTP 429", 30),
            (.status(302), "HTTP 302", nil),
            (.status(200, "not json"), "HTTP 200 'not json'", nil), (.status(200, "{}"), "HTTP 200: ", nil),
            (.notSent(reason: "no route"), "no route", nil), (.ambiguous(reason: "timed out"), "timed out", nil),
        ] as [(VendorOutcome, String, Int?)])
    func reading(outcome: VendorOutcome, reason: String, after: Int?) throws {
        var rig = try Rig()
        rig.scripted["GET service/boards"] = [outcome]
        let report = try rig.deliver()
        #expect(report == .retry(reason: "reading boards: " + reason, after: after.map { .seconds($0) }))
        #expect(rig.count("POST service/tickets") == 0 && rig.log.allSatisfy { !$0.hasPrefix("intent") })
    }

    @Test(
        "a failed writing is surely nothing, or unknown, or refused, as the contract's table has it",
        arguments: [
            (.notSent(reason: "no route"), .retry(reason: "no route", after: nil)),
            (.ambiguous(reason: "reset"), .ambiguous(reason: "reset")),
            (.status(401), .retry(reason: "HTTP 401" + hint, after: nil)),
            (.status(403), .retry(reason: "HTTP 403" + hint, after: nil)),
            (.status(404), .retry(reason: "HTTP 404" + hint, after: nil)),
            (.status(406), .retry(reason: "HTTP 406" + hint, after: nil)),
            (
                .status(400, "Cannot route. Codebase/company is invalid"),
                .retry(reason: "HTTP 400 'Cannot route. Codebase/company is invalid'" + hint, after: nil)
            ),
            (
                .status(400, #"{"code":"Security","message":"SSL is required.","errors":null}"#),
                .retry(reason: "HTTP 400 Security: SSL is required." + hint, after: nil)
            ),
            (
                .status(
                    400,
                    #"{"code":"InvalidObject","message":"ticket object is invalid","errors":[{"code":"MissingRequiredField","#
                        + #""message":"too long","resource":"ticket","field":"summary"},{"message":"bad"}]}"#),
                .refused(reason: "HTTP 400 InvalidObject: ticket object is invalid (summary: too long; bad)")
            ),
            (.status(405), .refused(reason: "HTTP 405")), (.status(415), .refused(reason: "HTTP 415")),
            (.status(422), .refused(reason: "HTTP 422")), (.status(301), .refused(reason: "HTTP 301")),
            (.status(409), .retry(reason: "HTTP 409", after: nil)),
            (.status(425, "", retryAfter: "9"), .retry(reason: "HTTP 425", after: .seconds(9))),
            (.status(429, "", retryAfter: "40"), .retry(reason: "HTTP 429", after: .seconds(40))),
            (.status(408), .ambiguous(reason: "HTTP 408")), (.status(500), .ambiguous(reason: "HTTP 500")),
            (.status(502, "bad gateway"), .ambiguous(reason: "HTTP 502 'bad gateway'")),
            (.status(503, "", retryAfter: "9"), .ambiguous(reason: "HTTP 503")),
            (.status(504), .ambiguous(reason: "HTTP 504")),
            (.status(201, "{"), .ambiguous(reason: "201 without a readable record")),
            (.status(200, "{}"), .ambiguous(reason: "200 without a readable record")),
        ] as [(VendorOutcome, DeliveryReport)])
    func writing(outcome: VendorOutcome, expected: DeliveryReport) throws {
        var rig = try Rig()
        rig.scripted["POST service/tickets"] = [outcome]
        #expect(try rig.deliver() == reason(expected, after: "creating the ticket: "))
        rig = try Rig()
        rig.psa.tickets[5] = ["id": 5, "closedFlag": false]
        rig.scripted["POST service/tickets/5/notes"] = [outcome]
        #expect(try rig.deliver(.update, ticket: Rig.ticket(5)) == reason(expected, after: "noting on the ticket: "))
        #expect(rig.count("POST service/tickets") == 0)
    }

    private func reason(_ report: DeliveryReport, after prefix: String) -> DeliveryReport {
        switch report {
        case .retry(let reason, let after): .retry(reason: prefix + reason, after: after)
        case .ambiguous(let reason): .ambiguous(reason: prefix + reason)
        case .refused(let reason): .refused(reason: prefix + reason)
        default: report
        }
    }

    @Test("a PSA that quotes what it was sent does not bring a secret into a reason, whatever the call")
    func secrets() throws {
        let echo = #"{"code":"public-key","message":"YWNtZStwdWJsaWMta2V5OnByaXZhdGUta2V5LXZhbHVl \#(Rig.secret)"}"#
        for status in [400, 401, 403, 404, 409, 429, 500] {
            for text in [echo, "plain \(Rig.secret)"] {
                for call in ["GET company/companies", "POST service/tickets", "GET service/tickets"] {
                    var rig = try Rig()
                    rig.scripted[call] = [.status(status, text)]
                    let report = "\(try rig.deliver(ambiguousSince: call == "GET service/tickets" ? rig.now : nil))"
                    #expect(report.contains("***"))
                    for secret in [Rig.secret, "public-key", "YWNtZStw"] {
                        #expect(!report.contains(secret), "\(report)")
                    }
                }
            }
        }
        var rig = try Rig()
        rig.scripted["GET service/boards"] = [.notSent(reason: "cannot send \(Rig.secret)")]
        #expect(try rig.deliver() == .retry(reason: "reading boards: cannot send ***", after: nil))
    }

    @Test("a long message is cut")
    func longMessage() throws {
        var rig = try Rig()
        rig.scripted["POST service/tickets"] = [
            .status(422, "{\"message\":\"\(String(repeating: "x", count: 9000))\"}")
        ]
        guard case .refused(let reason) = try rig.deliver() else {
            Issue.record("not refused")
            return
        }
        #expect(reason.count < 450 && reason.hasSuffix("…"))
    }
}
