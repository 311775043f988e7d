import CPlatform
public import Dispatch
import Glibc

/// Turns the signals that an operator sends into calls on a queue. Their default action (the end of the process) is off
/// from the first `Signals` on; SIGPIPE is ignored, for a peer that has gone is an error of one write, not of the service.
///
/// Unchecked: Dispatch documents, but does not declare, that its sources may be used from any thread.
public final class Signals: @unchecked Sendable {
    /// What was asked for.
    public enum Request: Sendable, CaseIterable {
        /// SIGTERM.
        case terminate
        /// SIGINT: Ctrl-C.
        case interrupt
        /// SIGHUP: read the configuration again.
        case reload

        var number: Int32 {
            switch self {
            case .terminate: SIGTERM
            case .interrupt: SIGINT
            case .reload: SIGHUP
            }
        }
    }

    private let sources: [any DispatchSourceSignal]

    /// Calls `handler` on `queue` for each request. Requests that come faster than they are handled may be merged.
    public init(
        _ requests: [Request] = Request.allCases, on queue: DispatchQueue,
        handler: @escaping @Sendable (Request) -> Void
    ) throws(SystemError) {
        try Signals.ignore(SIGPIPE)
        var sources: [any DispatchSourceSignal] = []
        for request in requests {
            try Signals.ignore(request.number)
            let source = DispatchSource.makeSignalSource(signal: request.number, queue: queue)
            source.setEventHandler { handler(request) }
            source.resume()
            sources.append(source)
        }
        self.sources = sources
    }

    /// Ends the calls. The signals stay ignored.
    public func stop() {
        for source in sources { source.cancel() }
    }

    deinit { stop() }

    private static func ignore(_ number: Int32) throws(SystemError) {
        try check("signal", on: "signal \(number)") { itp_ignore_signal(number) }
    }
}
