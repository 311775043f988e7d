import Formats
import Testing

@testable import HTTPServer

private let second: UInt64 = 1_000_000_000

/// A connection without a socket, driven by made-up times; every head is admitted.
private struct Bench {
    var state: ConnectionState
    var requests: [(line: String, body: String, sequence: UInt64)] = []
    var refusals: [RefusalReason] = []

    init(_ limits: HTTPLimits = HTTPLimits()) { state = ConnectionState(limits: limits, now: 0) }

    mutating func send(_ text: String, at now: UInt64 = 0) {
        let bytes = Array(text.utf8)
        var offset = 0
        var step = state.receive(bytes.span, from: &offset, now: now)
        while true {
            var next: ConnectionStep?
            switch step {
            case .needsInput:
                state.continueIfOwed(now: now)
                return
            case .head(let head): next = state.admit(head, now: now)
            case .request(let head, let body, let sequence):
                requests.append((head.method + head.rawTarget, String(decoding: body, as: UTF8.self), sequence))
            case .refused(let reason): refusals.append(reason)
            }
            step = next ?? state.receive(bytes.span, from: &offset, now: now)
        }
    }

    mutating func answer(_ text: String, _ sequence: UInt64, at now: UInt64 = 0) {
        state.answer(.response(.text(200, text)), sequence: sequence, now: now)
        if state.canResume { send("", at: now) }
    }

    /// Takes all output, as a socket with room for it would.
    mutating func written(at now: UInt64 = 0) -> String {
        let text = String(decoding: state.output[state.outputStart...], as: UTF8.self)
        state.wrote(state.outputCount, now: now)
        return text
    }
}

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

