import Events
import Formats

/// How much a line matters.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug
    case info
    case warning
    case error

    /// Whether the left level matters less.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

/// Where finished lines go.
public protocol LogSink: Sendable {
    /// Takes one line with its line end; must not split it.
    func write(_ line: [UInt8])
}

/// A structured log: a small value that is passed around. A line is a time, a level, a message and fields; it is short
/// enough to be written in one piece, and nothing in it can end it or steer a terminal.
public struct Log: Sendable {
    /// How a line looks.
    public enum Form: Sendable {
        /// For people: `2026-11-21T02:14:07.250Z INFO    accepted count=3`.
        case text
        /// For machines: one JSON object a line.
        case json
    }

    /// A name and what it stands for on this line.
    public typealias Field = (name: String, value: String)

    /// The longest line. A write of this size to a pipe is never mixed with another's (PIPE_BUF).
    public static let maxLineBytes = 4096

    /// Lines below it are not written.
    public var level: LogLevel
    private let form: Form
    private let clock: any Clock
    private let sink: any LogSink
    private var context: [Field] = []

    /// Makes a log.
    public init(level: LogLevel = .info, form: Form, clock: any Clock = SystemClock(), sink: any LogSink) {
        self.level = level
        self.form = form
        self.clock = clock
        self.sink = sink
    }

    /// The same log with fields that every line gets.
    public func with(_ fields: KeyValuePairs<String, String>) -> Log {
        var log = self
        for (name, value) in fields { log.context.append((name, value)) }
        return log
    }

    /// What helps only when looking for a fault.
    public func debug(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.debug, message(), fields)
    }

    /// What happened in the ordinary course.
    public func info(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.info, message(), fields)
    }

    /// What went wrong and was coped with.
    public func warning(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.warning, message(), fields)
    }

    /// What somebody has to look after.
    public func error(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.error, message(), fields)
    }

    private func write(
        _ lineLevel: LogLevel, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String>
    ) {
        guard lineLevel >= level else { return }
        let now = clock.now
        let text = message()
        var all = context
        for (name, value) in fields { all.append((name, value)) }
        sink.write(LogLine(time: now, level: lineLevel, message: text, fields: all).bytes(form))
    }
}
