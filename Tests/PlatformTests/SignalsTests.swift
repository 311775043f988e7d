import Glibc
import Platform
import Testing

@Suite("Signals")
struct SignalsTests {
    @Test("each of the operator's signals is handed on, and none ends the process")
    func handedOn() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Signals.Request.self)
        let signals = try Signals { continuation.yield($0) }
        defer { signals.stop() }
        var requests = stream.makeAsyncIterator()
        for (number, request) in [(SIGTERM, Signals.Request.terminate), (SIGINT, .interrupt), (SIGHUP, .reload)] {
            kill(getpid(), number)
            #expect(await requests.next() == request)
        }
        kill(getpid(), SIGPIPE)
    }
}
