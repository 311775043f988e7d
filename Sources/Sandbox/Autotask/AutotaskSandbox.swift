import Formats

/// Autotask PSA's stand-in: its REST interface under `/autotask/atservicesrest/v1.0/`, as strict as its public contract.
/// Paths are taken in any case and with or without a slash at their end, as the vendor takes them.
public struct AutotaskSandbox: VendorSandbox {
    /// The credentials that it accepts.
    static let user = "api@sandbox.example"
    static let secret = "sandbox-secret"
    static let integrationCode = "sandbox-code"
    /// The API user's own record.
    static let resource: Int64 = 29_682_885

    /// The address of the REST interface with a slash at its end, as zone discovery gives it.
    let serviceURL: String
    var rows: [AutotaskEntity: [Record]]
    var picklists: [AutotaskEntity: [String: [AutotaskPick]]]
    var nextTicket: Int64 = 7001
    var nextNote: Int64 = 17_001
    var nextOther: Int64 = 100_001
    /// How many tickets were made on each day, for their numbers.
    var ticketsOfDay: [String: Int] = [:]
    /// How many bytes can be attached in five minutes.
    public var attachmentWindowBytes = 10_000_000
    /// When how many bytes were attached.
    var attached: [(at: Int64, bytes: Int)] = []
    var meter = CallMeter(CallLimits(concurrent: 3, perWindow: 10_000, windowSeconds: 3600))

    /// A stand-in with its seed and no tickets.
    ///
    /// - Parameter baseURL: where the prefix `/autotask` is reached from outside.
    public init(baseURL: String = "http://127.0.0.1:9090/autotask") {
        serviceURL = baseURL + "/ATServicesRest/"
        rows = AutotaskSeed.rows()
        picklists = AutotaskSeed.picklists()
    }

    /// Answers one request.
    ///
    /// - Parameter now: the time in milliseconds since 1970, for the dates in records.
    public mutating func handle(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        do throws(AutotaskFault) {
            return try answer(request, now: now)
        } catch {
            return error.reply
        }
    }

    /// The words of a path below `atservicesrest`; nil for any other path.
    private static func words(_ request: SandboxRequest) -> [String]? {
        let words = request.path.split(separator: "/").dropFirst().map(String.init)
        guard words.first?.lowercased() == "atservicesrest" else { return nil }
        return Array(words.dropFirst())
    }

    func counted(_ request: SandboxRequest) -> CallMeter.Call? {
        guard let words = AutotaskSandbox.words(request), words.count > 1 else { return nil }
        let word = words[1].lowercased()
        // It is asked before anything is known of the caller.
        guard word != "zoneinformation" else { return nil }
        var object = word
        if let entity = AutotaskEntity(path: word) {
            object = entity.rawValue
            if words.count > 3, let child = AutotaskSandbox.child(of: entity, words[3]) {
                object = child.child.rawValue
            }
        }
        return CallMeter.Call(object: object, account: "database")
    }

    /// Half a second from half of the hourly limit on, a second from three quarters of it on.
    func delayMilliseconds(now: Int64) -> Int {
        guard let limit = meter.limits.perWindow else { return 0 }
        let used = meter.used("database", now: now)
        return used * 4 >= limit * 3 ? 1000 : used * 2 >= limit ? 500 : 0
    }

    func ticketReference(_ request: SandboxRequest) -> String? {
        guard request.method == "POST", let words = AutotaskSandbox.words(request), words.count == 2,
            words[1].lowercased() == "tickets"
        else { return nil }
        return reference("externalID", in: request)
    }

    static func child(
        of entity: AutotaskEntity, _ word: String
    ) -> (word: String, child: AutotaskEntity, parentID: String)? {
        AutotaskEntity.children[entity]?.first { $0.word == word.lowercased() }
    }

    private mutating func answer(_ request: SandboxRequest, now: Int64) throws(AutotaskFault) -> SandboxReply {
        guard let words = AutotaskSandbox.words(request), let first = words.first else {
            throw .noResource(request.path)
        }
        if first.lowercased() == "versioninformation", words.count == 1 {
            return SandboxReply(status: 200, json: ["apiVersions": ["V1.0"]])
        }
        guard first.lowercased() == "v1.0", words.count > 1 else { throw .noResource(request.path) }
        let path = Array(words.dropFirst())
        if path[0].lowercased() == "zoneinformation", path.count == 1 { return try zone(request) }
        guard request.header("ApiIntegrationCode") == AutotaskSandbox.integrationCode,
            request.header("UserName") == AutotaskSandbox.user, request.header("Secret") == AutotaskSandbox.secret
        else { throw .notAuthenticated }
        // The API user's security level does not let it act for others.
        if request.header("ImpersonationResourceId") != nil { throw .noPermission }
        switch path[0].lowercased() {
        case "thresholdinformation" where path.count == 1: return try threshold(request, now: now)
        case "version" where path.count == 1:
            guard request.method == "GET" else { throw .wrongVerb(request.method) }
            return SandboxReply(
                status: 200, json: ["majorVersion": 2026, "minorVersion": 3, "build": 105, "customerType": "Sandbox"])
        default:
            guard let entity = AutotaskEntity(path: path[0]) else { throw .noResource(request.path) }
            return try resource(entity, Array(path.dropFirst()), request, now: now)
        }
    }

