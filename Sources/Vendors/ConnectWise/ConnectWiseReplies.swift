import Events
import Formats

/// What an answer of ConnectWise means for the order that asked.
enum ConnectWiseReplies {
    /// For a call that only reads: nothing can have happened.
    static func failureOfReading(_ outcome: VendorOutcome, _ what: String) -> DeliveryReport {
        switch outcome {
        case .notSent(let reason): return .retry(reason: "\(what): \(reason)", after: nil)
        case .ambiguous(let reason): return .retry(reason: "\(what): \(reason)", after: nil)
        case .reply(let reply):
            let reason = "\(what): \(sentence(reply))"
            switch reply.status {
            case 429: return .retry(reason: reason, after: retryAfter(reply, atLeastSeconds: 30))
            // Bad credentials and an unknown codebase are 401, 403, or (in the cloud) 404 and 400: a person has to mend
            // them, so it is tried again later and not given up.
            case 400, 401, 403, 404, 406:
                return .retry(reason: reason + "; check PSA_URL, PSA_AV1…3 and PSA_ClientID", after: nil)
            default: return .retry(reason: reason, after: retryAfter(reply, atLeastSeconds: 0))
            }
        }
    }

    /// For a call that makes something.
    static func failureOfWriting(_ outcome: VendorOutcome, _ what: String) -> DeliveryReport {
        switch outcome {
        case .notSent(let reason): return .retry(reason: "\(what): \(reason)", after: nil)
        case .ambiguous(let reason): return .ambiguous(reason: "\(what): \(reason)")
        case .reply(let reply):
            let reason = "\(what): \(sentence(reply))"
            switch reply.status {
            case 429: return .retry(reason: reason, after: retryAfter(reply, atLeastSeconds: 30))
            case 401, 403, 406, 409, 425: return .retry(reason: reason, after: retryAfter(reply, atLeastSeconds: 0))
            // A time-out of the server's and any 5xx say nothing of whether the record was made.
            case 408, 500...: return .ambiguous(reason: reason)
            case 200..<300: return .ambiguous(reason: "\(what): \(reply.status) without a readable record")
            default: return .refused(reason: reason)
            }
        }
    }

    /// The record of a 2xx answer.
    static func record(_ outcome: VendorOutcome) -> JSON? {
        guard case .reply(let reply) = outcome, (200..<300).contains(reply.status) else { return nil }
        do {
            return try JSON(parsing: reply.body)
        } catch {
            // Whoever asked treats an unreadable record as a failed call and says so.
            return nil
        }
    }

    /// `HTTP 400 InvalidObject: ticket object is invalid (summary: …)`; bodies that are no JSON are quoted in part.
    static func sentence(_ reply: VendorReply) -> String {
        let head = "HTTP \(reply.status)"
        guard let json = try? JSON(parsing: reply.body), json.members != nil else {
            let text = String(decoding: reply.body.prefix(120), as: UTF8.self).trimmed
            return text.isEmpty ? head : "\(head) '\(text)'"
        }
        let code = json["code"]?.string ?? json["error"]?.string ?? ""
        let message = json["message"]?.string ?? ""
        let details = (json["errors"]?.array ?? []).map { error in
            [error["field"]?.string, error["message"]?.string].compactMap { $0 }.joined(separator: ": ")
        }
        let tail = details.isEmpty ? "" : " (\(details.joined(separator: "; ")))"
        return [head, code].filter { !$0.isEmpty }.joined(separator: " ") + ": " + message + tail
    }

    /// `Retry-After` in seconds; its other form, a date, counts as the least wait.
    private static func retryAfter(_ reply: VendorReply, atLeastSeconds least: Int) -> Instant.Span? {
        guard let text = reply.retryAfter else { return least > 0 ? .seconds(least) : nil }
        return .seconds(max(least, min(Int(text.trimmed) ?? 60, 3600)))
    }
}
