import Events
import Formats
import HTTPServer
import Mapping
import Platform
import Settings

/// Whether a request may speak for a source. Every way that the source names is tried; secrets are compared in constant
/// time, and nothing of what was expected is told.
struct SourceGate: Sendable {
    /// What came of it.
    enum Outcome {
        case allowed
        case refused
        /// It says that Amazon SNS has signed it: that takes a certificate.
        case signedByTopic(SNSMessage)
    }

    let source: OpenSource
    let head: HTTPHead
    let peer: HTTPPeer
    /// What stands behind the source's name in the path.
    let pathToken: ArraySlice<UInt8>?

    /// Whether the head alone lets the request in.
    var isShownByHead: Bool { source.proofs.contains { matchesHead($0) } }

    /// Whether the head alone says that nothing can let the request in.
    var refusesHead: Bool { !source.needsWhole && !isShownByHead }

    /// Whether the whole request is let in.
    func check(_ record: AlertRecord, now: Instant) -> Outcome {
        var outcome = Outcome.refused
        for proof in source.proofs {
            guard case .whole(let auth) = proof else {
                if matchesHead(proof) { return .allowed }
                continue
            }
            switch auth {
            case .hmac(let scheme):
                let signed = SignedRequest(head: head, body: record.body, source: source.settings, now: now)
                if signed.isSigned(by: scheme) { return .allowed }
            case .body(let path, let secret): if holds(record, path, secret) { return .allowed }
            case .sns(let topic):
                if let message = SNSMessage(record.body), message.topic == topic, message.isRecent(now) {
                    outcome = .signedByTopic(message)
                }
            default: break
            }
        }
        return outcome
    }

    private func matchesHead(_ proof: OpenSource.Proof) -> Bool {
        switch proof {
        case .nothing: return true
        case .path(let token): return pathToken.map { SecretComparison.equal(token, $0.span) } ?? false
        case .query(let name, let token):
            return head.target.queryItems.reduce(false) { found, item in
                item.name == name && SecretComparison.equal(token, Array(item.value.utf8)) || found
            }
        case .header(let name, let value):
            return head.valueBytes(of: name).map { SecretComparison.equal(value, $0.span) } ?? false
        case .credentials(let scheme, let secret, let isBase64):
            guard let given = credentials(scheme) else { return false }
            if !isBase64 { return SecretComparison.equal(secret, given.span) }
            guard let plain = Base64.decode(String(decoding: given, as: UTF8.self)) else { return false }
            return SecretComparison.equal(secret, plain)
        case .address(let range, let bits): return AddressRange.contains(range, bits: bits, peer.host)
        case .whole: return false
        }
    }

    /// What stands behind the scheme in `Authorization`, whose name may be in upper or lower case.
    private func credentials(_ scheme: [UInt8]) -> ArraySlice<UInt8>? {
        guard let value = head.valueBytes(of: "Authorization"), value.count > scheme.count else { return nil }
        let end = value.startIndex + scheme.count
        for (index, byte) in scheme.enumerated() where lowercased(value[value.startIndex + index]) != byte {
            return nil
        }
        guard value[end] == 0x20 else { return nil }
        return value[end...].drop { $0 == 0x20 || $0 == 0x09 }
    }

    private func holds(_ record: AlertRecord, _ path: JSONPath, _ secret: String) -> Bool {
        do {
            let document = try BodyDecoder.document(of: record, source.settings.decoding)
            return path.value(in: document)?.string.map { SecretComparison.equal($0, secret) } ?? false
        } catch {
            return false
        }
    }

    /// The answer to a request that is not let in.
    func unauthorized() -> HTTPResponse {
        var response = HTTPResponse.problem(
            status: 401, detail: "the request does not show that it comes from the source '\(source.settings.name)'")
        let takesBasic = source.settings.auth.contains { if case .basic = $0 { true } else { false } }
        if takesBasic { response.headers.append(("WWW-Authenticate", "Basic realm=\"itp\", charset=\"UTF-8\"")) }
        return response
    }
}

