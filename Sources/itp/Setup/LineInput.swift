import Formats
import Glibc
import Platform

/// Answers from the terminal or a pipe, a line each. What is secret is not shown on a terminal, and whoever gives up with
/// Ctrl-C gets the terminal back as it was.
final class LineInput: Sendable {
    /// No answer is longer.
    private static let maximumBytes = 4096

    /// The terminal as it was found; nil where the input is none.
    private let terminal: termios?
    private let signals: Signals?

    init() throws {
        guard isatty(STDIN_FILENO) == 1 else {
            terminal = nil
            signals = nil
            return
        }
        var found = termios()
        try check("tcgetattr", on: "terminal") { tcgetattr(STDIN_FILENO, &found) }
        terminal = found
        signals = try Signals { [found] _ in
            var found = found
            tcsetattr(STDIN_FILENO, TCSANOW, &found)
            _exit(1)
        }
    }

    /// Signals have their handler no longer.
    func close() { signals?.stop() }

    /// Asks, and gives the line without blanks around it. Throws at the input's end.
    func ask(_ prompt: String, isSecret: Bool) throws -> String {
        try Files.writeAll(Array((prompt + ": ").utf8), to: STDOUT_FILENO, subject: "output")
        if isSecret, var silent = terminal {
            silent.c_lflag &= ~tcflag_t(ECHO)
            try check("tcsetattr", on: "terminal") { tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) }
        }
        defer {
            if isSecret, var shown = terminal { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
            // Neither a hidden line nor one of a pipe ends the line of the prompt.
            if isSecret || terminal == nil { writeLine("", to: STDOUT_FILENO) }
        }
        return try line()
    }

    private func line() throws -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < LineInput.maximumBytes {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if bytes.isEmpty { throw UsageError("the input has ended before all was answered") }
                break
            }
            if byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self).trimmed
    }
}
