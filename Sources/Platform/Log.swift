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
    /// Takes one line with its line end; must not split it, and must not wait for anybody.
    func write(_ line: [UInt8])
    /// How many lines could not be written.
    var droppedLines: Int { get }
    /// Waits a moment until what it was given is written; it takes nothing afterwards.
    func finish()
}

extension LogSink {
    /// None: most sinks lose nothing.
    public var droppedLines: Int { 0 }
    /// Most sinks have written what they were given.
    public func finish() {}
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

    /// The field that names the event of which a line tells.
    public static let eventField = "event"

    /// The longest line. A write of this size to a pipe is never mixed with another's (PIPE_BUF).
    public static let maxLineBytes = 4096

    /// Lines below it are not written.
    public var level: LogLevel
    private let form: Form
    private let clock: any Clock
    private let sink: any LogSink
    private var context: [Field] = []
    /// Where lines are kept beside the sink.
    public var folder: LogFolder?

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

    /// How many lines could not be written: to stderr, and to the files of `LogDir`.
    public var droppedLinesByOutput: [(output: String, count: Int)] {
        [("stderr", sink.droppedLines)] + (folder.map { [("files", $0.droppedLines)] } ?? [])
    }

    /// Waits a moment for the sink: the program ends.
    public func finish() { sink.finish() }

    private func write(
        _ lineLevel: LogLevel, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String>
    ) {
        guard lineLevel >= level else { return }
        let now = clock.now
        let text = message()
        var all = context
        for (name, value) in fields { all.append((name, value)) }
        let line = LogLine(time: now, level: lineLevel, message: text, fields: all)
        sink.write(line.bytes(form))
        guard let folder else { return }
        folder.keep(line.bytes(.text), of: all.contains { $0.name == Log.eventField } ? .processing : .service, at: now)
    }
}
