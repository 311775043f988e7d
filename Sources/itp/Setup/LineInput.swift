import Formats
import Glibc
import Platform

/// Answers from the terminal or a pipe, a line each. What is secret is not shown on a terminal.
struct LineInput {
    /// No answer is longer.
    private static let maximumBytes = 4096

    /// Asks, and gives the line without blanks around it. Throws at the input's end.
    mutating func ask(_ prompt: String, isSecret: Bool) throws -> String {
        try Files.writeAll(Array((prompt + ": ").utf8), to: STDOUT_FILENO, subject: "output")
        let isHidden = isSecret && isatty(STDIN_FILENO) == 1
        var settings = termios()
        if isHidden {
            try check("tcgetattr", on: "terminal") { tcgetattr(STDIN_FILENO, &settings) }
            var silent = settings
            silent.c_lflag &= ~tcflag_t(ECHO)
            try check("tcsetattr", on: "terminal") { tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) }
        }
        defer {
            if isHidden { tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) }
            // Neither a hidden line nor one of a pipe ends the line of the prompt.
            if isHidden || isatty(STDIN_FILENO) != 1 { writeLine("", to: STDOUT_FILENO) }
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
