public import Events
public import Formats

/// Who is told of a tenant's urgent tickets, and how: the keys `Notify*`, `NOC*` and `PageWait`.
public struct NotificationSettings: Sendable, Equatable {
    /// `NotifyPriority`: tickets up to this priority are told; 0 = none.
    public var priority = 2
    /// `NotifyOCEmail`: the on-call staff.
    public var onCall: [String] = []
    /// `NotifyOCAlways`: they are mailed also while the help desk is staffed.
    public var onCallAlways = false
    /// `AdvanceWarn`: they are mailed when a procedure is begun for a P1 or P2.
    public var warnsInAdvance = false
    /// `NotifyProcess` and what belongs to it; nil = nobody is paged.
    public var pager: Pager?
    /// `NotifyControl=1`: pages within the coverage are collected, one each five minutes.
    public var collectsPages = false
    /// `NotifySubject`; nil = the default.
    public var subject: Template?
    /// `NotifyBody`; nil = the default.
    public var body: Template?
    /// `PageWait`: how long a message waits for the ticket's number.
    public var wait = Instant.Span.seconds(60)
    /// `NOC-Notify` and what belongs to it; nil = no NOC is told.
    public var noc: NOC?

    /// Nobody is told of anything.
    public init() {}

    /// Whether anybody is told of any ticket, whatever the organisation adds.
    public var tellsAnybody: Bool { !onCall.isEmpty || pager != nil || noc != nil }

    /// Where pages go.
    public struct Pager: Sendable, Equatable {
        /// The services by the names that `NotifyProcess` knows.
        public enum Service: String, Sendable, CaseIterable {
            case opsgenie = "OpsGenie"
            case pagerDuty = "PagerDuty"
            case onPage = "OnPage"
            case slack = "Slack"
            case teams = "Teams"
            case email = "Email"

            /// Whether pages can go to an interface of its own; what OnPage's takes is not public.
            public var hasInterface: Bool { self != .email && self != .onPage }
        }

        /// Which service.
        public var service: Service
        /// `NotifyURL` in the place of the API's own; nil = that.
        public var url: String?
        /// `NotifyKey`; nil = pages go by mail.
        public var key: String?
        /// `NotifyEmail`: where pages go without a key.
        public var addresses: [String]

        /// Makes a pager.
        public init(service: Service, url: String?, key: String?, addresses: [String]) {
            self.service = service
            self.url = url
            self.key = key
            self.addresses = addresses
        }
    }

    /// A network operations centre.
    public struct NOC: Sendable, Equatable {
        /// `NOC_Email`.
        public var addresses: [String]
        /// `NOC_AlertLevel`: tickets up to this priority are told.
        public var level = 2
        /// `NOC_Restrict`: not those of workstations.
        public var excludesWorkstations = false
        /// `NOC_Always`: also while the help desk is staffed.
        public var isAlways = false
    }

    /// How long a message of a priority waits for the ticket's number: what is most urgent waits 15 seconds at most.
    public func wait(priority: Int) -> Instant.Span { priority == 1 ? min(wait, .seconds(15)) : wait }
}

/// The notices to the administrator: `VsaAdminEmail`, `NotifyFailCancel`, `NoticeBatch`.
public struct NoticeSettings: Sendable, Equatable {
    /// Who gets them; none = there are none.
    public var addresses: [String] = []
    /// `VsaEmail`: from whom they come.
    public var from = ""
    /// Bit 0 of `NotifyFailCancel`.
    public var tellsFailures = true
    /// Bit 1 of `NotifyFailCancel`.
    public var tellsCancellations = true
    /// `NoticeBatch`: how long they are collected; 0 = each goes out at once.
    public var batch = Instant.Span.minutes(5)

    /// Nobody is told.
    public init() {}
}

/// The addresses of a list with commas or semicolons, each once.
func addresses(_ list: String) -> [String] {
    var seen: Set<String> = []
    return list.split { $0 == "," || $0 == ";" }.map(\.trimmed).filter { isAddress($0) && seen.insert($0).inserted }
}

/// Whether a text can be an address: no blank and no control character, so that none can add a header to a mail.
func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && text.utf8.count <= 254
        && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
}
