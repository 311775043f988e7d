import Formats

/// The services that page people, and the chats that are told: the first word of their paths.
enum PagerVendor: String, CaseIterable, Sendable {
    case opsgenie, pagerduty, slack, teams
}

/// What a pager was told, as `/sandbox/pages` shows it.
struct SandboxPage: Sendable {
    var service: PagerVendor
    /// `alias` or `dedup_key`; empty where the service knows none.
    var alias: String
    var message: String
    var details: String
    var priority: String
    /// Posts to a chat stay open: nobody can close them.
    var isOpen = true
    /// How often it was told while it was open.
    var count = 1
    var notes: [String] = []
    var isAcknowledged = false
    var createdAt: String
    var updatedAt: String

    var json: JSON {
        [
            "service": .string(service.rawValue), "alias": .string(alias), "message": .string(message),
            "details": .string(details), "priority": .string(priority), "status": .string(isOpen ? "open" : "closed"),
            "acknowledged": .bool(isAcknowledged), "count": .integer(count), "notes": .array(notes.map { .string($0) }),
            "createdAt": .string(createdAt), "updatedAt": .string(updatedAt),
        ]
    }
}

/// The pagers' stand-ins: what they were told, in the order of telling.
struct PagerSandbox: Sendable {
    static let genieKey = "sandbox-genie"
    static let routingKey = String(repeating: "a", count: 32)
    static let slackHook = "/slack/services/T000/B000/sandbox"
    static let teamsHook = "/teams/workflows/sandbox/triggers/manual/paths/invoke"
    static let teamsSignature = "sandbox-signature"
    /// More are not kept: the oldest go.
    private static let maximum = 100_000

    var pages: [SandboxPage] = []
    /// What became of Opsgenie's requests, by their ids.
    var requests: [String: JSON] = [:]
    var requestCount = 0

    /// Answers a request; nil where the word is no pager's.
    mutating func handle(_ word: String, _ request: SandboxRequest, now: Int64) -> SandboxReply? {
        guard let vendor = PagerVendor(rawValue: word) else { return nil }
        if pages.count >= PagerSandbox.maximum { pages.removeFirst(PagerSandbox.maximum / 10) }
        switch vendor {
        case .opsgenie: return opsgenie(request, now: now)
        case .pagerduty: return pagerDuty(request, now: now)
        case .slack: return slack(request, now: now)
        case .teams: return teams(request, now: now)
        }
    }

    /// The service's own form of a refusal that was ordered; nil where the word is no pager's.
    func failure(_ word: String, _ status: Int) -> SandboxReply? {
        switch PagerVendor(rawValue: word) {
        case .opsgenie: PagerSandbox.opsgenieError(status, "a fault that was asked for")
        case .pagerduty: PagerSandbox.pagerDutyError(status, "a fault that was asked for")
        case .slack: SandboxReply(status: status, text: status == 429 ? "rate_limited" : "rollup_error")
        case .teams:
            SandboxReply(status: status, json: ["error": ["code": "Fault", "message": "a fault that was asked for"]])
        case nil: nil
        }
    }

    /// The open page of that alias.
    func open(_ service: PagerVendor, _ alias: String) -> Int? {
        pages.lastIndex { $0.service == service && $0.alias == alias && $0.isOpen }
    }

    /// Told while it is open, a page is counted; else it is another one.
    mutating func trigger(_ page: SandboxPage) {
        guard !page.alias.isEmpty, let index = open(page.service, page.alias) else { return pages.append(page) }
        pages[index].count += 1
        pages[index].updatedAt = page.createdAt
        // PagerDuty shows the latest text, Opsgenie keeps the first.
        if page.service == .pagerduty { pages[index].message = page.message }
    }

    // MARK: Chats

    private mutating func slack(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        guard request.path == PagerSandbox.slackHook else { return SandboxReply(status: 404, text: "no_service") }
        guard request.method == "POST" else { return SandboxReply(status: 405, text: "method_not_allowed") }
        guard let json = JSON(ifValid: request.body), let text = json["text"]?.string, text.utf8.count <= 40_000 else {
            return SandboxReply(status: 400, text: "invalid_payload")
        }
        guard !text.isEmpty else { return SandboxReply(status: 400, text: "no_text") }
        add(.slack, text, now)
        return SandboxReply(status: 200, text: "ok")
    }

    private mutating func teams(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        let error = { (status: Int, code: String, message: String) in
            SandboxReply(status: status, json: ["error": ["code": .string(code), "message": .string(message)]])
        }
        guard request.path == PagerSandbox.teamsHook else { return error(404, "WorkflowNotFound", "no such workflow") }
        guard request.parameter("sig") == PagerSandbox.teamsSignature else {
            return error(401, "DirectApiAuthorizationRequired", "the signature is wrong")
        }
        guard request.body.count <= 28_000 else {
            return error(413, "RequestEntityTooLarge", "the message is too large")
        }
        let attachment = JSON(ifValid: request.body)?["attachments"]?.array?.first
        let card = attachment?["content"]
        guard attachment?["contentType"]?.string == "application/vnd.microsoft.card.adaptive",
            card?["type"]?.string == "AdaptiveCard", let body = card?["body"]?.array, !body.isEmpty
        else { return error(400, "TriggerInputSchemaMismatch", "there is no adaptive card") }
        add(.teams, body.compactMap { $0["text"]?.string }.joined(separator: "\n"), now)
        return SandboxReply(status: 202)
    }

    private mutating func add(_ service: PagerVendor, _ text: String, _ now: Int64) {
        let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let time = SandboxTime.text(now)
        trigger(
            SandboxPage(
                service: service, alias: "", message: String(lines.first ?? ""),
                details: lines.count > 1 ? String(lines[1]) : "", priority: "", createdAt: time, updatedAt: time))
    }
}
