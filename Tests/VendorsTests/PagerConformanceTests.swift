import Events
import Formats
import Settings
import Testing

@testable import Vendors

/// What every pager's interface must do, whatever its service answers.
@Suite("Every pager's interface")
struct PagerConformanceTests {
    typealias Service = NotificationSettings.Pager.Service

    static let services: [Service] = [.opsgenie, .pagerDuty, .slack, .teams]
    static let secret = "s3cr3t-\(String(repeating: "k", count: 25))"
    /// Statuses after which the same call may be taken; what a service refuses it refuses again.
    static let passing: Set<Int> = [408, 425, 429]
    private let now = Instant(milliseconds: 1_795_000_000_000)

    static func pager(_ service: Service) -> NotificationSettings.Pager {
        let key = service == .teams ? "https://flow.example:443/invoke?api-version=1&sig=\(secret)" : secret
        return NotificationSettings.Pager(service: service, url: nil, key: key, addresses: [])
    }

    static func message(_ kind: String = "page") -> MessageOrder {
        var message = MessageOrder(
            id: "e.page", channel: .page, tenant: "", recipients: [], from: "", subject: "P1 C <is> & [full]",
            body: "fs01\nTicket: 12", dedupKey: "0198c000-0000-7000-8000-000000000001", events: [], priority: 1)
        message.isFollowUp = kind == "number"
        message.isClosing = kind == "close"
        return message
    }

    /// An answer as the service gives it.
    private func own(_ service: Service) -> String {
        switch service {
        case .opsgenie: #"{"result":"Request will be processed","took":0.3,"requestId":"43a29c5c"}"#
        case .pagerDuty: #"{"status":"success","message":"Event processed","dedup_key":"k"}"#
        case .slack: "ok"
        case .teams, .onPage, .email: ""
        }
    }

    /// What a lane makes of an outcome.
    private func report(_ service: Service, _ outcome: VendorOutcome, _ kind: String = "page") throws -> PageReport? {
        var lane = PageLaneStation()
        let order = PageOrder(row: 1, message: Self.message(kind), pager: Self.pager(service))
        for case .report(_, let report) in lane.handle(.deliver(order), now: now) { return report }
        for case .report(_, let report) in lane.handle(.outcome(row: 1, outcome), now: now) { return report }
        return nil
    }

    @Test("every HTTP status: done, tried again, or refused", arguments: services)
    func statuses(service: Service) throws {
        for status in 200..<600 {
            let body = status < 300 ? own(service) : #"{"message":"no \#(Self.secret)"}"#
            let reply = VendorReply(status: status, retryAfter: nil, body: Array(body.utf8))
            let report = try #require(try report(service, .reply(reply)))
            let said: String
            switch report {
            case .taken where status < 300: continue
            case .retry(let reason, nil) where status >= 500 || Self.passing.contains(status): said = reason
            case .refused(let reason) where (300..<500).contains(status) && !Self.passing.contains(status):
                said = reason
            default:
                Issue.record("\(status): \(report)")
                continue
            }
            #expect(said.hasPrefix("\(service.rawValue) answered \(status)") && !said.contains(Self.secret))
        }
    }

    @Test("no whole answer: tried again, with nothing secret in the reason", arguments: services)
    func noAnswer(service: Service) throws {
        let outcomes: [VendorOutcome] = [
            .notSent(reason: "no route to \(Self.secret)"), .ambiguous(reason: "reset by \(Self.secret)"),
        ]
        for outcome in outcomes {
            guard case .retry(let reason, nil)? = try report(service, outcome) else {
                Issue.record("\(outcome) is not tried again")
                continue
            }
            #expect(!reason.contains(Self.secret) && reason.contains("***"))
        }
    }

    @Test("a pause that the service asks for is kept to", arguments: services)
    func pause(service: Service) throws {
        for status in [429, 503] {
            let reply = VendorReply(status: status, retryAfter: "45", body: [])
            guard case .retry(_, .seconds(45)?)? = try report(service, .reply(reply)) else {
                Issue.record("\(status)")
                continue
            }
        }
    }

    @Test("a web page with status 200 is no success", arguments: [Service.opsgenie, .pagerDuty, .slack])
    func foreign(service: Service) throws {
        for body in ["<html>sign in</html>", "{}", ""] {
            guard case .retry? = try report(service, .reply(VendorReply(status: 200, body: Array(body.utf8)))) else {
                Issue.record("'\(body)' was taken")
                continue
            }
        }
    }

    @Test("what is to be closed or told and is not there any more is nothing to do")
    func gone() throws {
        for kind in ["number", "close"] {
            guard case .nothingToDo? = try report(.opsgenie, .reply(VendorReply(status: 404, body: [])), kind) else {
                Issue.record("\(kind)")
                continue
            }
        }
    }

    @Test("the key stands where the service reads it, and nowhere else", arguments: services)
    func key(service: Service) throws {
        for kind in ["page", "number", "close"] {
            let interface = try #require(PagerInterfaces.interface(of: Self.pager(service)))
            guard let call = interface.call(Self.message(kind)) else {
                #expect(kind == "close" && !service.knowsAliases || kind == "number" && !service.takesFollowUps)
                continue
            }
            #expect(call.method == "POST" && call.url.hasPrefix("https://"))
            let places = [
                call.url.contains(Self.secret), call.headers.contains { $0.value.contains(Self.secret) },
                String(decoding: call.body, as: UTF8.self).contains(Self.secret),
            ]
            #expect(places == [service == .slack || service == .teams, service == .opsgenie, service == .pagerDuty])
        }
    }
}
