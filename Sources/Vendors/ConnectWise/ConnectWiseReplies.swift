import Events
import Formats

/// What an answer of ConnectWise means for the order that asked.
enum ConnectWiseReplies {
    /// For a call that only reads: nothing can have happened.
    static func failureOfReading(_ outcome: VendorOutcome, _ what: String, _ now: Instant) -> DeliveryReport {
        switch outcome {
        case .notSent(let reason): return .retry(reason: "\(what): \(reason)", after: nil)
        case .ambiguous(let reason): return .retry(reason: "\(what): \(reason)", after: nil)
        case .reply(let reply):
            let reason = "\(what): \(sentence(reply))"
            switch reply.status {
            case 400, 401, 403, 404, 406: return .retry(reason: reason + hint, after: nil)
            default: return .retry(reason: reason, after: pause(after: reply, now))
            }
        }
    }

    /// For a call that makes something.
    static func failureOfWriting(_ outcome: VendorOutcome, _ what: String, _ now: Instant) -> DeliveryReport {
        switch outcome {
        case .notSent(let reason): return .retry(reason: "\(what): \(reason)", after: nil)
        case .ambiguous(let reason): return .ambiguous(reason: "\(what): \(reason)")
        case .reply(let reply):
            let reason = "\(what): \(sentence(reply))"
            switch reply.status {
            // Tickets are posted to a collection, where the cloud answers 404 to bad credentials; a note's ticket that is
            // gone is seen to be gone by the next try.
            case 401, 403, 404, 406: return .retry(reason: reason + hint, after: nil)
            case 400 where isOfGateway(reply): return .retry(reason: reason + hint, after: nil)
            case 409, 425, 429: return .retry(reason: reason, after: pause(after: reply, now))
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
        return JSON(ifValid: reply.body)
    }

    /// Bad credentials and an unknown codebase are 401, 403, or (in the cloud) 404 and 400: a person has to mend them, so it
    /// is tried again later and not given up.
    private static let hint = "; check PSA_URL, PSA_AV1…3 and PSA_ClientID"

    /// Whether a 400 is about the way to the account, not about what was posted: the gateway's plain text, or `Security`.
    private static func isOfGateway(_ reply: VendorReply) -> Bool {
        guard let json = JSON(ifValid: reply.body), json.members != nil else { return true }
        return json["code"]?.string?.equalsIgnoringCase("Security") ?? false
    }

    /// `HTTP 400 InvalidObject: ticket object is invalid (summary: …)`; bodies that are no JSON are quoted in part.
    static func sentence(_ reply: VendorReply) -> String {
        let head = "HTTP \(reply.status)"
        guard let json = JSON(ifValid: reply.body), json.members != nil else {
            let text = oneLine(String(decoding: reply.body.prefix(120), as: UTF8.self))
            return text.isEmpty ? head : "\(head) '\(text)'"
        }
        let code = json["code"]?.string ?? json["error"]?.string ?? ""
        let message = oneLine(json["message"]?.string ?? "")
        let details = (json["errors"]?.array ?? []).map { error in
            [error["field"]?.string, error["message"]?.string].compactMap { $0 }.joined(separator: ": ")
        }
        let tail = details.isEmpty ? "" : " (\(details.joined(separator: "; ")))"
        let text = [head, code].filter { !$0.isEmpty }.joined(separator: " ") + ": " + message + tail
        return text.count > 400 ? text.prefix(400) + "…" : text
    }

    private static func oneLine(_ text: String) -> String {
        text.split { $0.isNewline || $0 == "\t" || $0 == " " }.joined(separator: " ")
    }

    /// How long the PSA wants to be left alone: its `Retry-After`, as seconds or as a date, at most an hour; after a 429 no
    /// less than 30 seconds.
    static func pause(after reply: VendorReply, _ now: Instant) -> Instant.Span? {
        let least = reply.status == 429 ? 30 : 0
        guard let text = reply.retryAfter?.trimmed else { return least > 0 ? .seconds(least) : nil }
        let asked: Instant.Span
        if let seconds = Int(text) {
            asked = .seconds(min(max(seconds, 0), 3600))
        } else if let date = Instant(httpDate: text) {
            asked = min(max(date - now, .seconds(0)), .hours(1))
        } else {
            asked = .seconds(60)
        }
        return max(asked, .seconds(least))
    }
}
