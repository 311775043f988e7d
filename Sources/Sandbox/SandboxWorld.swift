import Formats

/// What becomes of a request: an answer, perhaps a late or a spoilt one.
public struct SandboxOutcome: Sendable {
    /// How the exchange ends.
    public enum Ending: Sendable {
        /// The answer is sent.
        case reply(SandboxReply)
        /// The first half of the answer is sent, then the connection is closed.
        case truncated(SandboxReply)
        /// Bytes that are no HTTP are sent, then the connection is closed.
        case garbage
        /// The connection is reset.
        case reset
        /// Nothing is ever sent.
        case hang
    }

    /// How long the ending is held back.
    public var delayMilliseconds: Int
    /// How the exchange ends.
    public var ending: Ending
}

/// All vendors' stand-ins with their faults, records and clock: everything of the sandbox but the sockets.
public struct SandboxWorld: Sendable {
    /// Where the listener is reached from outside, without a slash at its end.
    let baseURL: String
    var vendors: [SandboxVendor: any VendorSandbox]
    var faults: [FaultRule] = []
    var log = RequestLog()
    var mail = MailSink()
    var pagers = PagerSandbox()
    var vsa = VSASandbox()
    /// What is added to the clock of whoever owns this.
    var clockOffsetMilliseconds: Int64 = 0

    static let maximumFaults = 1000
    /// The first word of the paths of the runner of scripts.
    static let runnerVendor = "runner"
    /// The first word of the RMM's paths.
    static let rmmVendor = "vsa"

    /// A world at its start: the seeded records and nothing else.
    public init(baseURL: String = "http://127.0.0.1:9090") {
        self.baseURL = baseURL
        vendors = Dictionary(
            uniqueKeysWithValues: SandboxVendor.allCases.map { ($0, $0.sandbox(baseURL: baseURL)) })
    }

    /// Every ticket of every PSA.
    public var tickets: [SandboxTicket] { SandboxVendor.allCases.flatMap { vendors[$0]?.tickets ?? [] } }

    /// Takes one request: one of the vendors', or one about the sandbox itself.
    ///
    /// - Parameter now: the owner's time in milliseconds since 1970.
    public mutating func take(_ request: SandboxRequest, now: Int64) -> SandboxOutcome {
        let vendor = request.path.split(separator: "/").first.map(String.init) ?? ""
        guard vendor != "sandbox", vendor != "" else {
            return SandboxOutcome(delayMilliseconds: 0, ending: .reply(administer(request, now: now)))
        }
        return visit(vendor, request, now: now + clockOffsetMilliseconds)
    }

    private mutating func visit(_ word: String, _ request: SandboxRequest, now: Int64) -> SandboxOutcome {
        let vendor = SandboxVendor(rawValue: word)
        log.count(vendor: word, reference: vendor.flatMap { vendors[$0]?.ticketReference(request) })
        var (delay, struck) = strike(word, request)
        var reply: SandboxReply?
        let ending: SandboxOutcome.Ending
        switch struck?.fault {
        case .status(let code, let wait):
            let failure = failure(vendor, word, code, retryAfterSeconds: wait)
            reply = failure
            ending = .reply(failure)
        case .resetBefore: ending = .reset
        case .hang:
            hold(vendor, request, now: now)
            ending = .hang
        case .resetAfter, .garbage:
            _ = serve(vendor, request, now: now, delay: &delay)
            ending = struck?.fault == .garbage ? .garbage : .reset
        case .truncate:
            let served = serve(vendor, request, now: now, delay: &delay)
            reply = served
            ending = .truncated(served)
        case .latency, .closeAfter, .greylist, nil:
            let served = serve(vendor, request, now: now, delay: &delay)
            reply = served
            ending = .reply(served)
        }
        let fault = struck?.text ?? (delay > 0 ? "latency:\(delay)" : nil)
        log.add(request, vendor: word, time: SandboxTime.text(now), status: reply?.status, fault: fault)
        return SandboxOutcome(delayMilliseconds: delay, ending: ending)
    }

    /// The faults that strike a request: all latencies, and the first of any other kind.
    mutating func strike(_ vendor: String, _ request: SandboxRequest) -> (delay: Int, struck: FaultRule?) {
        var delay = 0
        for index in faults.indices {
            guard faults[index].strikes(vendor: vendor, method: request.method, path: request.path) else { continue }
            guard case .latency(let milliseconds) = faults[index].fault else { return (delay, faults[index]) }
            delay += milliseconds
        }
        return (delay, nil)
    }

    /// Has the vendor answer, unless the call breaks one of its limits; a call is under way until its answer is sent.
    private mutating func serve(
        _ vendor: SandboxVendor?, _ request: SandboxRequest, now: Int64, delay: inout Int
    ) -> SandboxReply {
        guard let vendor, let sandbox = vendors[vendor] else {
            let word = request.path.split(separator: "/").first.map(String.init) ?? ""
            if word == SandboxWorld.rmmVendor { return vsa.handle(request, now: now) }
            if word == SandboxWorld.runnerVendor { return vsa.handleRunner(request, now: now) }
            if let reply = pagers.handle(word, request, now: now) { return reply }
            return SandboxReply(status: 404, json: ["error": .string("no vendor answers below /\(word)")])
        }
        if let call = sandbox.counted(request) {
            delay += sandbox.delayMilliseconds(now: now)
            if let excess = vendors[vendor]?.meter.enter(call, now: now, until: now + Int64(delay)) {
                delay = 0
                return sandbox.refusal(excess)
            }
        }
        return vendors[vendor]?.handle(request, now: now) ?? SandboxReply(status: 404)
    }

    /// How long a call that hangs counts as one that is under way: less than any client waits, so that one that has given up
    /// and calls again is not blamed for two.
    private static let longestCallMilliseconds: Int64 = 50_000

    private mutating func hold(_ vendor: SandboxVendor?, _ request: SandboxRequest, now: Int64) {
        guard let vendor, let call = vendors[vendor]?.counted(request) else { return }
        _ = vendors[vendor]?.meter.enter(call, now: now, until: now + SandboxWorld.longestCallMilliseconds)
    }

    private func failure(
        _ vendor: SandboxVendor?, _ word: String, _ status: Int, retryAfterSeconds: Int?
    ) -> SandboxReply {
        var reply =
            vendor.flatMap { vendors[$0]?.failure(status, retryAfterSeconds: retryAfterSeconds) }
            ?? pagers.failure(word, status)
            ?? (word == SandboxWorld.rmmVendor ? VSASandbox.error(status, "a fault that was asked for") : nil)
            ?? SandboxReply(status: status, json: ["error": "a fault that was asked for"])
        if let retryAfterSeconds { reply.headers.append(("Retry-After", String(retryAfterSeconds))) }
        return reply
    }
}
