import Events
import Formats
import Settings

/// What a lane asks of a PSA.
enum TicketRequest: Sendable, Equatable {
    /// The tickets that carry an event's GUID.
    case tickets(Identifier)
    case ticket(String)
    case notes(of: String, Page)
    case list(CatalogueList, Page)
    case create(JSON)
    case note(JSON, on: String)
    case status(Int64, of: String)
    /// What hangs on a ticket and is made at a path of its own.
    case part(JSON, at: String)
    /// What is attached to a ticket.
    case files(of: String)
    case attach(FileUpload, on: String)

    /// A page of rows: by its number from 1, or by the last row of the page before.
    struct Page: Sendable, Equatable {
        var number = 1
        var after: Int64?
    }
}

/// What an answer means, whatever it was asked for.
enum ReplyMeaning: Sendable, Equatable {
    case done(JSON)
    /// There is no such record.
    case gone
    /// Whoever asked is not known, or no longer.
    case unauthenticated
    /// Whoever asked may not.
    case forbidden
    /// The address or the account is not what the configuration takes it for.
    case misdirected
    /// Not now; nothing was done.
    case busy
    /// It may have been done.
    case unclear
    /// It would be refused again.
    case refused
}

/// A new ticket with the account's own IDs, ready to be sent.
struct NewTicket: Sendable, Equatable {
    var body: JSON
    /// What was asked for and is not there; for the trace.
    var remarks: [String] = []
}

/// What a change of a ticket's status is for.
enum StatusChange: Sendable, Equatable {
    case reopening
    case closing
}

/// What differs between PSAs: the calls, what replies say, and how names become IDs. Everything else is `TicketJob`.
protocol TicketSystem: TicketDirectory, TicketSetup, Sendable {
    /// What messages call it.
    var name: String { get }
    /// Whose statuses they are, in messages.
    var statusPlace: String { get }
    /// What to check where it does not answer as expected.
    var hint: String { get }
    /// Tries that may run at the same time.
    var concurrencyLimit: Int { get }
    /// Calls of one kind that are made in an hour.
    var hourlyLimit: Int? { get }
    /// What the hourly limit counts together.
    func meter(_ call: VendorCall) -> String
    /// A text with asterisks for every secret of the account.
    func hidingSecrets(in text: String) -> String

    /// How a session is got; nil where calls need none.
    var connecting: VendorCall? { get }
    /// How a session that has ended is had again without credentials; nil where that is not possible.
    func renewing(_ session: VendorSession, _ now: Instant) -> VendorCall?
    /// The session that the answer brings; nil with a reason that is fit for people where it brings none.
    func session(in reply: VendorReply, _ now: Instant) -> (VendorSession?, String)

    /// Asks how much of what is allowed has been used, whoever has used it; nil where the PSA does not tell.
    func asksUsage(_ session: VendorSession?) -> VendorCall?
    /// The used part in per cent, of the answer to that.
    func usage(in reply: VendorReply) -> Int?

    func call(_ request: TicketRequest, _ session: VendorSession?, _ now: Instant) -> VendorCall
    func meaning(of reply: VendorReply) -> ReplyMeaning
    /// What an answer that is no success says of itself.
    func sentence(_ json: JSON, head: String) -> String
    /// The rows of a list's answer.
    func rows(_ record: JSON) -> [JSON]?
    /// The page that follows; nil after the last.
    func page(after rows: [JSON], of request: TicketRequest) -> TicketRequest.Page?

    /// Whether a ticket carries an event's GUID.
    func carries(_ ticket: JSON, _ reference: Identifier) -> Bool
    func noteText(_ note: JSON) -> String?
    func number(_ record: JSON, _ session: VendorSession?) -> TicketNumber?
    /// Whether the answer to a creation leaves out the number that people see, so that the ticket has to be read.
    var readsNumbers: Bool { get }
    /// Puts the agent's configuration item on a ticket; nil where there is none, or a new ticket has a place for it.
    func asset(
        of draft: TicketDraft, on ticket: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> TicketRequest?
    /// Whether the text for the technician alone is written as a note of its own, as a new ticket has no place for it.
    var notesInternals: Bool { get }

    func observed(_ ticket: JSON, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> ObservedTicket
    func newTicket(_ action: TicketAction, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> NewTicket
    /// A note's body; internal, as customers need not read of every repetition.
    func note(_ text: String, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> JSON
    /// A file in the form in which the PSA takes it; refused where it is longer than the PSA takes. It bears the marker.
    func upload(
        _ file: EventFile, marker: String, to ticket: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> FileUpload
    /// What a row of a ticket's files holds the marker in.
    func fileMark(_ row: JSON) -> String?
    /// Bytes of files that it takes in five minutes; nil where that is not limited.
    var uploadLimit: Int? { get }
    /// The status for a change: the first of the terms' names that there is, else the PSA's own choice; nil for none.
    func status(
        for change: StatusChange, _ terms: TicketAction.Terms, of ticket: JSON, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> Int64?
    /// Whether the answer to a change of the status shows that it was made.
    func shows(_ status: Int64, in record: JSON) -> Bool
}

extension TicketSystem {
    func renewing(_ session: VendorSession, _ now: Instant) -> VendorCall? { nil }
    func asksUsage(_ session: VendorSession?) -> VendorCall? { nil }
    func usage(in reply: VendorReply) -> Int? { nil }
    var uploadLimit: Int? { nil }
    func asset(
        of draft: TicketDraft, on ticket: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> TicketRequest? { nil }
}

/// The systems that lanes of tickets deliver to.
enum TicketSystems {
    static func system(for account: PSAAccount) -> any TicketSystem {
        switch account.system {
        case .autotask: Autotask(account)
        case .bms: BMS(account)
        case .connectWise, .tigerpaw, .email: ConnectWiseConnection(account)
        }
    }
}
