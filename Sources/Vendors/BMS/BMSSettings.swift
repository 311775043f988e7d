import Events
import Formats
import Settings

/// Kaseya BMS as one of the PSAs that a lane delivers to; facts from the contract's section 2.
struct BMS: TicketSystem {
    private let base: String
    private let user: String
    private let password: String
    private let tenant: String
    /// `PSA_BMS_Type`; nil = the first that BMS has.
    let type: String?
    /// BMS takes 1,500 for each endpoint; a few are left for the clocks' difference.
    let hourlyLimit: Int?

    /// `PSA_URL` is the server; `PSA_AV1` the user, 2 the password, 3 the tenant (the company's name at sign-in).
    init(_ account: PSAAccount) {
        var url = account.url
        while url.hasSuffix("/") { url.removeLast() }
        if !url.contains("://") { url = "https://" + url }
        if url.lowercased().hasSuffix("/v2") { url.removeLast(3) }
        base = url + "/v2"
        user = account.values[1] ?? ""
        password = account.values[2] ?? ""
        tenant = account.values[3] ?? ""
        type = account.options["psa_bms_type"]
        hourlyLimit = account.callsPerHour ?? 1450
    }

    var name: String { "BMS" }
    var statusPlace: String { "BMS" }
    var hint: String { "; check PSA_URL and PSA_AV1…3 (user, password, tenant)" }
    var concurrencyLimit: Int { 2 }

    /// An endpoint is a path with its IDs left out.
    func meter(_ call: VendorCall) -> String {
        call.url.prefix { $0 != "?" }.split(separator: "/").map { Int64($0) == nil ? String($0) : "{id}" }
            .joined(separator: "/")
    }

    func hidingSecrets(in text: String) -> String {
        password.utf8.count < 6 ? text : text.replacing(password, with: "***")
    }

    var connecting: VendorCall? {
        signIn(
            "authenticate",
            [("GrantType", "password"), ("UserName", user), ("Password", password), ("Tenant", tenant)])
    }

    /// The password need not travel each time that a token ends.
    func renewing(_ session: VendorSession, _ now: Instant) -> VendorCall? {
        guard !session.renewal.isEmpty, let until = session.renewableUntil, now < until else { return nil }
        return signIn("refreshtoken", [("AccessToken", session.token), ("RefreshToken", session.renewal)])
    }

    private func signIn(_ path: String, _ fields: [(String, String)]) -> VendorCall {
        let form = fields.map { "\($0.0)=\(TicketReplies.percentEncoded($0.1))" }.joined(separator: "&")
        return VendorCall(
            method: "POST", url: base + "/security/" + path,
            headers: [
                VendorCall.Header("Content-Type", "application/x-www-form-urlencoded"),
                VendorCall.Header("Accept", "application/json"),
            ], body: Array(form.utf8))
    }

    /// A token is renewed so long before its end.
    private static let margin = Instant.Span.minutes(1)
    /// Where the end of a token cannot be read, or lies beyond reason: its time zone is not documented.
    private static let lifetime = Instant.Span.minutes(10)

    func session(in reply: VendorReply, _ now: Instant) -> (VendorSession?, String) {
        guard case .done(let result) = meaning(of: reply), let token = result["accessToken"]?.string, !token.isEmpty
        else { return (nil, sentence(reply) + hint) }
        let time = { (name: String) -> Instant? in
            let text = result[name]?.string
            return text.flatMap { Instant(rfc3339: $0) ?? Instant(rfc3339: $0 + "Z") }.map { $0 - BMS.margin }
        }
        let until = time("accessTokenExpireOn")
        let isCredible = until.map { now < $0 && $0 < now + .hours(24) } ?? false
        let fallback = now + BMS.lifetime
        return (
            VendorSession(
                base: base, token: token, renewal: result["refreshToken"]?.string ?? "",
                until: isCredible ? until ?? fallback : fallback, renewableUntil: time("refreshTokenExpireOn")), ""
        )
    }

    func get(_ path: String, _ session: VendorSession?) -> VendorCall {
        VendorCall(method: "GET", url: "\(base)/\(path)", headers: headers(session))
    }

    func write(
        _ method: String, _ path: String, _ body: JSON, _ session: VendorSession?, as type: String = "application/json"
    ) -> VendorCall {
        VendorCall(
            method: method, url: "\(base)/\(path)",
            headers: headers(session) + [VendorCall.Header("Content-Type", type)], body: body.bytes)
    }

    private func headers(_ session: VendorSession?) -> [VendorCall.Header] {
        [
            VendorCall.Header("Authorization", "Bearer " + (session?.token ?? "")),
            VendorCall.Header("Accept", "application/json"),
        ]
    }
}
