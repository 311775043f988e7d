import Events
import Formats
import Platform
import Settings

/// A source as its requests meet it: shared, never changed, and with all that is compared with a request ready as bytes, so that
/// no text is made of one on its way to the journal.
final class OpenSource: Sendable {
    /// What the head of a request can show.
    enum Proof: Sendable {
        case nothing
        case path([UInt8])
        case query(name: String, [UInt8])
        case header(name: String, [UInt8])
        /// What follows a word in `Authorization`; `basic` has it in Base64.
        case credentials(scheme: [UInt8], [UInt8], isBase64: Bool)
        case address([UInt8], bits: Int)
        /// The body belongs to it. Kept apart, as it is large: the others are looked at with each request.
        indirect case whole(SourceAuth)

        init(_ auth: SourceAuth) {
            switch auth {
            case .none: self = .nothing
            case .path(let token): self = .path(Array(token.utf8))
            case .query(let name, let token): self = .query(name: name, Array(token.utf8))
            case .header(let name, let value): self = .header(name: name, Array(value.utf8))
            case .bearer(let token):
                self = .credentials(scheme: Array("bearer".utf8), Array(token.utf8), isBase64: false)
            case .basic(let user, let password):
                self = .credentials(scheme: Array("basic".utf8), Array("\(user):\(password)".utf8), isBase64: true)
            case .address(let range, let bits): self = .address(range, bits: bits)
            case .body, .hmac, .sns: self = .whole(auth)
            }
        }
    }

    let settings: SourceSettings
    let proofs: [Proof]
    /// Whether some proof takes more than the head.
    let needsWhole: Bool
    /// Whether nothing that is kept of a request holds a secret.
    let keepsNoSecret: Bool
    /// What the mapping reads.
    private let wanted: [(name: String, bytes: [UInt8])]
    /// A bit for each length that a name in `wanted` has: most headers are told from it to be none of them.
    private let wantedLengths: UInt64
    private let secret: [[UInt8]]

    /// Beginnings of names that every source keeps: CloudEvents and Amazon SNS say in them what they send.
    private static let prefixes = ["ce-", "x-amz-sns-"].map { Array($0.utf8) }

    init(_ settings: SourceSettings) {
        self.settings = settings
        proofs = settings.auth.map { Proof($0) }
        needsWhole = proofs.contains { if case .whole = $0 { true } else { false } }
        var hidden: Set<String> = ["authorization", "cookie", "proxy-authorization"]
        var keepsNoSecret = settings.redacted.isEmpty
        for auth in settings.auth {
            switch auth {
            case .header(let name, _): hidden.insert(name.lowercased())
            case .body, .query: keepsNoSecret = false
            default: break
            }
        }
        self.keepsNoSecret = keepsNoSecret
        secret = hidden.map { Array($0.utf8) }
        wanted = settings.headers.subtracting(hidden).map { ($0, Array($0.utf8)) }
        wantedLengths = wanted.reduce(0) { $0 | HTTPHead.bit(ofLength: $1.bytes.count) }
    }

    /// The headers that the mapping may ask for; never one that shows who sends.
    func kept(_ head: HTTPHead) -> [Event.Field] {
        var kept: [Event.Field] = []
        head.forEachName { name, index in
            guard let small = keptName(name) else { return }
            if kept.isEmpty { kept.reserveCapacity(head.headerCount - index) }
            kept.append(Event.Field(name: small, value: head.value(at: index)))
        }
        return kept
    }

    /// The name in small letters, where the header of that name is kept.
    private func keptName(_ name: Span<UInt8>) -> String? {
        if wantedLengths & HTTPHead.bit(ofLength: name.count) != 0 {
            for index in wanted.indices where OpenSource.equals(name, wanted[index].bytes) {
                return wanted[index].name
            }
        }
        guard OpenSource.prefixes.contains(where: { OpenSource.begins(name, with: $0) }),
            !secret.contains(where: { OpenSource.equals(name, $0) })
        else { return nil }
        return OpenSource.text(name)
    }

    private static func equals(_ name: Span<UInt8>, _ word: [UInt8]) -> Bool {
        name.count == word.count && begins(name, with: word)
    }

    /// Whether a name begins with a word, which is written in small letters.
    private static func begins(_ name: Span<UInt8>, with word: [UInt8]) -> Bool {
        guard name.count >= word.count else { return false }
        for index in word.indices where lowercased(name[index]) != word[index] { return false }
        return true
    }

    private static func text(_ name: Span<UInt8>) -> String {
        String(unsafeUninitializedCapacity: name.count) { buffer in
            for index in 0..<name.count { buffer[index] = lowercased(name[index]) }
            return name.count
        }
    }
}

/// The sources that are open, found by what stands in a path.
struct OpenSources: Sendable {
    /// Under their names in small letters.
    private let sources: [String: OpenSource]

    init(_ settings: [String: SourceSettings]) { sources = settings.mapValues { OpenSource($0) } }

    /// The source of that name, in upper or lower case.
    subscript(name: ArraySlice<UInt8>) -> OpenSource? {
        var isASCII = true
        let small = String(unsafeUninitializedCapacity: name.count) { buffer in
            for (index, byte) in name.enumerated() {
                if byte >= 0x80 { isASCII = false }
                buffer[index] = lowercased(byte)
            }
            return name.count
        }
        return sources[isASCII ? small : small.lowercased()]
    }
}
