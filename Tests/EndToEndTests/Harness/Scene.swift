import Formats
import Platform
import TestSupport

/// A folder with a configuration, a sandbox in a process of its own, and services that are started on them.
final class Scene: Sendable {
    let folder: String
    let sandbox: Program
    let sandboxAddress: String
    /// Where the sandbox takes mail.
    let mailAddress: String
    let configuration: ConfigurationCopy

    private init(
        _ folder: String, _ change: (inout ConfigurationCopy, _ sandbox: String, _ mail: String) -> Void
    ) throws {
        self.folder = folder
        sandbox = try Program(
            ["sandbox", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0", "--until-stdin-closes"], in: folder)
        sandboxAddress = try sandbox.sandboxAddress()
        mailAddress = try sandbox.mailAddress()
        var configuration = try ConfigurationCopy()
        configuration.set(
            "PSA_URL", "http://\(sandboxAddress)/connectwise", in: "RMM_SETTINGS", of: "ITPConfig.ini")
        configuration.set("QuietPeriod", "1s", in: "QUEUE")
        configuration.set("Address", "127.0.0.1:0", in: "LISTEN")
        change(&configuration, sandboxAddress, mailAddress)
        try configuration.write(to: folder + "/config")
        self.configuration = configuration
    }

    /// Runs `body` with a scene on a thread of its own; afterwards all its processes and files are gone.
    static func with(
        change: @escaping @Sendable (inout ConfigurationCopy) -> Void = { _ in },
        _ body: @escaping @Sendable (Scene) throws -> Void
    ) async throws {
        try await with(changeFor: { configuration, _, _ in change(&configuration) }, body)
    }

    /// The same with a configuration that names the sandbox's addresses.
    static func with(
        changeFor change: @escaping @Sendable (inout ConfigurationCopy, _ sandbox: String, _ mail: String) -> Void,
        _ body: @escaping @Sendable (Scene) throws -> Void
    ) async throws {
        try await onThread("itp-scene") {
            try withTemporaryFolder { folder in
                let scene = try Scene(folder, change)
                try body(scene)
                try scene.sandbox.kill()
            }
        }
    }

    var config: String { folder + "/config" }
    var data: String { folder + "/data" }

    /// Starts a service on the scene's data and waits until it takes alerts.
    func serve(_ words: [String] = []) throws -> Service {
        let program = try Program(["serve", "--config", config, "--data", data] + words, in: folder)
        return Service(program: program, address: try program.serviceAddress())
    }

    /// Runs a command of the program to its end.
    func run(_ words: String...) throws -> Program.Result { try Program.run(words, in: folder) }

    /// A page of the sandbox.
    func sandboxPage(_ name: String) throws -> JSON {
        try Connection(sandboxAddress).ask("GET", "/sandbox/\(name)").json
    }

    /// All tickets that the sandbox holds.
    func tickets() throws -> [Ticket] { (try sandboxPage("tickets").array ?? []).map(Ticket.init) }

    /// Orders a fault that strikes the next request for a new ticket.
    func order(fault: String) throws {
        let rule: JSON = [
            "vendor": "connectwise", "match": "POST service/tickets", "fault": .string(fault), "count": 1,
        ]
        let answer = try Connection(sandboxAddress).ask("POST", "/sandbox/faults", [], rule.bytes)
        guard answer.status == 201 else { throw Trouble("the sandbox takes no faults: \(answer.json.compact)") }
    }

    /// A ticket of the sandbox.
    struct Ticket: Sendable {
        var json: JSON

        subscript(name: String) -> String { json[name]?.string ?? "" }

        var reference: String { self["externalRef"] }
    }
}

/// A running service.
struct Service: Sendable {
    let program: Program
    let address: String

    /// One request on a connection of its own.
    func ask(_ method: String, _ path: String, _ headers: [String] = [], _ body: [UInt8] = []) throws -> Answer {
        try Connection(address).ask(method, path, headers, body)
    }

    /// Posts an alert that is to be accepted; gives its event's ID.
    func post(_ alert: Alert, _ headers: [String] = []) throws -> String {
        let answer = try ask("POST", "/v1/alerts", Alert.headers + headers, alert.body)
        guard answer.status == 200, let id = answer.json["ids"]?.array?.first?.string else {
            throw Trouble("the alert was not accepted: \(answer.head)\(answer.json.compact)")
        }
        return id
    }

    /// An event; null before it is decided.
    func event(_ id: String) throws -> JSON {
        let answer = try ask("GET", "/v1/events/\(id)")
        return answer.status == 200 ? answer.json : .null
    }

    /// All events, in the order in which they were decided.
    func events() throws -> [JSON] {
        var events: [JSON] = []
        var cursor = ""
        while true {
            let page = try ask("GET", "/v1/events?limit=1000&cursor=\(cursor)").json
            events += page["events"]?.array ?? []
            guard let next = page["next"]?.string else { return events.reversed() }
            cursor = next
        }
    }

    /// An event once it is decided and, where something was to be delivered, delivered.
    func settledEvent(_ id: String) throws -> JSON {
        var event = JSON.null
        let settled = try waitUntil {
            event = try self.event(id)
            return ["delivered", "confirmed"].contains(event["state"]?.string)
        }
        guard settled else { throw Trouble("event \(id) does not settle: \(event.compact)\n\(program.errors)") }
        return event
    }

    /// Whether every accepted alert is decided and nothing is left to deliver.
    func isSettled() throws -> Bool { Service.isSettled(try ask("GET", "/stats").json) }

    private static func isSettled(_ stats: JSON) -> Bool {
        let open = (stats["outbox"]?.members ?? []).reduce(0) { $0 + ($1.value.integer ?? 0) }
        guard let durable = stats["journal"]?["durable"]?.integer else { return false }
        return open == 0 && stats["watermark"]?.integer == durable
    }

    /// Waits until every accepted alert is decided and nothing is left to deliver.
    func settleAll(seconds: Int = 20) throws {
        var stats = JSON.null
        let settled = try waitUntil(seconds: seconds) {
            stats = try ask("GET", "/stats").json
            return Service.isSettled(stats)
        }
        guard settled else { throw Trouble("the service does not settle: \(stats.compact)\n\(program.errors)") }
    }

    /// Ends the service as an operator would.
    func stop() throws {
        try program.send(signal: 15)
        guard try program.end(within: 10) == .exited(0) else { throw Trouble("no clean end: \(program.errors)") }
    }
}

/// An alert of our own JSON.
struct Alert: Sendable {
    static let headers = ["Content-Type: application/json"]

    var subject: String
    var agent = "dhcp01.servers.acme"
    var text = "The DHCP service found no address to lease."
    var state = "firing"

    static let dhcp = Alert(subject: "EVT|DHCP Server|1033|SYSTEM|ERROR|MB-DHCP-S.EVT.S.P3.Alm")
    static let cancelled = Alert(subject: "EVT|Service Control Manager|7036|SYSTEM|INFO|MB-SCM-S.EVT.S.P3.Alm")
    static let restricted = Alert(subject: "BKP|Backup|1|||MB-BACKUP.BKP.S.P3.Alm")
    static let dropped = Alert(subject: "EVT|Disk Check|55|SYSTEM|INFO|MB-CHKDSK.EVT.S.P3.Chk")
    static let unparseable = Alert(subject: "something is wrong with the server")

    func of(agent: String) -> Alert {
        var other = self
        other.agent = agent
        return other
    }

    var body: [UInt8] {
        let json: JSON = [
            "subject": .string(subject), "body": .string(text), "agent": .string(agent), "os": "Windows Server 2022",
            "state": .string(state),
        ]
        return json.bytes
    }
}
