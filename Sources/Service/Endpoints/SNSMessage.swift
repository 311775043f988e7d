import Events
import Formats
import Platform

/// A message of Amazon SNS, as far as its signature goes.
struct SNSMessage: Sendable {
    let topic: String
    let type: String
    let timestamp: String
    /// Where the certificate is; on one of Amazon's own hosts.
    let certificateURL: String
    /// Where a subscription is confirmed; nil for anything but a request to do so.
    let subscribeURL: String?
    private let signed: [UInt8]
    private let signature: [UInt8]
    private let hash: Signatures.Hash

    /// How long ago a message may have been sent: SNS tries again for an hour.
    private static let tolerance = Instant.Span.minutes(75)

    /// Reads a body; nil where it is no message of SNS, or names a certificate that is not Amazon's.
    init?(_ body: [UInt8]) {
        guard let json = JSON(ifValid: body) else { return nil }
        let text = { (name: String) in json[name]?.string }
        guard let type = text("Type"), let topic = text("TopicArn"), let timestamp = text("Timestamp"),
            let url = text("SigningCertURL") ?? text("SigningCertUrl"), SNSMessage.isAmazons(url),
            url.hasSuffix(".pem"),
            let signature = text("Signature").flatMap({ Base64.decode($0) })
        else { return nil }
        switch text("SignatureVersion") {
        case "1": hash = .sha1
        case "2": hash = .sha256
        default: return nil
        }
        let isNotification = type == "Notification"
        let names =
            isNotification
            ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
            : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        var signed = ""
        for name in names {
            guard let value = text(name) else {
                if name == "Subject" { continue }
                return nil
            }
            signed += "\(name)\n\(value)\n"
        }
        self.type = type
        self.topic = topic
        self.timestamp = timestamp
        self.signature = signature
        self.signed = Array(signed.utf8)
        certificateURL = url
        let subscribe = type == "SubscriptionConfirmation" ? text("SubscribeURL") : nil
        subscribeURL = subscribe.flatMap { SNSMessage.isAmazons($0) ? $0 : nil }
    }

    /// Whether it was sent a short while ago.
    func isRecent(_ now: Instant) -> Bool {
        guard let sent = Instant(rfc3339: timestamp) else { return false }
        return sent < now + SNSMessage.tolerance && now < sent + SNSMessage.tolerance
    }

    /// Whether the owner of a certificate has signed it.
    func isSigned(by certificate: [UInt8]) -> Bool {
        Signatures.isSigned(signed, by: signature, certificate: certificate, hash)
    }

    /// `https://sns.REGION.amazonaws.com/…` or `.amazonaws.com.cn`: nobody else's certificate counts, and nobody else is called.
    static func isAmazons(_ url: String) -> Bool {
        guard url.hasPrefix("https://") else { return false }
        let host = url.dropFirst(8).prefix { $0 != "/" }
        guard url.dropFirst(8).contains("/") else { return false }
        var labels = host.split(separator: ".", omittingEmptySubsequences: false)
        if labels.last == "cn" { labels.removeLast() }
        return labels.count == 4 && labels[0] == "sns" && labels[2] == "amazonaws" && labels[3] == "com"
            && !labels[1].isEmpty
            && labels[1].utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
            }
    }
}

/// Amazon's certificates, fetched once each, off the accepting threads.
final class SNSCertificates: Sendable {
    /// Fetches what is behind an address; nil where that fails.
    typealias Fetch = @Sendable (_ url: String, _ then: @escaping @Sendable ([UInt8]?) -> Void) -> Void

    /// Certificates that are kept: there is one a region, for months.
    private static let keptLimit = 64
    /// Fetches on their way at once; a request beyond them is not let in, and is sent again by SNS.
    private static let fetchLimit = 8
    private static let maxBytes = 64 << 10

    private struct State: Sendable {
        var kept: [String: [UInt8]] = [:]
        var underWay = 0
    }

    private let state = Guarded(State())
    private let fetch: Fetch

    init(fetch: @escaping Fetch) { self.fetch = fetch }

    /// Fetches through the courier.
    convenience init(_ courier: Courier) {
        self.init { url, then in
            let call = OutgoingCall(
                url: url, connectTimeoutSeconds: 5, totalTimeoutSeconds: 10, maxReplyBytes: Self.maxBytes)
            courier.send(call) { outcome in
                if case .reply(let reply) = outcome, reply.status == 200 { then(reply.body) } else { then(nil) }
            }
        }
    }

    /// Whether a message is signed: `then` is told, on this thread or another one.
    func verify(_ message: SNSMessage, then: @escaping @Sendable (Bool) -> Void) {
        let url = message.certificateURL
        if let known = state.with({ $0.kept[url] }) { return then(message.isSigned(by: known)) }
        let may = state.with { state in
            guard state.underWay < SNSCertificates.fetchLimit else { return false }
            state.underWay += 1
            return true
        }
        guard may else { return then(false) }
        fetch(url) { [state] certificate in
            let isSigned = certificate.map { message.isSigned(by: $0) } ?? false
            state.with { state in
                state.underWay -= 1
                // Only one that has proved to be good is kept.
                if isSigned, state.kept.count < SNSCertificates.keptLimit { state.kept[url] = certificate }
            }
            then(isSigned)
        }
    }
}
