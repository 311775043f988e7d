import Formats

/// What an answer of BMS means: a failure may be HTTP 200 with `success: false`, and what stands in other answers is not
/// documented (contract, section 2.2).
extension BMS {
    func meaning(of reply: VendorReply) -> ReplyMeaning {
        switch reply.status {
        case 200..<300:
            guard let envelope = JSON(ifValid: reply.body)?.inCamelCase, let success = envelope["success"]?.bool else {
                return .unclear
            }
            guard !success else { return .done(envelope["result"] ?? .null) }
            return meaning(ofCode: envelope["error"]?["code"]?.integer)
        case 401: return .unauthenticated
        case 403: return .forbidden
        case 404: return .gone
        case 405, 406, 415: return .misdirected
        case 409, 425, 429: return .busy
        case 408, 500...: return .unclear
        default: return .refused
        }
    }

    /// Codes are those of HTTP.
    private func meaning(ofCode code: Int64?) -> ReplyMeaning {
        switch code {
        case 401: .unauthenticated
        case 403: .forbidden
        case 404: .gone
        case 429: .busy
        case .some(let code) where (500..<600).contains(code): .unclear
        default: .refused
        }
    }

    func sentence(_ json: JSON, head: String) -> String {
        let error = json.inCamelCase["error"]
        let parts = [error?["message"]?.string, error?["details"]?.string].compactMap { $0 }.filter { !$0.isEmpty }
        let more = (error?["subErrors"]?.array ?? []).compactMap { $0["message"]?.string ?? $0.string }
        let text = TicketReplies.oneLine((parts + more).joined(separator: "; "))
        return text.isEmpty ? head : "\(head): \(text)"
    }
}

extension JSON {
    /// The value with the first letter of each key small: the API's description has them in capitals, its wire has not.
    var inCamelCase: JSON {
        switch self {
        case .object(let members):
            .object(
                members.map { member in
                    let name = member.name.prefix(1).lowercased() + member.name.dropFirst()
                    return JSON.Member(name, member.value.inCamelCase)
                })
        case .array(let items): .array(items.map(\.inCamelCase))
        default: self
        }
    }
}