/// A request whose parts a sender may have signed with a shared secret.
struct SignedRequest {
    let head: HTTPHead
    let body: [UInt8]
    let source: SourceSettings
    let now: Instant

    /// Whether the signature is that of the scheme, and its time near ours.
    func isSigned(by scheme: SignatureScheme) -> Bool {
        let form = scheme.field != nil || scheme.parts.contains(.sortedForm) ? self.form() : []
        let given = scheme.header.flatMap { head.value(of: $0) } ?? scheme.field.flatMap { last($0, form) }
        guard let given else { return false }
        var timestamp = scheme.timestampName.flatMap { head.value(of: $0) ?? last($0, form) }
        if scheme.timestampName != nil {
            if let text = timestamp {
                guard let seconds = Int64(text), abs(seconds) < 100_000_000_000,
                    abs(now.milliseconds / 1000 - seconds) <= Int64(scheme.toleranceSeconds)
                else { return false }
            } else if !scheme.timestampIsOptional {
                return false
            }
        } else {
            timestamp = nil
        }
        guard let message = message(scheme, timestamp, form),
            let code = Signatures.hmac(SignedRequest.hash(scheme.hash), key: scheme.key, message)
        else { return false }
        let candidates = scheme.separator.map { given.split(separator: $0).map(String.init) } ?? [given]
        return candidates.prefix(20).reduce(false) { found, candidate in
            guard let bytes = signature(candidate.trimmed, scheme) else { return found }
            return SecretComparison.equal(bytes, code) || found
        }
    }

    private func signature(_ text: String, _ scheme: SignatureScheme) -> [UInt8]? {
        guard text.hasPrefix(scheme.prefix) else { return nil }
        let plain = String(text.dropFirst(scheme.prefix.count))
        return scheme.isBase64 ? Base64.decode(plain) : SignedRequest.unhex(plain)
    }

    private func message(
        _ scheme: SignatureScheme, _ timestamp: String?, _ form: [HTTPTarget.QueryItem]
    ) -> [UInt8]? {
        // Without a time, where that may be, the body alone is signed.
        if scheme.timestampIsOptional, timestamp == nil { return body }
        var message: [UInt8] = []
        for part in scheme.parts {
            switch part {
            case .text(let text): message += Array(text.utf8)
            case .body: message += body
            case .timestamp:
                guard let timestamp else { return nil }
                message += Array(timestamp.utf8)
            case .id:
                guard let id = scheme.idName.flatMap({ head.value(of: $0) }) else { return nil }
                message += Array(id.utf8)
            case .url: message += Array(source.publicURL.utf8)
            case .sortedForm:
                for item in form.sorted(by: { ($0.name, $0.value) < ($1.name, $1.value) }) {
                    message += Array((item.name + item.value).utf8)
                }
            case .field(let name):
                guard let value = last(name, form) else { return nil }
                message += Array(value.utf8)
            }
        }
        return message
    }

    /// Of a field that is there twice the last counts: the names of a mail's headers are fields as well, and come first.
    private func last(_ name: String, _ form: [HTTPTarget.QueryItem]) -> String? {
        form.last { $0.name == name }?.value
    }

    private func form() -> [HTTPTarget.QueryItem] {
        let type = head.value(of: "Content-Type") ?? ""
        if type.lowercased().hasPrefix("multipart/") {
            return (Multipart(body, contentType: type)?.parts ?? []).filter { $0.filename == nil }
                .map { HTTPTarget.QueryItem($0.name, $0.text) }
        }
        return HTTPTarget.items(of: body[...])
    }

    private static func hash(_ hash: SignatureScheme.Hash) -> Signatures.Hash {
        switch hash {
        case .sha1: .sha1
        case .sha256: .sha256
        case .sha512: .sha512
        }
    }

    private static func unhex(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = hexDigitValue(digits[index]), let low = hexDigitValue(digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
