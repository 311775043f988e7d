import Formats
import Settings

/// How a ConnectWise account is reached: base URL and headers, from the contract's section 1.1 and 1.2 (grade V).
struct ConnectWiseConnection: Sendable, Equatable {
    private let root: String
    /// Where the API begins, with the codebase and without a slash at the end.
    private let api: String
    private let headers: [VendorCall.Header]
    /// ConnectWise names no number that it takes in an hour.
    let hourlyLimit: Int?
    /// What all of the account's tickets have; nil for what ConnectWise chooses itself.
    let team: String?
    let severity: String?
    let impact: String?
    /// What may not be shown to anybody.
    private let secrets: [String]
    /// A text this short would be found in any sentence.
    private static let shortestSecret = 6

    /// Makes a connection from an account's settings. `PSA_URL` is a host, or a base URL with scheme and path.
    init(_ account: PSAAccount) {
        var url = account.url
        while url.hasSuffix("/") { url.removeLast() }
        if !url.contains("://") { url = "https://" + url }
        // Whoever copied the API's own address wrote codebase and version already; twice they lead nowhere.
        let version = "/apis/3.0"
        if url.lowercased().hasSuffix(version) { url.removeLast(version.count) }
        let last = url.split(separator: "/").last ?? ""
        if last.hasPrefix("v"), last.contains("_"), !last.contains(".") {
            api = url + version
            url.removeLast(last.count + 1)
        } else {
            // `v4_6_release` is the codebase of every on-premise server, and routes to the tenant's version in the cloud.
            api = url + "/v4_6_release" + version
        }
        root = url
        hourlyLimit = account.callsPerHour
        let option = { (name: String) in account.options[name].flatMap { $0.isEmpty ? nil : $0 } }
        team = option("psa_cw_team")
        severity = option("psa_cw_severity")
        impact = option("psa_cw_impact") ?? "Medium"
        let login = "\(account.values[1] ?? "")+\(account.values[2] ?? ""):\(account.values[3] ?? "")"
        let credentials = Base64.encode(Array(login.utf8))
        secrets = [credentials, account.values[2] ?? "", account.values[3] ?? ""]
            .filter { $0.utf8.count >= ConnectWiseConnection.shortestSecret }
        headers = [
            VendorCall.Header("Authorization", "Basic " + credentials),
            VendorCall.Header("clientId", account.clientID),
            VendorCall.Header("Accept", "application/json"),
        ]
    }

    /// A text with asterisks for every secret of the account.
    func hidingSecrets(in text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "***") }
    }

    /// A reading call.
    func get(_ path: String, _ query: [(String, String)] = []) -> VendorCall {
        let text = query.map { "\($0.0)=\(TicketReplies.percentEncoded($0.1))" }.joined(separator: "&")
        return VendorCall(
            method: "GET", url: url(path) + (text.isEmpty ? "" : "?" + text), headers: headers)
    }

    /// A call that makes something.
    func post(_ path: String, _ body: JSON) -> VendorCall { write("POST", path, body) }

    /// A call that changes something.
    func patch(_ path: String, _ body: JSON) -> VendorCall { write("PATCH", path, body) }

    /// A call that carries a file.
    func upload(_ path: String, _ file: FileUpload) -> VendorCall { file.call(url(path), headers) }

    private func write(_ method: String, _ path: String, _ body: JSON) -> VendorCall {
        VendorCall(
            method: method, url: url(path),
            headers: headers + [VendorCall.Header("Content-Type", "application/json; charset=utf-8")],
            body: body.bytes)
    }

    private func url(_ path: String) -> String { "\(api)/\(path)" }

    /// Where a person opens a ticket; the API's host is the user interface's with `api-` before it.
    func ticketURL(_ id: String) -> String {
        root.replacingFirst("://api-", with: "://")
            + "/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=\(id)"
    }

    /// A string literal of the conditions dialect.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for character in text {
            if character == "\"" || character == "\\" { out.append("\\") }
            out.append(character)
        }
        return out + "\""
    }
}

extension String {
    fileprivate func replacingFirst(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + self[range.upperBound...]
    }
}
