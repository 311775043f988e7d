import Formats

/// A way in which a vendor can fail its callers.
enum Fault: Equatable, Sendable {
    /// The answer comes that much later; what was asked is done at once.
    case latency(milliseconds: Int)
    /// Refused before anything is done.
    case status(Int, retryAfterSeconds: Int?)
    /// The connection is reset and nothing is done.
    case resetBefore
    /// All is done, then the connection is reset without an answer.
    case resetAfter
    /// All is done, but only half of the answer arrives.
    case truncate
    /// All is done, but the answer is no HTTP.
    case garbage
    /// Nothing is done and no answer ever comes.
    case hang
    /// All is done and answered, then the connection is closed. Mail only.
    case closeAfter
    /// A recipient is put off until so many seconds after the first try. Mail only.
    case greylist(seconds: Int)

    /// Whether only the mail server knows it.
    var isOfMail: Bool {
        switch self {
        case .closeAfter, .greylist: true
        default: false
        }
    }

    static let longestLatencyMilliseconds = 3_600_000

    /// Reads the words of the faults' list, for instance `status:429:30`.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("latency", 2):
            guard let time = Int(parts[1]), (0...Fault.longestLatencyMilliseconds).contains(time) else { return nil }
            self = .latency(milliseconds: time)
        case ("status", 2), ("status", 3):
            guard let status = Int(parts[1]), (200...599).contains(status) else { return nil }
            let wait = parts.count == 3 ? Int(parts[2]) : nil
            if parts.count == 3, wait.map({ $0 < 0 }) ?? true { return nil }
            self = .status(status, retryAfterSeconds: wait)
        case ("reset-before", 1): self = .resetBefore
        case ("reset-after", 1): self = .resetAfter
        case ("truncate", 1): self = .truncate
        case ("garbage", 1): self = .garbage
        case ("hang", 1): self = .hang
        case ("close-after", 1): self = .closeAfter
        case ("greylist", 2):
            guard let seconds = Int(parts[1]), (0...86_400).contains(seconds) else { return nil }
            self = .greylist(seconds: seconds)
        default: return nil
        }
    }
}

/// One entry of the faults' list: which requests it strikes, how, and how often.
struct FaultRule: Sendable {
    var vendor: String?
    var method: String?
    var pathPart: String
    var text: String
    var fault: Fault
    /// How often it still strikes; nil where there is no such limit.
    var remaining: Int?
    var probability: Double?
    var struck = 0
    private var random: UInt64
    private let written: JSON

    /// Reads an entry; the error is a sentence for the one who sent it.
    init(_ json: JSON) throws(SandboxRefusal) {
        guard let members = json.members else { throw SandboxRefusal("a fault must be an object, not \(json.kind)") }
        let known = ["vendor", "match", "fault", "count", "probability", "seed"]
        if let odd = members.first(where: { !known.contains($0.name) }) {
            throw SandboxRefusal("'\(odd.name)' is not known; a fault has \(known.joined(separator: ", "))")
        }
        guard let text = json["fault"]?.string, let fault = Fault(text) else {
            throw SandboxRefusal(
                "'fault' must be latency:MS, status:CODE[:Retry-After], reset-before, reset-after, truncate, garbage or "
                    + "hang; for mail also close-after and greylist:SECONDS")
        }
        self.text = text
        self.fault = fault
        written = json
        vendor = json["vendor"]?.string
        if fault.isOfMail, vendor != SandboxWorld.mailVendor {
            throw SandboxRefusal("'\(text)' is for the vendor \(SandboxWorld.mailVendor)")
        }
        let match = json["match"]?.string ?? ""
        let words = match.split(separator: " ", maxSplits: 1).map(String.init)
        if words.count == 2, words[0].utf8.allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }) {
            method = words[0]
            pathPart = words[1]
        } else {
            pathPart = match
        }
        remaining = json["count"]?.integer.map { Int($0) }
        probability = json["probability"]?.double
        if json["count"] != nil, remaining.map({ $0 < 1 }) ?? true {
            throw SandboxRefusal("'count' must be a whole number from 1")
        }
        if json["probability"] != nil, probability.map({ !(0...1).contains($0) }) ?? true {
            throw SandboxRefusal("'probability' must be a number from 0 to 1")
        }
        random = UInt64(bitPattern: json["seed"]?.integer ?? 1)
    }

    /// Whether the fault strikes this request; uses up a count or a random number where it matches.
    mutating func strikes(vendor: String, method: String, path: String) -> Bool {
        guard self.vendor == nil || self.vendor == vendor, self.method == nil || self.method == method,
            pathPart.isEmpty || path.contains(pathPart), remaining != 0
        else { return false }
        if let probability, nextRandom() >= probability { return false }
        remaining = remaining.map { $0 - 1 }
        struck += 1
        return true
    }

    /// The next number from 0 up to 1, by SplitMix64: the same seed gives the same faults.
    private mutating func nextRandom() -> Double {
        random &+= 0x9E37_79B9_7F4A_7C15
        var z = random
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
    }

    /// The entry as it was sent, with how often it struck and still will.
    var json: JSON {
        var members = written.members ?? []
        members.append(JSON.Member("struck", .integer(struck)))
        if let remaining { members.append(JSON.Member("remaining", .integer(remaining))) }
        return .object(members)
    }
}

/// Why the sandbox did not do what it was told, as a sentence.
struct SandboxRefusal: Error {
    var status = 400
    var sentence: String

    init(_ sentence: String, status: Int = 400) {
        self.sentence = sentence
        self.status = status
    }
}
