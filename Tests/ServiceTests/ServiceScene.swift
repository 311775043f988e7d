import Dispatch
import Events
import Formats
import Platform
import Service
import Settings
import TestSupport

/// A configuration in memory that a test changes while a service runs on it.
final class Source: Sendable {
    private struct State: Sendable {
        var files: [String: String]
        var version: Int64 = 0
    }

    private let state: Guarded<State>

    init(_ rules: String, service: String = "") {
        state = Guarded(State(files: ["ITPConfig.ini": rules, "ITPSvcCfg.ini": service]))
    }

    /// Changes a file; whoever watches sees that it has changed.
    func write(_ text: String, to name: String = "ITPConfig.ini") {
        state.with {
            $0.files[name] = text
            $0.version += 1
        }
    }

    /// What a service is handed; it looks for changes at this pace.
    func configuration(watchEvery: Instant.Span = .hours(1)) -> ConfigurationSource {
        var source = ConfigurationSource(
            read: { [state] in
                let files = state.with { $0.files }
                return ConfigurationFiles(
                    files: files.sorted { $0.key < $1.key }.map { .init(name: $0.key, bytes: Array($0.value.utf8)) })
            },
            stamps: { [state] in
                // The size stands for all that may change.
                var stamp = try FileStamp(of: "/")
                stamp.bytes = state.with { $0.version }
                return [stamp]
            }, secrets: ConfigurationFolder.resolveSecret)
        source.watchEvery = watchEvery
        return source
    }
}

/// A service in this process, with its data in a folder that lasts as long as the test.
struct Scene {
    /// A tenant whose PSA nobody answers for.
    static let connectWise = """
        [RMM_SETTINGS]
        PSA_Type=CWF
        PSA_URL=http://127.0.0.1:9
        PSA_AV1=acme
        PSA_AV2=env:HOME
        PSA_AV3=env:HOME
        PSA_ClientID=guid
        PSA_CW_Board=Alerts
        """

    let folder: String
    let source: Source

    /// Runs `body` with a service on the source's files.
    func serve(
        watchEvery: Instant.Span = .hours(1), log: Log? = nil, clock: any Clock = SystemClock(),
        _ body: (RunningService) throws -> Void
    ) throws {
        var options = ServiceOptions(
            dataFolder: folder, configuration: source.configuration(watchEvery: watchEvery), version: "test")
        options.listen = "127.0.0.1:0"
        let service = try Service(options, log: log ?? Log(form: .json, sink: Silence()), clock: clock) { _ in }
        defer { service.stop() }
        try body(try RunningService(service))
    }

    /// Runs `body` on a thread of its own with a scene.
    static func with(
        _ rules: String, service: String = "", _ body: @escaping @Sendable (Scene) throws -> Void
    ) async throws {
        try await onThread("itp-service-test") {
            try withTemporaryFolder { folder in
                try body(Scene(folder: folder + "/data", source: Source(rules, service: service)))
            }
        }
    }
}

/// A log that nobody reads.
private struct Silence: LogSink {
    func write(_ line: [UInt8]) {}
}

/// Why a test cannot go on.
struct Trouble: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// A service and a client for it.
final class RunningService {
    let service: Service
    private let courier: Courier

    init(_ service: Service) throws {
        self.service = service
        courier = try Courier(Courier.Settings(version: "test"))
    }

    deinit { courier.stop() }

    func ask(
        _ method: String, _ path: String, _ headers: [(String, String)] = [], _ body: [UInt8] = []
    ) throws -> (status: Int, json: JSON) {
        let reply = try reply(method, path, headers, body)
        return (reply.status, reply.body.isEmpty ? .null : try JSON(parsing: reply.body))
    }

    /// A page that is no JSON.
    func text(_ path: String, _ headers: [(String, String)] = []) throws -> (status: Int, text: String) {
        let reply = try reply("GET", path, headers)
        return (reply.status, String(decoding: reply.body, as: UTF8.self))
    }

    func reply(
        _ method: String, _ path: String, _ headers: [(String, String)] = [], _ body: [UInt8] = []
    ) throws -> IncomingReply {
        try courier.reply(
            to: OutgoingCall(method: method, url: "http://\(service.address)\(path)", headers: headers, body: body))
    }

    /// Posts an alert of an org; gives its event's ID.
    func post(org: String, subject: String = "EVT|Spooler|1|||MB-X.EVT.S.P3.Alm") throws -> String {
        let alert: JSON = ["subject": .string(subject), "orgId": .string(org), "agent": .string("a.\(org)")]
        let answer = try ask("POST", "/v1/alerts", [("Content-Type", "application/json")], alert.bytes)
        guard answer.status == 200, let id = answer.json["ids"]?.array?.first?.string else {
            throw Trouble("not accepted: \(answer)")
        }
        return id
    }

    /// An event once it is in one of these states.
    func event(_ id: String, in states: Set<String> = ["decided", "delivered", "confirmed"]) throws -> JSON {
        var event = JSON.null
        let found = try waitUntil {
            event = try ask("GET", "/v1/events/\(id)").json
            return states.contains(event["state"]?.string ?? "")
        }
        guard found else { throw Trouble("event \(id) does not come to \(states): \(event.compact)") }
        return event
    }

    func reload() throws -> (status: Int, json: JSON) { try ask("POST", "/admin/reload") }

    var health: (status: String, reasons: [String]) {
        get throws {
            let answer = try ask("GET", "/health").json
            return (answer["status"]?.string ?? "", (answer["reasons"]?.array ?? []).map { $0.string ?? "" })
        }
    }
}

extension Courier {
    /// Sends a call and waits for its reply.
    func reply(to call: OutgoingCall) throws -> IncomingReply {
        let outcome = Guarded<CallOutcome?>(nil)
        let answered = DispatchSemaphore(value: 0)
        send(call) { result in
            outcome.with { $0 = result }
            answered.signal()
        }
        answered.wait()
        guard case .reply(let reply) = outcome.with({ $0 }) else {
            throw Trouble("no answer to \(call.method) \(call.url)")
        }
        return reply
    }
}
