import CPlatform
import Glibc

/// Runs a program that is handed a question on its stdin and answers on its stdout: no shell, an environment of two
/// variables, no descriptor of ours, and an end by force when its time is over.
public enum ModuleProcess {
    /// What a run may take.
    public struct Limits: Sendable {
        /// From start to end.
        public var timeMilliseconds: Int
        /// On stdout; a program that writes more is ended.
        public var outputBytes = 64 << 10
        /// Of stderr, as much is kept for the reason of a failure; the rest is thrown away.
        public var errorBytes = 512

        /// Limits with a time.
        public init(timeMilliseconds: Int) { self.timeMilliseconds = timeMilliseconds }
    }

    /// How a run ended.
    public enum Ending: Sendable, Equatable {
        /// It ended by itself with exit code 0; what it wrote.
        case answered([UInt8])
        /// Anything else, as half a sentence.
        case failed(String)
    }

    /// All that a program finds in its environment.
    static let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"]
    /// How often it is looked for whether a program has ended that still holds its stdout, or was given up.
    static let lookMilliseconds: Int32 = 20

    /// Runs a program and waits for its end; blocks the calling thread. `isCancelled` is asked now and then.
    public static func run(
        _ program: String, input: [UInt8], limits: Limits, isCancelled: @Sendable () -> Bool = { false }
    ) -> Ending {
        do {
            // A program that reads nothing is an error of one write, not the end of this process.
            try check("signal", on: "SIGPIPE") { itp_ignore_signal(SIGPIPE) }
            var run = try Run(program, input)
            let fault = run.converse(limits, isCancelled)
            let ending = try run.end()
            if let fault { return .failed(fault) }
            return judge(ending, run)
        } catch {
            return .failed("it could not be run: \(error)")
        }
    }

    private static func judge(_ ending: Int32, _ run: borrowing Run) -> Ending {
        guard ending != 0 else { return .answered(run.output) }
        let what = ending > 0 ? "it ended with exit code \(ending)" : "signal \(-ending) ended it"
        let said = String(decoding: run.errors.prefix { $0 != 0x0A }, as: UTF8.self)
        return .failed(said.isEmpty ? what : "\(what): \(said)")
    }
}

/// One run: the child and our ends of its three pipes.
private struct Run: ~Copyable {
    private let program: String
    private let child: pid_t
    private var toChild: Int32
    private var fromChild: Int32
    private var errorsFromChild: Int32
    private var input: ArraySlice<UInt8>
    private(set) var output: [UInt8] = []
    private(set) var errors: [UInt8] = []

    init(_ program: String, _ input: [UInt8]) throws(SystemError) {
        self.program = program
        self.input = input[...]
        var opened: [Int32] = []
        do {
            for _ in 0..<3 {
                var ends: [Int32] = [0, 0]
                try check("pipe", on: program) { unsafe itp_pipe(&ends) }
                opened += ends
            }
            for ours in [opened[1], opened[2], opened[4]] {
                try check("fcntl", on: program) { fcntl(ours, F_SETFL, O_NONBLOCK) }
            }
            child = try Run.spawn(program, opened[0], opened[3], opened[5])
        } catch {
            for descriptor in opened { close(descriptor) }
            throw error
        }
        for theirs in [opened[0], opened[3], opened[5]] { close(theirs) }
        toChild = opened[1]
        fromChild = opened[2]
        errorsFromChild = opened[4]
    }

    private static func spawn(
        _ program: String, _ input: Int32, _ output: Int32, _ errors: Int32
    ) throws(SystemError) -> pid_t {
        var child: pid_t = 0
        let code = unsafe ChildProcess.withCStrings([program]) { arguments in
            unsafe ChildProcess.withCStrings(ModuleProcess.environment) { environment in
                unsafe itp_spawn_piped(&child, program, arguments, environment, input, output, errors)
            }
        }
        guard code == 0 else { throw SystemError(call: "posix_spawn", subject: program, code: code) }
        return child
    }

    /// Hands over the question and takes the answer until the program has ended; else the reason to end it.
    mutating func converse(_ limits: ModuleProcess.Limits, _ isCancelled: @Sendable () -> Bool) -> String? {
        let clock = SystemClock()
        let deadline = clock.monotonicNanoseconds + UInt64(limits.timeMilliseconds) * 1_000_000
        while true {
            if input.isEmpty { Run.shut(&toChild) }
            // Looked for before the last reading, so that what was written before the end is taken.
            let hasEnded = self.hasEnded
            waitForTraffic(hasEnded ? 0 : ModuleProcess.lookMilliseconds)
            write()
            errors += Run.read(&errorsFromChild).prefix(limits.errorBytes - errors.count)
            output += Run.read(&fromChild)
            guard output.count <= limits.outputBytes else { return "it wrote more than \(limits.outputBytes) bytes" }
            if hasEnded { return nil }
            if isCancelled() { return "the service stops" }
            guard clock.monotonicNanoseconds < deadline else {
                return "it took longer than \(limits.timeMilliseconds) ms"
            }
        }
    }

    private mutating func waitForTraffic(_ milliseconds: Int32) {
        var waiting = [
            pollfd(fd: toChild, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: fromChild, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errorsFromChild, events: Int16(POLLIN), revents: 0),
        ]
        // A negative descriptor is passed over; an interrupted wait only means to look sooner.
        _ = unsafe poll(&waiting, nfds_t(waiting.count), milliseconds)
    }

    private mutating func write() {
        while toChild >= 0, !input.isEmpty {
            let count = unsafe input.withUnsafeBufferPointer { unsafe Glibc.write(toChild, $0.baseAddress, $0.count) }
            if count > 0 {
                input = input.dropFirst(count)
            } else if errno == EAGAIN || errno == EINTR {
                return
            } else {
                // It does not want to know more.
                Run.shut(&toChild)
            }
        }
    }

    /// What is there; at the end the descriptor is closed. At most one buffer, so that the limits are looked at.
    private static func read(_ descriptor: inout Int32) -> [UInt8] {
        guard descriptor >= 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 { return Array(buffer[..<count]) }
        if count == 0 || errno != EAGAIN && errno != EINTR { Run.shut(&descriptor) }
        return []
    }

    private static func shut(_ descriptor: inout Int32) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    private var hasEnded: Bool {
        var information = unsafe siginfo_t()
        guard unsafe waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT | WNOHANG) == 0 else { return true }
        return unsafe information.si_signo != 0
    }

    /// Ends the program and all that it has started, if it has not ended; its exit code, or the signal made negative.
    mutating func end() throws(SystemError) -> Int32 {
        Run.shut(&toChild)
        Run.shut(&fromChild)
        Run.shut(&errorsFromChild)
        // It has not been waited for, so the number of its group is still its own.
        kill(-child, SIGKILL)
        var status: Int32 = 0
        try check("waitpid", on: program) { unsafe waitpid(child, &status, 0) }
        return itp_exit_status(status)
    }
}
