import Formats

/// The last requests that came, oldest first, and how many there were.
struct RequestLog: Sendable {
    static let maximumEntries = 10_000
    static let maximumBodyBytes = 16 << 10
    static let maximumReferences = 1_000_000

    private var entries: [JSON] = []
    /// Where the oldest entry stands once the list is full.
    private var start = 0
    private(set) var requestsByVendor: [String: Int] = [:]
    /// How often a ticket with that reference was asked for, whatever became of it.
    private(set) var ticketPosts: [String: Int] = [:]

    /// The entries from the oldest to the newest.
    func all(last: Int) -> [JSON] { (entries[start...] + entries[..<start]).suffix(last) }

    mutating func count(vendor: String, reference: String?) {
        requestsByVendor[vendor, default: 0] += 1
        guard let reference, ticketPosts[reference] != nil || ticketPosts.count < RequestLog.maximumReferences else {
            return
        }
        ticketPosts[reference, default: 0] += 1
    }

    /// Keeps a request with what was answered; no status means that no answer was given.
    mutating func add(_ request: SandboxRequest, vendor: String, time: String, status: Int?, fault: String?) {
        let query = request.query.map {
            percentEncoded($0.0) + "=" + (RequestLog.isSecret($0.0) ? "***" : percentEncoded($0.1))
        }
        let headers = request.headers.map { JSON.Member($0.0, .string(RequestLog.masked($0.0, $0.1))) }
        let body = RequestLog.shownBody(request)
        let entry: JSON = [
            "time": .string(time), "vendor": .string(vendor), "method": .string(request.method),
            "path": .string(request.path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))),
            "headers": .object(headers), "body": .string(body),
            "bodyBytes": .integer(request.body.count), "status": status.map { .integer($0) } ?? .null,
            "fault": .text(fault),
        ]
        if entries.count < RequestLog.maximumEntries {
            entries.append(entry)
        } else {
            entries[start] = entry
            start = (start + 1) % entries.count
        }
    }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["authorization", "secret", "token", "password", "integrationcode", "key", "cookie", "sign", "sig"]
            .contains {
                name.contains($0)
            }
    }

    /// The body's beginning; of a form that holds a secret, its fields without that.
    private static func shownBody(_ request: SandboxRequest) -> String {
        var body = request.body
        if let form = FormBody(request), form.parts.contains(where: { isSecret($0.name) }) {
            let fields = form.parts.map {
                percentEncoded($0.name) + "=" + (isSecret($0.name) ? "***" : percentEncoded($0.text))
            }
            body = Array(fields.joined(separator: "&").utf8)
        }
        // The key of an event for PagerDuty stands in its body.
        if request.path.hasPrefix("/pagerduty"), let members = JSON(ifValid: body)?.members {
            body =
                JSON.object(members.map { isSecret($0.name) && $0.name != "dedup_key" ? .init($0.name, "***") : $0 })
                .bytes
        }
        return String(decoding: body.prefix(maximumBodyBytes), as: UTF8.self)
    }

    /// The scheme of a credential is kept, the credential is not.
    private static func masked(_ name: String, _ value: String) -> String {
        guard isSecret(name) else { return value }
        let words = value.split(separator: " ", maxSplits: 1)
        return words.count == 2 && name.equalsIgnoringCase("authorization") ? "\(words[0]) ***" : "***"
    }
}
