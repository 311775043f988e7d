import CPlatform
import Glibc

/// A program that runs beside this one. It gets a pipe as its stdin, which this process keeps open: the system closes it
/// when this process ends, however it ends, and a child that reads it to its end can end with its parent.
public final class ChildProcess: Sendable {
    /// How a program ended.
    public enum Ending: Sendable, Equatable {
        /// By itself, with this exit code.
        case exited(Int32)
        /// By this signal.
        case signalled(Int32)
    }

    private struct State: Sendable {
        var ending: Ending?
        var input: Int32?
    }

    /// The child's process ID.
    public let pid: Int32
    private let program: String
    private let state: Guarded<State>

    /// Starts a program: a path, no search through PATH, no shell.
    ///
    /// - Parameters:
    ///   - environment: `NAME=value` each; nil: that of this process.
    ///   - ownGroup: whether signals from the terminal (Ctrl-C) pass the child by.
    public init(
        _ program: String, _ arguments: [String] = [], environment: [String]? = nil, ownGroup: Bool = false
    ) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        try check("pipe", on: program) { unsafe itp_pipe(&ends) }
        let readEnd = ends[0]
        let writeEnd = ends[1]
        var child: pid_t = 0
        let code = unsafe ChildProcess.withCStrings([program] + arguments) { argumentList in
            guard let environment else {
                return unsafe itp_spawn(&child, program, argumentList, itp_environment(), readEnd, ownGroup ? 1 : 0)
            }
            return unsafe ChildProcess.withCStrings(environment) { environmentList in
                unsafe itp_spawn(&child, program, argumentList, environmentList, readEnd, ownGroup ? 1 : 0)
            }
        }
        close(readEnd)
        guard code == 0 else {
            close(writeEnd)
            throw SystemError(call: "posix_spawn", subject: program, code: code)
        }
        pid = child
        self.program = program
        state = Guarded(State(input: writeEnd))
    }

    /// Sends a signal, unless the child has been waited for: its number may already be another's.
    public func send(signal: Int32) throws(SystemError) {
        try state.with { state throws(SystemError) in
            guard state.ending == nil else { return }
            try check("kill", on: program) { kill(pid, signal) }
        }
    }

    /// Closes the child's stdin.
    public func closeInput() {
        state.with { state in
            if let input = state.input { close(input) }
            state.input = nil
        }
    }

    /// Waits for the child's end; blocks the calling thread.
    @discardableResult
    public func wait() throws(SystemError) -> Ending {
        if let ending = state.with({ $0.ending }) { return ending }
        // First only look, so that the number stays the child's while `send` may still use it.
        do {
            try check("waitid", on: program) {
                var information = unsafe siginfo_t()
                return unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT)
            }
        } catch {
            // Another waiter was faster.
            if let ending = state.with({ $0.ending }) { return ending }
            throw error
        }
        return try state.with { state throws(SystemError) in
            if let ending = state.ending { return ending }
            var status: Int32 = 0
            try check("waitpid", on: program) { unsafe waitpid(pid, &status, 0) }
            let code = itp_exit_status(status)
            let ending = code < 0 ? Ending.signalled(-code) : Ending.exited(code)
            state.ending = ending
            return ending
        }
    }

    deinit { closeInput() }

    /// C's list of strings, for the time of a call.
    static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var list = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe list.indices { unsafe free(list[index]) }
        }
        return unsafe body(&list)
    }
}
