import Events
import Formats

/// What answers mean for the order that asked, the same for all PSAs.
extension TicketSystem {
    /// The record of an answer that is a success.
    func record(_ outcome: VendorOutcome) -> JSON? {
        guard case .reply(let reply) = outcome, case .done(let record) = meaning(of: reply) else { return nil }
        return record
    }

    /// For a call that only reads: nothing can have happened.
    func failureOfReading(_ outcome: VendorOutcome, _ what: String, _ now: Instant) -> DeliveryReport {
        switch outcome {
        case .notSent(let reason), .ambiguous(let reason): return .retry(reason: "\(what): \(reason)", after: nil)
        case .reply(let reply):
            let reason = "\(what): \(sentence(reply))"
            switch meaning(of: reply) {
            case .gone, .unauthenticated, .forbidden, .misdirected: return .retry(reason: reason + hint, after: nil)
            case .refused where reply.status == 400: return .retry(reason: reason + hint, after: nil)
            case .done, .busy, .unclear, .refused:
                return .retry(reason: reason, after: TicketReplies.pause(after: reply, now))
            }
        }
    }

    /// For a call that makes something.
    func failureOfWriting(_ outcome: VendorOutcome, _ what: String, _ now: Instant) -> DeliveryReport {
        switch outcome {
        case .notSent(let reason): return .retry(reason: "\(what): \(reason)", after: nil)
        case .ambiguous(let reason): return .ambiguous(reason: "\(what): \(reason)")
        case .reply(let reply):
            let reason = "\(what): \(sentence(reply))"
            switch meaning(of: reply) {
            // Tickets are posted to a collection; a note's ticket that is gone is seen to be gone by the next try.
            case .gone, .unauthenticated, .forbidden, .misdirected: return .retry(reason: reason + hint, after: nil)
            case .busy: return .retry(reason: reason, after: TicketReplies.pause(after: reply, now))
            case .done, .unclear:
                let isSuccess = (200..<300).contains(reply.status)
                return .ambiguous(
                    reason: isSuccess ? "\(what): \(reply.status) without a readable record" : reason)
            case .refused: return .refused(reason: reason)
            }
        }
    }

    /// `HTTP 400 InvalidObject: ticket object is invalid (summary: …)`; bodies that are no JSON are quoted in part.
    func sentence(_ reply: VendorReply) -> String {
        let head = "HTTP \(reply.status)"
        guard let json = JSON(ifValid: reply.body), json.members != nil else {
            let text = TicketReplies.oneLine(String(decoding: reply.body.prefix(120), as: UTF8.self))
            return text.isEmpty ? head : "\(head) '\(text)'"
        }
        let text = sentence(json, head: head)
        return text.count > 400 ? text.prefix(400) + "…" : text
    }

    /// Whether an answer refuses the account's credentials; nil where it says nothing of them.
    func refusesCredentials(_ reply: VendorReply) -> Bool? {
        switch meaning(of: reply) {
        case .unauthenticated, .forbidden: true
        case .done: false
        case .gone, .misdirected, .busy, .unclear, .refused: nil
        }
    }
}

/// What all vendors' answers have in common.
enum TicketReplies {
    static func oneLine(_ text: String) -> String {
        text.split { $0.isNewline || $0 == "\t" || $0 == " " }.joined(separator: " ")
    }

    /// How long the PSA wants to be left alone: its `Retry-After`, as seconds or as a date, at most an hour; after a 429 no
    /// less than 30 seconds.
    static func pause(after reply: VendorReply, _ now: Instant) -> Instant.Span? {
        let least = reply.status == 429 ? 30 : 0
        guard let text = reply.retryAfter?.trimmed ?? (least > 0 ? wait(in: reply.body) : nil) else {
            return least > 0 ? .seconds(least) : nil
        }
        let asked: Instant.Span
        if let seconds = Double(text), seconds.isFinite {
            // A part of a second is one.
            asked = .seconds(Int(min(max(seconds, 0), 3600).rounded(.up)))
        } else if let date = Instant(httpDate: text) {
            asked = min(max(date - now, .seconds(0)), .hours(1))
        } else {
            asked = .seconds(60)
        }
        return max(asked, .seconds(least))
    }

    /// The seconds of a sentence such as ConnectWise's `Please try again in 30 seconds.`; nil where there is none.
    private static func wait(in body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(1000), as: UTF8.self)
        guard let found = text.firstIndexIgnoringCase(of: "try again in ") else { return nil }
        let words = text[found...].dropFirst("try again in ".count).split(separator: " ", maxSplits: 2)
        guard words.count > 1, let count = Int(words[0]), (0...3600).contains(count) else { return nil }
        return "\(words[1].lowercased().hasPrefix("minute") ? count * 60 : count)"
    }

    /// A query's value, with everything but letters, digits and `-_.` escaped.
    static func percentEncoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "%" + hex(byte).uppercased()
            }
        }
        return out
    }

    /// Cut to so many UTF-16 units, with an ellipsis: the strictest way in which a PSA may count.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf16.count > limit, limit > 0 else { return text }
        var units = 1
        let kept = text.prefix { character in
            units += character.utf16.count
            return units <= limit
        }
        return kept + "…"
    }

    /// A time as PSAs take it, in whole seconds of UTC.
    static func time(_ instant: Instant) -> String { instant.description.prefix(19) + "Z" }
}
