import Events
import Formats
import Platform
import Testing

private final class Lines: LogSink {
    private let lines = Guarded<[[UInt8]]>([])
    func write(_ line: [UInt8]) { lines.with { $0.append(line) } }
    var all: [String] { lines.with { $0 }.map { String(decoding: $0, as: UTF8.self) } }
}

private struct StoppedClock: Clock {
    var now: Instant { Instant(milliseconds: 1_795_227_247_250) }
    var monotonicNanoseconds: UInt64 { 0 }
}

@Suite("The log")
struct LogTests {
    private let lines = Lines()

    private func log(_ form: Log.Form, level: LogLevel = .debug) -> Log {
        Log(level: level, form: form, clock: StoppedClock(), sink: lines)
    }

    @Test("text has time, level, message and fields on one line")
    func text() {
        log(.text).info("accepted", ["count": "3", "source": "dat to", "none": ""])
        #expect(lines.all == ["2026-11-21T02:14:07.250Z INFO    accepted count=3 source=\"dat to\" none=\"\"\n"])
    }

    @Test("JSON has the same as one object a line")
    func json() {
        log(.json).error("disk \"full\"", ["path": "/data"])
        #expect(
            lines.all == [
                #"{"time":"2026-11-21T02:14:07.250Z","level":"error","message":"disk \"full\"","path":"/data"}"# + "\n"
            ])
    }

    @Test("lines below the level are not even made")
    func level() {
        let log = log(.text, level: .warning)
        log.debug(Issue.never())
        log.info(Issue.never())
        log.warning("w")
        log.error("e")
        #expect(lines.all.count == 2)
    }

    private enum Issue {
        static func never() -> String {
            #expect(Bool(false), "made a message that nobody reads")
            return ""
        }
    }

    @Test("the context stands on every line")
    func context() {
        let log = log(.text).with(["event": "E1"])
        log.info("a")
        log.with(["lane": "cw"]).info("b", ["try": "2"])
        #expect(lines.all.map { $0.dropFirst(33) } == ["a event=E1\n", "b event=E1 lane=cw try=2\n"])
    }

    @Test(
        "nothing in a message or field can end the line, steer a terminal or forge a field",
        arguments: [Log.Form.text, .json])
    func injection(form: Log.Form) {
        let nasty = "a\nb\r\nc\u{1B}[2J\u{0}\u{85}\u{2028}\u{202E}\" level=error \\"
        log(form).info(nasty, ["field": nasty])
        let line = lines.all.joined()
        #expect(line.utf8.count { $0 < 0x20 } == 1)
        #expect(line.utf8.last == 0x0A)
        if form == .text {
            #expect(!line.unicodeScalars.contains { [0x85, 0x2028, 0x202E].contains($0.value) })
            #expect(line.contains(#"field="a\nb\r\nc\u{1b}[2J"#))
            #expect(line.contains(#"\" level=error \\""#))
        }
    }

    @Test("a line is never longer than what a pipe takes in one piece", arguments: [Log.Form.text, .json])
    func length(form: Log.Form) throws {
        let long = String(repeating: "ä\"", count: 100_000)
        log(form).info("m", ["a": long, "b": "short"])
        log(form).info(long, ["a": long, "b": long, "c": long])
        var log = log(form)
        for index in 1...200 { log = log.with(["field\(index)": "\(index)"]) }
        log.info("many")
        #expect(lines.all.count == 3)
        for line in lines.all { #expect(line.utf8.count <= Log.maxLineBytes) }
        #expect(lines.all[0].contains("short"))
        if form == .json {
            for line in lines.all { _ = try JSON(parsing: Array(line.utf8)) }
        }
    }

    @Test("levels have the names of the configuration")
    func levels() {
        #expect(LogLevel.allCases.map(\.rawValue) == ["debug", "info", "warning", "error"])
        #expect(LogLevel.allCases.sorted() == LogLevel.allCases)
    }
}
