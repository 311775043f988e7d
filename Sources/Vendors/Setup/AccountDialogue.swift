public import Events
import Formats
public import Settings

/// A conversation with a PSA account, one call after another, for commands in which nothing else waits. Whoever owns it
/// carries the calls out and knows the time; signing in, pages of lists and secrets in reasons are its own.
public struct AccountDialogue {
    /// Carries out a call.
    public typealias Exchange = (VendorCall) -> VendorOutcome

    let system: any TicketSystem
    private let exchange: Exchange
    private let time: () -> Instant
    private var catalogue = Catalogue()
    /// Whether any call has been a success: where not, the way to the account is what has to be mended.
    private(set) var hasAnswered = false

    /// A conversation with an account.
    public init(_ account: PSAAccount, time: @escaping () -> Instant, exchange: @escaping Exchange) {
        system = TicketSystems.system(for: account)
        self.exchange = exchange
        self.time = time
    }

    var now: Instant { time() }

    /// Goes on with `body` until no list is missing for it.
    mutating func resolving<Result>(
        _ body: (Catalogue, Instant) throws(Unresolved) -> Result
    ) throws(DialogueFault) -> Result {
        while true {
            do {
                return try body(catalogue, now)
            } catch {
                switch error {
                case .needs(let list): try read(list)
                case .refused(let reason): throw DialogueFault(system.hidingSecrets(in: reason))
                }
            }
        }
    }

    /// The rows of a list, as they are now.
    mutating func rows(_ list: CatalogueList) throws(DialogueFault) -> [JSON] {
        try read(list)
        return try resolving { catalogue, now throws(Unresolved) in try catalogue.rows(list, now) { _ in true } }
    }

    private mutating func read(_ list: CatalogueList) throws(DialogueFault) {
        var rows: [JSON] = []
        var page: TicketRequest.Page? = TicketRequest.Page()
        while let next = page {
            guard next.number <= CatalogueList.pageLimit else {
                throw DialogueFault("\(list.what): more than \(rows.count) rows")
            }
            let request = TicketRequest.list(list, next)
            let record = try ask(list.what) { [system, now] session in system.call(request, session, now) }
            guard let some = system.rows(record) else { throw DialogueFault("\(list.what): an answer without a list") }
            rows += some
            page = system.page(after: some, of: request)
        }
        catalogue.keep(rows, of: list, now)
    }

    /// Forgets what has been read, because something was changed.
    mutating func forgetLists() { catalogue.clear() }

    /// Makes a call and gives the record of its answer; whatever is no success is a fault.
    @discardableResult
    mutating func ask(
        _ what: String, _ call: (VendorSession?) -> VendorCall
    ) throws(DialogueFault) -> JSON {
        for isLast in [false, true] {
            try connect()
            let outcome = exchange(call(catalogue.session))
            if let record = system.record(outcome) {
                hasAnswered = true
                return record
            }
            if !isLast, system.connecting != nil, case .reply(let reply) = outcome,
                system.meaning(of: reply) == .unauthenticated
            {
                catalogue.session = nil
                continue
            }
            throw fault(outcome, what)
        }
        throw DialogueFault(what)
    }

    private mutating func connect() throws(DialogueFault) {
        guard let connecting = system.connecting, catalogue.session.map({ $0.until <= now }) ?? true else { return }
        let outcome = exchange(connecting)
        guard case .reply(let reply) = outcome else { throw fault(outcome, "signing in to \(system.name)") }
        let (session, reason) = system.session(in: reply, now)
        guard let session else {
            throw DialogueFault(system.hidingSecrets(in: "signing in to \(system.name): \(reason)"))
        }
        catalogue.session = session
    }

    private func fault(_ outcome: VendorOutcome, _ what: String) -> DialogueFault {
        switch outcome {
        case .notSent(let reason), .ambiguous(let reason):
            return DialogueFault(system.hidingSecrets(in: "\(what): \(reason)"))
        case .reply(let reply):
            var reason = "\(what): \(system.sentence(reply))"
            switch system.meaning(of: reply) {
            case .unauthenticated, .forbidden, .misdirected: reason += system.hint
            // A list is always there: where it is not, the address or the account is wrong.
            case .gone where what.hasPrefix("reading "): reason += system.hint
            default: break
            }
            return DialogueFault(system.hidingSecrets(in: reason))
        }
    }

    /// Carries out an order of a lane.
    mutating func carryOut(_ order: DeliveryOrder) -> DeliveryReport {
        var job = TicketJob(order, system, quietPeriod: .seconds(0))
        var step: DeliveryStep? = job.start(catalogue, now)
        while let next = step {
            switch next {
            case .call(let call): step = job.take(exchange(call), &catalogue, now)
            case .declareIntent: step = job.intentIsDurable(catalogue, now)
            case .finish(let report): return report.changingReason { system.hidingSecrets(in: $0) }
            }
        }
        return .retry(reason: "nothing more to do", after: nil)
    }
}

/// Why a conversation with an account has ended, in a sentence that holds no secret.
public struct DialogueFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence.
    public var description: String

    /// Makes a fault.
    public init(_ description: String) { self.description = description }
}