    private func zone(_ request: SandboxRequest) throws(AutotaskFault) -> SandboxReply {
        guard request.method == "GET" else { throw .wrongVerb(request.method) }
        guard request.parameter("user")?.equalsIgnoringCase(AutotaskSandbox.user) == true else {
            throw .errors(["Zone information could not be determined"])
        }
        return SandboxReply(
            status: 200,
            json: [
                "zoneName": "Sandbox", "url": .string(serviceURL), "webUrl": "https://ww1.autotask.net/", "ci": 1,
            ])
    }

    private func threshold(_ request: SandboxRequest, now: Int64) throws(AutotaskFault) -> SandboxReply {
        guard request.method == "GET" else { throw .wrongVerb(request.method) }
        return SandboxReply(
            status: 200,
            json: [
                "externalRequestThreshold": meter.limits.perWindow.map { .integer($0) } ?? .null,
                "requestThresholdTimeframe": .integer(meter.limits.windowSeconds / 60),
                "currentTimeframeRequestCount": .integer(meter.used("database", now: now)),
            ])
    }

    /// Everything below an entity's path.
    private mutating func resource(
        _ entity: AutotaskEntity, _ path: [String], _ request: SandboxRequest, now: Int64
    ) throws(AutotaskFault) -> SandboxReply {
        guard let first = path.first?.lowercased() else {
            guard !entity.rootVerbs.isEmpty else { throw .noResource(request.path) }
            guard entity.rootVerbs.contains(request.method) else { throw .wrongVerb(request.method) }
            return try write(entity, parent: nil, request, now: now)
        }
        switch (first, path.count) {
        case ("query", 1...2): return try query(entity, path.dropFirst().first, request)
        case ("entityinformation", 1...2):
            guard request.method == "GET" else { throw .wrongVerb(request.method) }
            return try information(entity, path.dropFirst().first, request)
        default: break
        }
        guard let id = Int64(first) else { throw .noResource(request.path) }
        guard path.count > 1 else {
            guard request.method == "GET" else { throw .wrongVerb(request.method) }
            return SandboxReply(status: 200, json: ["item": row(entity, id).map { json($0, entity) } ?? .null])
        }
        guard let child = AutotaskSandbox.child(of: entity, path[1]) else { throw .noResource(request.path) }
        return try children(entity, id, child, Array(path.dropFirst(2)), request, now: now)
    }

    private mutating func children(
        _ entity: AutotaskEntity, _ parent: Int64, _ kind: (word: String, child: AutotaskEntity, parentID: String),
        _ path: [String], _ request: SandboxRequest, now: Int64
    ) throws(AutotaskFault) -> SandboxReply {
        let child = kind.child
        if path.first?.lowercased() == "entityinformation" {
            guard request.method == "GET", path.count <= 2 else { throw .wrongVerb(request.method) }
            return try information(child, path.dropFirst().first, request)
        }
        let own = (rows[child] ?? []).filter { $0.values[kind.parentID]?.integer == parent }
        guard let word = path.first else {
            if request.method == "GET" { return list(own, child, requested: 500) }
            guard child.childVerbs.contains(request.method) else { throw .wrongVerb(request.method) }
            return try write(child, parent: (entity, parent, kind.parentID), request, now: now)
        }
        guard let id = Int64(word), path.count == 1 else { throw .noResource(request.path) }
        let found = own.first { $0.id == id }
        switch request.method {
        case "GET":
            // A file comes as a list of one, and only so with its bytes.
            if child == .ticketAttachments { return list(found.map { [$0] } ?? [], child, requested: 500, whole: true) }
            return SandboxReply(status: 200, json: ["item": found.map { json($0, child) } ?? .null])
        case "DELETE" where [.ticketAttachments, .ticketAdditionalConfigurationItems].contains(child):
            guard found != nil else { throw .errors(["No matching records found for id \(id)."]) }
            rows[child]?.removeAll { $0.id == id }
            return SandboxReply(status: 200, json: ["itemId": .integer(id)])
        default: throw .wrongVerb(request.method)
        }
    }

    /// Where a record stands in its list, which is in the order of ids.
    func index(_ entity: AutotaskEntity, _ id: Int64) -> Int? {
        let list = rows[entity] ?? []
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < list.count && list[low].id == id ? low : nil
    }

    func row(_ entity: AutotaskEntity, _ id: Int64) -> Record? { index(entity, id).flatMap { rows[entity]?[$0] } }

    /// A record with all of its properties, those without a value as null.
    func json(_ row: Record, _ entity: AutotaskEntity, whole: Bool = false) -> JSON {
        var members = entity.fields.map { field in
            // The bytes of a file come only with that one file.
            JSON.Member(field.name, field.name == "data" && !whole ? .null : row.values[field.name] ?? .null)
        }
        if entity.hasUserDefinedFields {
            members.append(JSON.Member("userDefinedFields", row.values["userDefinedFields"] ?? []))
        }
        return .object(members)
    }
}
