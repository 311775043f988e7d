import Formats

/// The vendors that the sandbox stands for; the raw value is the first word of their paths and the `psa` of their
/// tickets.
enum SandboxVendor: String, CaseIterable, Sendable {
    case connectwise, autotask

    /// A stand-in with its seed and no tickets.
    ///
    /// - Parameter baseURL: where the sandbox is reached from outside, without a slash at its end.
    func sandbox(baseURL: String) -> any VendorSandbox {
        switch self {
        case .connectwise: ConnectWiseSandbox(baseURL: baseURL + "/connectwise")
        case .autotask: AutotaskSandbox(baseURL: baseURL + "/autotask")
        }
    }
}

/// What all stand-ins have in common: a value that answers requests, and a desk at which people work.
protocol VendorSandbox: Sendable {
    /// Who has called, how often, and how many at once.
    var meter: CallMeter { get set }

    /// Every ticket in the shape that all PSAs share.
    var tickets: [SandboxTicket] { get }

    /// Answers one request that no limit holds up.
    ///
    /// - Parameter now: the time in milliseconds since 1970, for the dates in records.
    mutating func handle(_ request: SandboxRequest, now: Int64) -> SandboxReply

    /// What the limits count a request as; nil where no limit counts it.
    func counted(_ request: SandboxRequest) -> CallMeter.Call?

    /// How much later an answer comes because of the calls that came before it.
    func delayMilliseconds(now: Int64) -> Int

    /// The vendor's answer to a call too many.
    func refusal(_ excess: CallMeter.Excess) -> SandboxReply

    /// A refusal that the vendor did not mean, in its own form.
    func failure(_ status: Int, retryAfterSeconds: Int?) -> SandboxReply

    /// The sender's reference of a ticket that is asked for; empty where it gives none, nil where none is asked for.
    func ticketReference(_ request: SandboxRequest) -> String?

    /// Does to a ticket what a technician does by hand.
    mutating func perform(_ work: TechnicianWork, on ticket: Int64, now: Int64) throws(SandboxRefusal)

    /// Changes the set-up of the PSA as its administrator does by hand.
    mutating func perform(_ work: AdministratorWork) throws(SandboxRefusal)
}

extension VendorSandbox {
    func delayMilliseconds(now: Int64) -> Int { 0 }

    /// The reference in a posted body's property of that name.
    func reference(_ name: String, in request: SandboxRequest) -> String {
        // A body that cannot be read has no reference, but it did arrive.
        JSON(ifValid: request.body)?[name]?.string ?? ""
    }
}
