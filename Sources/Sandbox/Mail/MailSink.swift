import Formats

/// What the mail server has taken, oldest first.
struct MailSink: Sendable {
    /// One mail as it came.
    struct Mail: Sendable {
        var id: Int
        var receivedAt: String
        var client: String
        var user: String?
        var from: String
        var to: [String]
        var isEightBit: Bool
        var bytes: [UInt8]
    }

    static let maximumMails = 10_000
    static let maximumBytes = 256 << 20
    static let maximumTriplets = 100_000

    private(set) var mails: [Mail] = []
    private var storedBytes = 0
    private var nextID = 1
    /// When a sender first tried a recipient, for greylisting.
    private var firstTries: [String: Int64] = [:]

    /// Keeps a mail; the oldest make room.
    mutating func keep(_ mail: Mail) -> Int {
        var mail = mail
        mail.id = nextID
        nextID += 1
        storedBytes += mail.bytes.count
        mails.append(mail)
        while mails.count > MailSink.maximumMails || storedBytes > MailSink.maximumBytes, mails.count > 1 {
            storedBytes -= mails.removeFirst().bytes.count
        }
        return mail.id
    }

    /// Whether this sender tries this recipient too soon after its first try, or for the first time.
    mutating func isGrey(_ sender: String, _ recipient: String, seconds: Int, now: Int64) -> Bool {
        let key = sender.lowercased() + " " + recipient.lowercased()
        guard let first = firstTries[key] else {
            if firstTries.count < MailSink.maximumTriplets { firstTries[key] = now }
            return true
        }
        return now < first + Int64(seconds) * 1000
    }
}

extension MailSink.Mail {
    /// The mail with its headers taken apart; what they encode stays encoded.
    var json: JSON {
        let text = String(decoding: bytes, as: UTF8.self)
        var headers: [JSON.Member] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            let end = rest.range(of: "\r\n")
            let line = rest[..<(end?.lowerBound ?? rest.endIndex)]
            rest = rest[(end?.upperBound ?? rest.endIndex)...]
            if line.isEmpty { break }
            if line.hasPrefix(" ") || line.hasPrefix("\t"), let last = headers.indices.last {
                headers[last].value = .string((headers[last].value.string ?? "") + " " + line.trimmed)
            } else if let colon = line.firstIndex(of: ":") {
                headers.append(
                    JSON.Member(String(line[..<colon]), .string(line[line.index(after: colon)...].trimmed)))
            }
        }
        let subject = headers.first { $0.name.equalsIgnoringCase("Subject") }?.value ?? .null
        return [
            "id": .integer(id), "receivedAt": .string(receivedAt), "client": .string(client), "user": .text(user),
            "from": .string(from), "to": .array(to.map { .string($0) }), "subject": subject,
            "headers": .array(headers.map { ["name": .string($0.name), "value": $0.value] }),
            "body": .string(String(rest)), "eightBit": .bool(isEightBit), "bytes": .integer(bytes.count),
        ]
    }
}

extension Substring {
    /// Where a text first stands in this one; a line's end is one Character, so that this looks at bytes.
    fileprivate func range(of phrase: String) -> Range<Index>? {
        guard let found = utf8.firstRange(of: phrase.utf8) else { return nil }
        return found
    }
}
