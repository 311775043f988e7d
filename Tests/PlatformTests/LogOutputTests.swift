import CPlatform
import Events
import Formats
import Glibc
import Platform
import TestSupport
import Testing

/// A real pipe.
private struct Pipe {
    let reading: Int32
    let writing: Int32

    init() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try check("pipe", on: "log") { unsafe pipe(&ends) }
        (reading, writing) = (ends[0], ends[1])
    }

    /// Lines, until `isLast` says so of one.
    func lines(until isLast: (String) -> Bool) throws -> [String] {
        var lines: [String] = []
        var rest: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try check("read", on: "log") { unsafe read(reading, &chunk, chunk.count) }
            guard count > 0 else { throw SystemError(call: "read", subject: "log", code: EPIPE) }
            rest += chunk[..<count]
            while let end = rest.firstIndex(of: 0x0A) {
                lines.append(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeFirst(end + 1)
                if let last = lines.last, isLast(last) { return lines }
            }
        }
    }

    func end() {
        close(writing)
        close(reading)
    }
}

@Suite("Where log lines go")
struct LogOutputTests {
    private let lineCount = 3000
    private let text = String(repeating: "x", count: 200)

    private func lost(_ line: String) -> Int {
        guard let json = try? JSON(parsing: line), json["message"] == "log lines were dropped: nobody read them" else {
            return 0
        }
        return Int(json["count"]?.string ?? "") ?? 0
    }

    @Test("a pipe that nobody reads holds nobody up: what finds no room is counted, and said once somebody reads")
    func fullPipe() async throws {
        let pipe = try Pipe()
        let sink = try StandardError(form: .json, descriptor: pipe.writing, maxWaitingBytes: 16 << 10)
        let log = Log(form: .json, sink: sink)
        for number in 0..<lineCount { log.info(text, ["number": "\(number)"]) }
        let dropped = sink.droppedLines
        #expect(dropped > 0 && log.droppedLinesByOutput.map(\.count) == [dropped])
        // Each line is the next one, or says how many are missing before the next one.
        var next = 0
        _ = try await onThread("reader") {
            try pipe.lines { line in
                let missing = lost(line)
                if missing == 0 { #expect(line.contains("\"number\":\"\(next)\"")) }
                next += max(1, missing)
                return next == lineCount
            }
        }
        #expect(next == lineCount && sink.droppedLines == dropped)
        try await onThread("end") { sink.finish() }
        log.info("too late")
        #expect(sink.droppedLines == dropped + 1)
        pipe.end()
    }

    @Test("the end of the program does not wait for who never reads")
    func stuckEnd() async throws {
        let pipe = try Pipe()
        let sink = try StandardError(form: .text, descriptor: pipe.writing, maxWaitingBytes: 1 << 20)
        for _ in 0..<lineCount { sink.write(Array(text.utf8)) }
        try await onThread("end") { sink.finish() }
        #expect(sink.droppedLines == 0)
        // Only now, so that the thread that is stuck finds its way out.
        close(pipe.reading)
    }

    @Test("lines for a reader who has gone are counted")
    func goneReader() async throws {
        let pipe = try Pipe()
        close(pipe.reading)
        let sink = try StandardError(form: .text, descriptor: pipe.writing)
        for _ in 0..<3 { sink.write(Array("x\n".utf8)) }
        #expect(try await onThread("end") { waitUntil { sink.droppedLines == 3 } })
        try await onThread("end") { sink.finish() }
        close(pipe.writing)
    }

    @Test(
        "who gave a descriptor may close it while lines wait: they go where it led to, not to who has its number next")
    func closedByItsGiver() throws {
        let pipe = try Pipe()
        let sink = try StandardError(form: .text, descriptor: pipe.writing)
        close(pipe.writing)
        sink.write(Array("x\n".utf8))
        #expect(try pipe.lines { _ in true } == ["x"])
        close(pipe.reading)
    }

    @Test("a pipe that was made not to block is written to whole")
    func nonBlocking() async throws {
        let pipe = try Pipe()
        itp_make_own(pipe.writing)
        let sink = try StandardError(form: .json, descriptor: pipe.writing)
        for _ in 0..<lineCount { sink.write(Array((text + "\n").utf8)) }
        var count = 0
        _ = try await onThread("reader") {
            try pipe.lines { line in
                count += line == text ? 1 : 0
                return count == lineCount
            }
        }
        #expect(count == lineCount && sink.droppedLines == 0)
        try await onThread("end") { sink.finish() }
        pipe.end()
    }
}
