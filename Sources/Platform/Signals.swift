import CPlatform
import Glibc

/// Turns the signals that an operator sends into calls on a thread of their own. Their default action (the end of the
/// process) is off from the first `Signals` on; SIGPIPE is ignored, for a peer that has gone is an error of one write, not
/// of the service. A process has one `Signals` at a time.
public final class Signals: Sendable {
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

    private let writeEnd: Int32
    private let thread: SystemThread

    /// Calls `handler` for each signal, in their order. It must hand the request on and return: the next signal waits
    /// for it.
    public init(handler: @escaping @Sendable (Request) -> Void) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        try check("pipe", on: "signals") { unsafe itp_pipe(&ends) }
        let readEnd = ends[0]
        writeEnd = ends[1]
        thread = try SystemThread(name: "signals") {
            Signals.run(readEnd, handler)
            close(readEnd)
        }
        try check("signal", on: "SIGPIPE") { itp_ignore_signal(SIGPIPE) }
        for request in Request.allCases {
            try check("sigaction", on: "\(request)") { itp_catch_signal(request.number, writeEnd) }
        }
    }

    /// Ends the calls. From now on the signals are ignored.
    public func stop() {
        for request in Request.allCases { _ = itp_ignore_signal(request.number) }
        // The writing end stays open: a handler may still be about to write, and must not meet another's descriptor.
        var end: UInt8 = 0
        _ = unsafe write(writeEnd, &end, 1)
        thread.join()
    }

    private static func run(_ readEnd: Int32, _ handler: (Request) -> Void) {
        var byte: UInt8 = 0
        while true {
            let count = unsafe read(readEnd, &byte, 1)
            if count < 0, errno == EINTR { continue }
            if count <= 0 || byte == 0 { return }
            if let request = Request.allCases.first(where: { $0.number == Int32(byte) }) { handler(request) }
        }
    }
}
