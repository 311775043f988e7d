import Events
import Formats
import Settings

/// Autotask as one of the PSAs that a lane delivers to; facts from the contract's section 1.
struct Autotask: TicketSystem {
    /// Where the API is, where the configuration names it; else it is asked for.
    let fixedBase: String?
    private let user: String
    private let headers: [VendorCall.Header]
    private let secrets: [String]
    /// By default of the 10,000 that all integrations of a database share.
    let hourlyLimit: Int?
    /// A text this short would be found in any sentence.
    private static let shortestSecret = 6

    /// `PSA_URL` is empty, or a host or base URL; `PSA_AV1` the API user, 2 the secret, 3 the integration code.
    init(_ account: PSAAccount) {
        var url = account.url
        while url.hasSuffix("/") { url.removeLast() }
        if !url.isEmpty, !url.contains("://") { url = "https://" + url }
        let version = "/v1.0"
        if url.lowercased().hasSuffix(version) { url.removeLast(version.count) }
        if !url.isEmpty, !url.lowercased().hasSuffix("/atservicesrest") { url += "/ATServicesRest" }
        fixedBase = url.isEmpty ? nil : url
        user = account.values[1] ?? ""
        hourlyLimit = account.callsPerHour ?? 8000
        let secret = account.values[2] ?? ""
        let code = account.values[3] ?? ""
        secrets = [secret, code].filter { $0.utf8.count >= Autotask.shortestSecret }
        headers = [
            VendorCall.Header("ApiIntegrationCode", code), VendorCall.Header("UserName", user),
            VendorCall.Header("Secret", secret), VendorCall.Header("Accept", "application/json"),
        ]
    }

    var name: String { "Autotask" }
    var statusPlace: String { "Autotask" }
    var hint: String { "; check PSA_AV1…3 (API user, secret, integration code) and PSA_URL" }
    /// Three calls at once are allowed for each kind of record; one is left to others.
    var concurrencyLimit: Int { 2 }
    func meter(_ call: VendorCall) -> String { "" }

    func asksUsage(_ session: VendorSession?) -> VendorCall? {
        fixedBase == nil && session == nil ? nil : get("ThresholdInformation", session)
    }

    func usage(in reply: VendorReply) -> Int? {
        guard case .done(let record) = meaning(of: reply), let limit = record["externalRequestThreshold"]?.integer,
            limit > 0, let used = record["currentTimeframeRequestCount"]?.integer
        else { return nil }
        return Int(min(max(used, 0), limit) * 100 / limit)
    }

    func hidingSecrets(in text: String) -> String { secrets.reduce(text) { $0.replacing($1, with: "***") } }

    /// Which of the vendor's zones the account is in; asked without credentials.
    var connecting: VendorCall? {
        guard fixedBase == nil else { return nil }
        return VendorCall(
            method: "GET",
            url: "https://webservices.autotask.net/atservicesrest/v1.0/zoneInformation?user="
                + TicketReplies.percentEncoded(user),
            headers: [VendorCall.Header("Accept", "application/json")])
    }

    private static let zoneLifetime = Instant.Span.hours(12)

    func session(in reply: VendorReply, _ now: Instant) -> (VendorSession?, String) {
        guard case .done(let zone) = meaning(of: reply), let url = zone["url"]?.string else {
            return (nil, "Autotask names no zone for the API user: \(sentence(reply))\(hint)")
        }
        // The secret is sent there: nothing but the vendor's own hosts is taken.
        guard let host = Autotask.host(ofHTTPS: url), Autotask.isZone(host) else {
            return (nil, "Autotask names a zone that is none of its own: '\(TicketReplies.oneLine(url).prefix(80))'")
        }
        let web = zone["webUrl"]?.string ?? ""
        let isOwnWeb = Autotask.host(ofHTTPS: web)?.hasSuffix(".autotask.net") ?? false
        return (
            VendorSession(
                base: Autotask.withoutSlash(url), web: isOwnWeb ? Autotask.withoutSlash(web) : "",
                until: now + Autotask.zoneLifetime), ""
        )
    }

    private static func withoutSlash(_ url: String) -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    /// The host of an https address that has neither a user nor a port in it.
    private static func host(ofHTTPS url: String) -> String? {
        let scheme = "https://"
        guard url.lowercased().hasPrefix(scheme) else { return nil }
        let host = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
        let isPlain = host.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        return isPlain ? host : nil
    }

    /// `webservices`, digits, `.autotask.net`.
    private static func isZone(_ host: String) -> Bool {
        guard host.hasPrefix("webservices"), host.hasSuffix(".autotask.net") else { return false }
        let number = host.dropFirst("webservices".count).dropLast(".autotask.net".count)
        return number.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    func get(_ path: String, _ session: VendorSession?) -> VendorCall {
        VendorCall(method: "GET", url: url(path, session), headers: headers)
    }

    func write(_ method: String, _ path: String, _ body: JSON, _ session: VendorSession?) -> VendorCall {
        VendorCall(
            method: method, url: url(path, session),
            headers: headers + [VendorCall.Header("Content-Type", "application/json")], body: body.bytes)
    }

    private func url(_ path: String, _ session: VendorSession?) -> String {
        (session?.base ?? fixedBase ?? "") + "/V1.0/" + path
    }
}
