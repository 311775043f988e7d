public import Events
public import Formats

/// `[SOURCE name]`: a sender, how it shows who it is, and what its requests become.
public struct SourceSettings: Sendable {
    /// The name as it is written; the path is `/v1/alerts/name`.
    public var name: String
    /// Where it stands.
    public var reference: RuleReference
    /// Any of them lets a request in.
    public var auth: [SourceAuth] = []
    /// Our own address as the sender has it, for signatures that cover it.
    public var publicURL = ""
    /// Names of fields whose values are secret: overwritten before anything is kept.
    public var redacted: [String] = []
    /// Headers that the mapping reads, in small letters.
    public var headers: Set<String> = []
    /// What makes it a source of mails; nil = it is none.
    public var mail: MailSource?
    /// The body's way to a document.
    public var decoding = SourceDecoding()
    /// What the document becomes.
    public var mapping = SourceMapping()
    /// How requests are answered.
    public var answers = Answers()
    /// What its events may claim and cause.
    public var limits = Limits()
    /// What it has of its own of the ticket's course.
    public var course = Course()

    /// The source of ITP's own alerts that another one is silent. No section can have this name, so nobody can send one.
    public static let silence = "itp:silence"

    /// Makes the settings of a source that says nothing.
    public init(name: String, reference: RuleReference) {
        self.name = name
        self.reference = reference
    }

    /// Codes of HTTP.
    public struct Answers: Sendable, Equatable {
        /// `Success`: on disk.
        public var success = 200
        /// `Reject`: what cannot be read, where `OnMalformed=reject`.
        public var reject = 400
        /// `Overload`: nothing can be taken now.
        public var overload = 503
        /// `OnMalformed=reject`.
        public var rejectsMalformed = false
    }

    /// What a source is trusted with.
    public struct Limits: Sendable, Equatable {
        /// `Tenants`, in small letters; `-` is the primary; nil = any.
        public var tenants: Set<String>?
        /// `Orgs`, in small letters; nil = any.
        public var organisations: Set<String>?
        /// `Remediate`: whether its events may start a procedure.
        public var mayRemediate = true
    }

    /// Keys that other stages read; `Flow`, `Rules` and `AutoClose` are `SourcePolicy`'s.
    public struct Course: Sendable, Equatable {
        /// `DeDupPeriod`; nil = `[GLOBAL]`.
        public var duplicateWindow: Instant.Span?
        /// `ExpectEvery`: silence longer than this is an event of its own.
        public var expectEvery: Instant.Span?
    }
}

/// A source's body: how it is read.
public struct SourceDecoding: Sendable {
    /// One way of reading.
    public enum Format: String, Sendable, CaseIterable {
        case json, form, multipart, query, xml, text, base64, kv, pairs
    }

    /// One step: what is read, and the ways that are tried.
    public struct Step: Sendable {
        /// The string that is read; nil = the body.
        public var place: JSONPath?
        /// Tried in their order.
        public var formats: [Format]
        /// Whether what cannot be read stays as it is.
        public var isOptional: Bool
    }

    /// In their order.
    public var steps: [Step] = []
    /// The steps of each item.
    public var itemSteps: [Step] = []
    /// `Tolerant`: JSON as people write it.
    public var isTolerant = false
    /// `Template.` lines: what the operator pasted into the sender.
    public var templates: [BodyTemplate] = []
    /// `Root`: the document is what stands there, if anything does.
    public var root: JSONPath?
    /// What a value that was not filled in looks like.
    public var placeholders = Placeholders.usual

    /// How a value that a sender did not fill in is told.
    public enum Placeholders: Sendable {
        /// `[a_b]`, `%word`, `{A.B}`, `{{a.b}}`, `$a.b$`, `#word#`.
        case usual
        case none
        case matching(any PatternMatcher)
    }
}

/// A source's document: what it becomes.
public struct SourceMapping: Sendable {
    /// Several alerts in one request.
    public enum FanOut: Sendable {
        /// The elements of an array.
        case elements(JSONPath)
        /// The lines of a text that are not empty.
        case lines(SourceValue)
        /// What an expression finds in a text, again and again behind the last find; `rest` is its group for what follows.
        case matches(SourceValue, any PatternMatcher)
    }

    /// What becomes of an alert.
    public enum Action: Sendable, Equatable {
        case fire
        case resolve
        case note
        case ignore(String)
        case test
    }

    /// A `Rule.` line.
    public struct Rule: Sendable {
        /// What becomes of the alert.
        public var action: Action
        /// Nil = always.
        public var condition: SourceCondition?
        /// Where it stands.
        public var reference: RuleReference
    }

    /// A `Match.` line.
    public struct Match: Sendable {
        /// The text that is looked at.
        public var text: SourceText
        /// Whose named groups become values.
        public var pattern: any PatternMatcher
    }

    /// `Each`.
    public var fanOut: FanOut?
    /// `Match.` lines in their order.
    public var matches: [Match] = []
    /// `Let.` lines.
    public var variables: [SourceText] = []
    /// `Map.` lines.
    public var maps: [ValueMap] = []
    /// The texts of fields.
    public var fields: [SourceField: SourceText] = [:]
    /// `CF:` lines.
    public var customFields: [(name: String, text: SourceText)] = []
    /// In their order; the last one is `Default`.
    public var rules: [Rule] = []
    /// `TimeZone`: of times that name none.
    public var zone = TimeZoneTable.utc
    /// `DateFormat`: tried before the usual ways.
    public var datePatterns: [DatePattern] = []
}

/// One way of showing who sends.
public enum SourceAuth: Sendable, Equatable {
    /// Anybody.
    case none
    /// `/v1/alerts/name/TOKEN`.
    case path(String)
    /// `?name=TOKEN`.
    case query(name: String, String)
    /// A header that equals a value.
    case header(name: String, String)
    case basic(user: String, password: String)
    case bearer(String)
    /// A field of the JSON or form that equals a value.
    case body(JSONPath, String)
    /// An address, as bytes, of which so many bits count.
    case address([UInt8], bits: Int)
    case hmac(SignatureScheme)
    /// Signed by Amazon SNS for this topic.
    case sns(topic: String)
}

/// How a sender signs with a shared secret.
public struct SignatureScheme: Sendable, Equatable {
    /// Hash functions that signatures use.
    public enum Hash: String, Sendable, CaseIterable {
        case sha1, sha256, sha512
    }

    /// A piece of what is signed.
    public enum Part: Sendable, Equatable {
        case text(String)
        case body
        case timestamp
        case id
        case url
        /// A form's fields, sorted by name, names and values one after the other.
        case sortedForm
        /// A field of the form.
        case field(String)
    }

    /// The key as the hash takes it.
    public var key: [UInt8]
    /// The hash.
    public var hash = Hash.sha256
    /// The header with the signature; nil = a field.
    public var header: String?
    /// The form's field with the signature.
    public var field: String?
    /// Whether it is Base64, else hexadecimal.
    public var isBase64 = false
    /// What stands before it.
    public var prefix = ""
    /// Between several.
    public var separator: String?
    /// What is signed.
    public var parts: [Part] = [.body]
    /// The header or field with the time; nil = none.
    public var timestampName: String?
    /// Whether a request without the time is signed without it.
    public var timestampIsOptional = false
    /// The header with the delivery's ID.
    public var idName: String?
    /// How far the time may be from ours, in seconds.
    public var toleranceSeconds = 300
}
