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
    /// ConnectWise PSA.
    public private(set) var connectWise: ConnectWiseSandbox
    var faults: [FaultRule] = []
    var log = RequestLog()
    /// What is added to the clock of whoever owns this.
    var clockOffsetMilliseconds: Int64 = 0

    static let maximumFaults = 1000

    /// A world at its start: the seeded records and nothing else.
    public init(baseURL: String = "http://127.0.0.1:9090") {
        self.baseURL = baseURL
        connectWise = ConnectWiseSandbox(baseURL: baseURL + "/connectwise")
    }

    /// Every ticket of every PSA.
    public var tickets: [SandboxTicket] { connectWise.tickets }

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

    private mutating func visit(_ vendor: String, _ request: SandboxRequest, now: Int64) -> SandboxOutcome {
        log.count(vendor: vendor, reference: ticketReference(vendor, request))
        let (delay, struck) = strike(vendor, request)
        var status: Int?
        let ending: SandboxOutcome.Ending
        switch struck?.fault {
        case .status(let code, let wait):
            let reply = failure(vendor, code, retryAfterSeconds: wait)
            status = code
            ending = .reply(reply)
        case .resetBefore: ending = .reset
        case .hang: ending = .hang
        case .resetAfter:
            _ = answer(vendor, request, now: now)
            ending = .reset
        case .garbage:
            _ = answer(vendor, request, now: now)
            ending = .garbage
        case .truncate:
            let reply = answer(vendor, request, now: now)
            status = reply.status
            ending = .truncated(reply)
        case .latency, nil:
            let reply = answer(vendor, request, now: now)
            status = reply.status
            ending = .reply(reply)
        }
        let fault = struck?.text ?? (delay > 0 ? "latency:\(delay)" : nil)
        log.add(request, vendor: vendor, time: SandboxTime.text(now), status: status, fault: fault)
        return SandboxOutcome(delayMilliseconds: delay, ending: ending)
    }

    /// The faults that strike a request: all latencies, and the first of any other kind.
    private mutating func strike(_ vendor: String, _ request: SandboxRequest) -> (delay: Int, struck: FaultRule?) {
        var delay = 0
        for index in faults.indices {
            guard faults[index].strikes(vendor: vendor, method: request.method, path: request.path) else { continue }
            guard case .latency(let milliseconds) = faults[index].fault else { return (delay, faults[index]) }
            delay += milliseconds
        }
        return (delay, nil)
    }

    private mutating func answer(_ vendor: String, _ request: SandboxRequest, now: Int64) -> SandboxReply {
        switch vendor {
        case "connectwise": connectWise.handle(request, now: now)
        default: SandboxReply(status: 404, json: ["error": .string("no vendor answers below /\(vendor)")])
        }
    }

    /// A refusal that the vendor did not mean, in its own form.
    private func failure(_ vendor: String, _ status: Int, retryAfterSeconds: Int?) -> SandboxReply {
        var reply =
            switch vendor {
            case "connectwise": ConnectWiseSandbox.failure(status, retryAfterSeconds: retryAfterSeconds)
            default: SandboxReply(status: status, json: ["error": "a fault that was asked for"])
            }
        if let retryAfterSeconds { reply.headers.append(("Retry-After", String(retryAfterSeconds))) }
        return reply
    }

    /// The sender's reference of a ticket that is asked for; empty where it gives none, nil where none is asked for.
    private func ticketReference(_ vendor: String, _ request: SandboxRequest) -> String? {
        guard vendor == "connectwise", request.method == "POST",
            request.path.lowercased().split(separator: "/").suffix(2) == ["service", "tickets"]
        else { return nil }
        do {
            return try JSON(parsing: request.body)["externalXRef"]?.string ?? ""
        } catch {
            // A body that cannot be read has no reference, but it did arrive.
            return ""
        }
    }
}
