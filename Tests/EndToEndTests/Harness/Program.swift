import Formats
import Glibc
import Platform
import TestSupport

/// The real program in a process of its own, with its output in files.
final class Program: Sendable {
    /// What the program said and how it ended.
    struct Result: Sendable {
        var code: Int32
        var output: String
        var errors: String
    }

    private let child: ChildProcess
    private let outputPath: String
    private let errorsPath: String

    /// How many have been started: each has files of its own, so that none is taken for another's.
    private static let started = Guarded(0)

    /// Starts `itp`, or another program, with these words. The output goes to files in `folder`.
    init(_ words: [String], in folder: String, program: String? = nil) throws {
        let number = Program.started.with { count in
            count += 1
            return count
        }
        outputPath = "\(folder)/\(number).out"
        errorsPath = "\(folder)/\(number).err"
        // The shell puts the output into files and then becomes the program: the process ID stays the same.
        let script = "exec >\"$0\" 2>\"$1\"; shift; exec \"$@\""
        child = try ChildProcess(
            "/bin/sh", ["-c", script, outputPath, errorsPath, try program ?? Program.path()] + words, ownGroup: true)
    }

    deinit {
        do {
            try kill()
        } catch {
            // It has ended already.
        }
    }

    /// Where the program is: `ITP_BINARY`, else beside the test bundle, else in the repository's build folder.
    static func path() throws -> String {
        if let named = getenv("ITP_BINARY") { return String(cString: named) }
        let bundle = try Files.executablePath().split(separator: "/").dropLast().joined(separator: "/")
        for path in ["/\(bundle)/itp", Repository.root + "/.build/debug/itp"] where access(path, X_OK) == 0 {
            return path
        }
        throw Trouble("there is no itp beside /\(bundle): run `swift build`, or name it with ITP_BINARY")
    }

    /// Runs a command to its end.
    static func run(
        _ words: [String], in folder: String, program other: String? = nil, seconds: Int = 30
    ) throws -> Result {
        let program = try Program(words, in: folder, program: other)
        guard case .exited(let code) = try program.end(within: seconds) else {
            throw Trouble("\(other ?? "itp") \(words.joined(separator: " ")) was ended by a signal: \(program.errors)")
        }
        return Result(code: code, output: program.output, errors: program.errors)
    }

    var processID: Int32 { child.pid }

    /// What it has written to stdout so far.
    var output: String { Program.text(outputPath) }

    /// What it has written to stderr so far.
    var errors: String { Program.text(errorsPath) }

    private static func text(_ path: String) -> String {
        do {
            return String(decoding: try Files.read(path, maxBytes: 64 << 20), as: UTF8.self)
        } catch {
            // The shell has not made it yet.
            return ""
        }
    }

    /// The log's lines that bear this message.
    func logLines(_ message: String) -> [JSON] {
        errors.split(separator: "\n").compactMap { try? JSON(parsing: String($0)) }
            .filter { $0["message"]?.string == message }
    }

    /// The address that a service says it listens on.
    func serviceAddress() throws -> String {
        var address: String?
        let found = try waitUntil {
            address = logLines("the service takes alerts").first?["address"]?.string
            if address == nil, try hasEnded() { throw Trouble("the service did not start: \(errors)") }
            return address != nil
        }
        guard found, let address else { throw Trouble("the service does not say where it listens: \(errors)") }
        return address
    }

    /// The address that a sandbox says it listens on.
    func sandboxAddress() throws -> String {
        let before = "sandbox: http://"
        var address: String?
        let found = try waitUntil {
            let line = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .first { $0.hasPrefix(before) }
            address = line.map { String($0.dropFirst(before.count).prefix { $0 != "/" }) }
            if address == nil, try hasEnded() { throw Trouble("the sandbox did not start: \(errors)") }
            return address != nil
        }
        guard found, let address else { throw Trouble("the sandbox does not say where it listens: \(output)") }
        return address
    }

    /// The address at which a sandbox that has said where it listens takes mail.
    func mailAddress() throws -> String {
        let line = output.split(separator: "\n").first { $0.hasPrefix("sandbox: ") } ?? ""
        guard let mark = line.firstRange(of: ", mail at ") else { throw Trouble("no mail is taken: \(output)") }
        return String(line[mark.upperBound...])
    }

    func send(signal: Int32) throws { try child.send(signal: signal) }

    /// Ends it as a loss of power would, and waits until it is gone.
    func kill() throws {
        try child.send(signal: SIGKILL)
        try child.wait()
    }

    private func hasEnded() throws -> Bool {
        var information = siginfo_t()
        try check("waitid", on: "itp") {
            waitid(P_PID, id_t(child.pid), &information, WEXITED | WNOWAIT | WNOHANG)
        }
        return information.si_signo == SIGCHLD
    }

    /// Waits for its end by itself. Throws where it takes longer.
    @discardableResult
    func end(within seconds: Int) throws -> ChildProcess.Ending {
        guard try waitUntil(seconds: seconds, hasEnded) else {
            throw Trouble("the program still runs after \(seconds) seconds: \(errors)")
        }
        return try child.wait()
    }
}

/// The repository that these tests belong to.
enum Repository {
    static let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
}