struct ConnectionStateTests {
    @Test("requests come out the same, whole or byte by byte")
    func byteByByte() {
        let text =
            "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get
            + "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n" + get
        for size in [text.utf8.count, 1, 7, 50] {
            var bench = Bench()
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                bench.send(String(decoding: bytes[start..<min(start + size, bytes.count)], as: UTF8.self))
            }
            #expect(bench.requests.map(\.line) == ["POST/a", "GET/", "POST/b", "GET/"])
            #expect(bench.requests.map(\.body) == ["abc", "", "def", ""])
            #expect(bench.requests.map(\.sequence) == [0, 1, 2, 3])
            #expect(bench.state.pendingCount == 0)
        }
    }

    @Test("answers leave in the order of the requests, and only the first answer to each counts")
    func order() {
        var bench = Bench()
        bench.send(get + get + get)
        bench.answer("third", 2)
        bench.answer("second", 1)
        #expect(bench.written().isEmpty)
        bench.answer("first", 0)
        bench.answer("again", 0)
        bench.answer("never asked", 9)
        let text = bench.written()
        let places = ["first", "second", "third"].compactMap { text.firstRange(of: $0)?.lowerBound }
        #expect(places.count == 3 && places == places.sorted())
        #expect(!text.contains("again") && !text.contains("never"))
        #expect(bench.state.isIdle)
    }

    @Test("a connection with too many unanswered requests is not read, and goes on when there is room")
    func pipelineLimit() {
        var limits = HTTPLimits()
        limits.maxPipelinedRequests = 2
        var bench = Bench(limits)
        bench.send(get + get + get + get + "GET /half HT")
        #expect(bench.requests.count == 2)
        #expect(!bench.state.wantsInput)
        bench.answer("", 0)
        #expect(bench.requests.count == 3)
        bench.answer("", 1)
        bench.answer("", 2)
        bench.answer("", 3)
        #expect(bench.requests.count == 4)
        #expect(bench.state.wantsInput)
        bench.send("TP/1.1\r\nHost: a\r\n\r\n")
        #expect(bench.requests.last?.line == "GET/half")
    }

    @Test("a peer that does not take its answers is not read")
    func outputLimit() {
        var limits = HTTPLimits()
        limits.maxOutputBytes = 10
        var bench = Bench(limits)
        bench.send(get)
        bench.answer("long enough", 0)
        #expect(!bench.state.wantsInput)
        _ = bench.written()
        #expect(bench.state.wantsInput)
    }

    @Test("100 Continue is said once, after the answers that come before it")
    func continues() {
        var bench = Bench()
        bench.send(get + "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(bench.written().isEmpty)
        bench.answer("first", 0)
        #expect(bench.written().hasSuffix("first" + "HTTP/1.1 100 Continue\r\n\r\n"))
        bench.send("x")
        bench.send("y")
        #expect(bench.requests.last?.body == "xy")
        #expect(bench.written().isEmpty)
    }

    @Test("100 Continue is not said after a body was given up")
    func continueAfterGivingUp() {
        var bench = Bench()
        bench.send(get + "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        bench.state.refuseBody(.text(503, "last"), now: 0)
        bench.answer("first", 0)
        #expect(bench.written().hasSuffix("last"))
    }

    @Test("100 Continue is not said to a peer that sends its body anyway")
    func noContinue() {
        var bench = Bench()
        bench.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nx")
        #expect(bench.written().isEmpty)
    }

    @Test("a claimed length costs no memory until the bytes come")
    func claimedLength() {
        var bench = Bench()
        bench.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n")
        #expect(bench.state.body.capacity < 100_000)
    }

    @Test("a fault is answered behind the answers that are awaited, and nothing after it is read")
    func faultInOrder() {
        var bench = Bench()
        bench.send(get + "GET / HTTP/1.1\r\n\r\n" + get)
        #expect(bench.requests.count == 1)
        #expect(bench.refusals == [.fault(.missingHost)])
        #expect(bench.written().isEmpty)
        bench.answer("first", 0)
        let text = bench.written()
        #expect(text.contains("first") && text.contains("400 Bad Request") && text.contains("\"offset\":16"))
        #expect(text.contains("Connection: close"))
        #expect(bench.state.next(now: 0) == .shutdownWrite)
        bench.send(get)
        #expect(bench.requests.count == 1)
        bench.state.peerFinished(now: 0)
        #expect(bench.state.next(now: 0) == .close(reset: false))
    }

    @Test("what is in flight is answered after the peer has closed its side, and what is torn is forgotten")
    func halfClosed() {
        var bench = Bench()
        bench.send(get + "GET /torn")
        bench.state.peerFinished(now: 0)
        #expect(bench.state.next(now: 0) == .none)
        bench.answer("here", 0)
        #expect(bench.written().contains("here"))
        #expect(bench.state.next(now: 0) == .close(reset: false))
    }

    @Test("requests that wait for room are still answered after the peer has closed its side")
    func halfClosedPipeline() {
        var limits = HTTPLimits()
        limits.maxPipelinedRequests = 1
        var bench = Bench(limits)
        bench.send(get + get + "GET /torn")
        bench.state.peerFinished(now: 0)
        bench.answer("one", 0)
        #expect(bench.requests.count == 2)
        bench.answer("two", 1)
        #expect(bench.written().contains("two"))
        #expect(bench.state.next(now: 0) == .close(reset: false))
    }

    @Test("requests that wait for answers to be taken are still answered after the peer has closed its side")
    func halfClosedOutput() {
        var limits = HTTPLimits()
        limits.maxPipelinedRequests = 1
        limits.maxOutputBytes = 10
        var bench = Bench(limits)
        bench.send(get + get)
        bench.state.peerFinished(now: 0)
        bench.answer("one", 0)
        #expect(bench.requests.count == 1)
        #expect(bench.written().contains("one"))
        bench.send("")
        #expect(bench.requests.count == 2)
        bench.answer("two", 1)
        #expect(bench.written().contains("two"))
        #expect(bench.state.next(now: 0) == .close(reset: false))
    }

    @Test("draining closes an idle connection at once, and a busy one after its answer says close")
    func draining() {
        var idle = Bench()
        idle.state.drain(now: 0)
        #expect(idle.state.next(now: 0) == .close(reset: false))
        var busy = Bench()
        busy.send(get)
        busy.state.drain(now: 0)
        #expect(busy.state.next(now: 0) == .none)
        busy.answer("bye", 0)
        #expect(busy.written().contains("Connection: close"))
        #expect(busy.state.next(now: 0) == .shutdownWrite)
    }

    @Test("raw bytes go out as they are, then the connection ends as asked", arguments: [true, false])
    func raw(reset: Bool) {
        var bench = Bench()
        bench.send(get + get)
        bench.state.answer(.raw(Array("HTTP/1.1 2".utf8), thenReset: reset), sequence: 0, now: 0)
        #expect(bench.written() == "HTTP/1.1 2")
        #expect(bench.state.next(now: 0) == (reset ? .close(reset: true) : .shutdownWrite))
        bench.answer("late", 1)
        #expect(bench.written().isEmpty)
    }
}

struct ConnectionDeadlineTests {
    @Test("a connection that says nothing is closed without a word")
    func silent() {
        var bench = Bench()
        #expect(!bench.state.expire(now: 10 * second).changed)
        #expect(bench.state.expire(now: 10 * second + 1).changed)
        #expect(bench.written().isEmpty)
        #expect(bench.state.next(now: 10 * second) == .close(reset: false))
    }

    @Test("a head that comes drop by drop is cut off with 408 at its deadline")
    func drippedHead() {
        var bench = Bench()
        for time in 0..<10 { bench.send("X", at: UInt64(time) * second + 5 * second) }
        #expect(!bench.state.expire(now: 15 * second).changed)
        let (changed, refusal) = bench.state.expire(now: 15 * second + 1)
        #expect(changed && refusal == .slow)
        #expect(bench.written().contains("408 Request Timeout"))
    }

    @Test("a body that comes drop by drop is cut off, one that flows may take longer")
    func drippedBody() {
        let head = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
        var slow = Bench()
        slow.send(head)
        for time in 0..<30 { slow.send("X", at: UInt64(time) * second) }
        #expect(!slow.state.expire(now: 30 * second).changed)
        #expect(slow.state.expire(now: 30 * second + 1).refusal == .slow)
        var steady = Bench()
        steady.send(head)
        steady.send(String(repeating: "x", count: 160 << 10), at: 20 * second)
        #expect(!steady.state.expire(now: 40 * second).changed)
        #expect(steady.state.expire(now: 40 * second + 1).refusal == .slow)
    }

    @Test("an idle connection is closed without a word after its time, which begins with the last answer")
    func idle() {
        var bench = Bench()
        bench.send(get, at: 5 * second)
        #expect(!bench.state.expire(now: 100 * second).changed)
        bench.answer("x", 0, at: 101 * second)
        _ = bench.written()
        #expect(!bench.state.expire(now: 161 * second).changed)
        #expect(bench.state.expire(now: 161 * second + 1).changed)
        #expect(bench.written().isEmpty)
    }

    @Test("a request that nobody answers ends with 503")
    func unanswered() {
        var bench = Bench()
        bench.send(get + get, at: 0)
        #expect(!bench.state.expire(now: 120 * second).changed)
        #expect(bench.state.expire(now: 120 * second + 1).refusal == .unanswered)
        let text = bench.written()
        #expect(text.contains("503 Service Unavailable") && text.contains("Retry-After: 5"))
        bench.answer("late", 1)
        #expect(bench.written().isEmpty)
    }

    @Test("a peer that has closed its side is not kept for ever by a missing answer")
    func goneWithoutAnswer() {
        var bench = Bench()
        bench.send(get)
        bench.state.peerFinished(now: second)
        #expect(!bench.state.expire(now: 6 * second).changed)
        #expect(bench.state.expire(now: 6 * second + 1).changed)
        #expect(bench.state.next(now: 7 * second) == .close(reset: false))
    }

    @Test("a peer that does not take its answer is reset")
    func answerNotTaken() {
        var bench = Bench()
        bench.send(get)
        bench.answer("x", 0, at: second)
        #expect(!bench.state.expire(now: 31 * second).changed)
        #expect(bench.state.expire(now: 31 * second + 1).changed)
        #expect(bench.state.next(now: 32 * second) == .close(reset: true))
    }

    @Test("the wait for the peer's end has an end itself")
    func lingering() {
        var bench = Bench()
        bench.send("\n")
        _ = bench.written()
        #expect(bench.state.next(now: 0) == .shutdownWrite)
        bench.send("more and more", at: 2 * second)
        #expect(!bench.state.expire(now: 3 * second).changed)
        #expect(bench.state.expire(now: 3 * second + 1).changed)
        #expect(bench.state.next(now: 4 * second) == .close(reset: false))
    }

    @Test("a head that had to wait for room gets its whole time afterwards")
    func pausedHead() {
        var limits = HTTPLimits()
        limits.maxPipelinedRequests = 1
        var bench = Bench(limits)
        bench.send(get + "GET /half", at: 0)
        #expect(!bench.state.expire(now: 60 * second).changed)
        bench.answer("x", 0, at: 60 * second)
        _ = bench.written(at: 60 * second)
        #expect(!bench.state.expire(now: 70 * second).changed)
        #expect(bench.state.expire(now: 70 * second + 1).refusal == .slow)
    }
}
