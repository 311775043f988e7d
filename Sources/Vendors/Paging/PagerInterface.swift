import Events
import Formats
import Settings

/// What a pager's service is asked in, and what its answers mean. Whoever adds a service adds one of these.
protocol PagerInterface: Sendable {
    /// Texts that nobody may read in a reason.
    var secrets: [String] { get }

    /// The call that tells of a message; nil where the service has none for it.
    func call(_ message: MessageOrder) -> VendorCall?

    /// Whether an answer in the two hundreds is the service's own: a wrong address may well answer with a web page.
    func isOwn(_ reply: VendorReply) -> Bool

    /// What the service says of a refusal; empty where it says nothing.
    func words(_ reply: VendorReply) -> String
}

extension PagerInterface {
    /// What came of a call.
    func report(_ outcome: VendorOutcome, _ message: MessageOrder, _ name: String, _ now: Instant) -> PageReport {
        switch outcome {
        case .notSent(let reason): return .retry(reason: hidingSecrets(in: "\(name): \(reason)"), after: nil)
        case .ambiguous(let reason):
            return .retry(reason: hidingSecrets(in: "\(name), unclear whether it was taken: \(reason)"), after: nil)
        case .reply(let reply):
            let said = inOneLine(words(reply)).prefix(300)
            let reason = hidingSecrets(in: "\(name) answered \(reply.status)\(said.isEmpty ? "" : ": \(said)")")
            switch reply.status {
            case 200..<300:
                return isOwn(reply)
                    ? .taken : .retry(reason: reason + ", but not as the service does; see NotifyURL", after: nil)
            // What is gone at the pager's need not be closed there, nor told anything.
            case 404 where message.isClosing || message.isFollowUp: return .nothingToDo(reason: reason)
            case 408, 425, 429, 500..<600: return .retry(reason: reason, after: pause(reply, now))
            default: return .refused(reason: reason)
            }
        }
    }

    private func pause(_ reply: VendorReply, _ now: Instant) -> Instant.Span? {
        reply.retryAfter == nil ? nil : TicketReplies.pause(after: reply, now)
    }

    func hidingSecrets(in text: String) -> String {
        secrets.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "***") }
    }

    /// The `message` and the `errors` of a JSON answer.
    func jsonWords(_ reply: VendorReply) -> String {
        guard let json = JSON(ifValid: reply.body) else { return "" }
        let errors = json["errors"]?.array?.compactMap(\.string) ?? []
        return ([json["message"]?.string ?? ""] + errors).filter { !$0.isEmpty }.joined(separator: "; ")
    }
}

/// The interface of each service.
enum PagerInterfaces {
    /// The interface of a pager; nil where its service has none that ITP speaks, or no key is given.
    static func interface(of pager: NotificationSettings.Pager) -> (any PagerInterface)? {
        guard let key = pager.key, !key.isEmpty else { return nil }
        switch pager.service {
        case .opsgenie: return Opsgenie(base: pager.url, key: key)
        case .pagerDuty: return PagerDuty(base: pager.url, key: key)
        case .slack: return SlackWebhook(base: pager.url, key: key)
        case .teams: return TeamsWebhook(base: pager.url, key: key)
        case .onPage, .email: return nil
        }
    }
}

/// A base address without the slash at its end, and without any of the paths that people copy along with it.
func pagerBase(_ url: String, without paths: [String]) -> String {
    let trimmed = { (text: String) in text.hasSuffix("/") ? String(text.dropLast()) : text }
    var base = trimmed(url)
    for path in paths where base.hasSuffix(path) { base = trimmed(String(base.dropLast(path.count))) }
    return base
}

/// A text of so many UTF-16 units at most, with an ellipsis where something is missing. Services do not say what they count.
func shortened(_ text: String, to limit: Int) -> String {
    guard text.utf16.count > limit else { return text }
    var kept = ""
    var units = 0
    for character in text {
        units += character.utf16.count
        guard units < limit else { break }
        kept.append(character)
    }
    return kept + "…"
}
