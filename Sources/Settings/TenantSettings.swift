public import Events
public import Formats

/// `[RMM_SETTINGS]` or `[RMM_SETTINGS_{MSPID}]` laid over it, with the tables that tenants have of their own.
public struct TenantSettings: Sendable {
    /// The tenant's ID; empty for the primary.
    public var id: String
    /// What messages call it.
    public var name: String
    /// The PSA that takes its tickets; nil where none is configured.
    public var account: PSAAccount?
    /// `PSA_Email`: where tickets go by mail.
    public var ticketAddresses: [String] = []
    /// `FallbackAfter`: how long the PSA's interface may fail before tickets go by mail instead.
    public var fallbackAfter = Instant.Span.minutes(5)
    /// `PSA_Subject`; nil = the default of the PSA.
    public var subject: Template?
    /// Whether the tail of Windows events is cut off.
    public var cleanBody = false
    /// Help desk, class 4 and times of held pages.
    public var hours = TenantHours()
    /// Who is told of urgent tickets.
    public var notifications = NotificationSettings()
    /// From whom mail comes.
    public var sender = SenderAddress()
    /// `SuppressLCLink`: the link to the alert or agent is left out of the ticket.
    public var suppressLink = false
    /// `DropCodes`, in small letters, and where they stand.
    public var dropCodes: Set<String> = []
    /// Where `DropCodes` stands.
    public var dropCodesReference: RuleReference?
    /// `PSA_TicketNew`: nil = the board's default status.
    public var newStatus: String?
    /// `PSA_TicketClosed`: nil = a status called `Completed` or `Complete`, else one that the PSA calls closed.
    public var closedStatus: String?
    /// `PSA_TicketReopened`: nil = as a new ticket.
    public var reopenedStatus: String?
    /// `HumanGuard`: a ticket that a technician has touched is not closed.
    public var sparesTouched = true
    /// `[TICKET FLOW]`, the tenant's lines over the common ones.
    public var flow = TicketFlow.plain
    /// Every `[TICKET FLOW name]`, by its name in small letters.
    public var namedFlows: [String: TicketFlow] = [:]
    /// Every `[TICKET RULES name]`, by its name in small letters.
    public var ticketRules: [String: TicketRules] = [:]
    /// `PSA_P1` … `PSA_P9`: names of priorities; nil = the PSA's default priority.
    public var priorityNames: [Int: String] = [:]
    /// `PSA_DefaultCompany`.
    public var defaultCompany: String?
    /// `PSA_Org_MatchByID`.
    public var matchByID = false
    /// `[ALERT REWRITE]`, the tenant's own lines first.
    public var alertRewrites: AlertRewriteTable
    /// `[RESTRICTED]`, the tenant's lines over the common ones; key: the MonSetID's category.
    public var restrictions: LookupTable<Restriction>
    /// `[REMEDIATION]`.
    public var remediations = RemediationTable([])
    /// `[BLACKLIST]`.
    public var blacklist = BlacklistTable([])
    /// `[TICKET NOTES]`.
    public var ticketNotes: NotesTable
    /// `[INTERNAL NOTES]`.
    public var internalNotes: NotesTable
}

/// `[TICKET NOTES]` or `[INTERNAL NOTES]`.
public final class NotesTable: Sendable {
    /// One line, its text ready to be filled.
    public struct Note: Sendable {
        /// The text.
        public var text: Template
        /// Where it stands.
        public var reference: RuleReference
    }

    /// The line `Common=`, which every ticket gets.
    public let common: Note?

    /// The lines by their keys, `Monitor.HostClass[.Data1][.Result]`.
    public let notes: LookupTable<Note>
    /// The monitors that have a line: most alerts are of none.
    private let monitors: LookupTable<Bool>

    init(_ lines: [(key: String, value: Note)]) {
        notes = LookupTable(lines)
        common = notes["Common"]
        monitors = LookupTable(lines.map { (String(NotesTable.monitor($0.key)), true) })
    }

    /// The first line that fits: with data and result, with data, with result, by the monitor alone.
    public func note(monitor name: String, hostClass: HostClass, data: String, result: String) -> Note? {
        guard !monitors.isEmpty, monitors[String(NotesTable.monitor(name))] != nil else { return nil }
        let monitor = joined(name, ".", hostClass.rawValue)
        let withData = joined(monitor, ".", data)
        return notes[joined(withData, ".", result)] ?? notes[withData] ?? notes[joined(monitor, "..", result)]
            ?? notes[monitor]
    }

    private static func monitor(_ key: String) -> Substring {
        key[..<(key.utf8.firstIndex(of: UInt8(ascii: ".")) ?? key.endIndex)]
    }
}

/// A PSA and the credentials for it. Each decision asks for it several times, so it is one object that all share.
public final class PSAAccount: Sendable, Equatable {
    /// Which PSA.
    public enum System: String, Sendable {
        case connectWise = "CWF"
        case autotask = "ATK"
        case bms = "BMS"
        case tigerpaw = "TGP"
        case email = "GEN"
    }

    /// Which PSA.
    public let system: System
    /// `PSA_URL`: a host or a base URL.
    public let url: String
    /// `PSA_AV1` … `PSA_AV9`, by their number; the secret ones resolved.
    public let values: [Int: String]
    /// `PSA_ClientID`.
    public let clientID: String
    /// `PSA_CW_*`, `PSA_AT_*`, `PSA_BMS_*`, `PSA_TGP_*`, `PSA_CallsPerHour` by their names in small letters, fixed keys and
    /// routes alike.
    public let options: [String: String]
    /// What the options say of new tickets.
    public let terms: TicketTerms
    /// The lane that carries out this account's actions: the same for all tenants that share the account. It holds no
    /// secret.
    public let lane: String

    /// `PSA_CallsPerHour`; nil = what the PSA is known to take.
    public var callsPerHour: Int? { options["psa_callsperhour"].flatMap { Int($0) } }

    init(system: System, url: String, values: [Int: String], clientID: String, options: [String: String]) {
        self.system = system
        self.url = url
        self.values = values
        self.clientID = clientID
        self.options = options
        terms = TicketTerms(system, options)
        lane =
            system == .email
            ? TicketDraft.Mail.lanePrefix + url : joined(system.rawValue, " ", url, "/", values[1] ?? "")
    }

    /// Whether it is the same PSA, with the same credentials and options.
    public static func == (left: PSAAccount, right: PSAAccount) -> Bool {
        left.system == right.system && left.url == right.url && left.values == right.values
            && left.clientID == right.clientID && left.options == right.options
    }
}
