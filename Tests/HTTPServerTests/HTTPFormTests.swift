import Events
import Formats
import Platform
import Testing

@testable import HTTPServer

/// A form is written as the plain answer would be that has the same identifier in it.
struct HTTPFormTests {
    private static func form(_ status: Int) -> HTTPForm {
        HTTPForm(status: status, headers: [("X-Kind", "receipt")], before: "id=", after: ";")
    }

    private static func plain(_ status: Int, _ identifier: Identifier) -> HTTPResponse {
        HTTPResponse(status: status, headers: [("X-Kind", "receipt")], body: Array("id=\(identifier);".utf8))
    }

    @Test("head and body, with each identifier, status and second, to HEAD too, and before the connection's end")
    func written() {
        let writer = ResponseWriter()
        let forms = [200, 202, 204].map { ($0, Self.form($0)) }
        var number: UInt64 = 0
        for second: UInt64 in 0..<2 {
            writer.date.update(StoppedSecond(second), at: second * 1_000_000_000)
            for (status, form) in forms {
                for isHead in [false, true] {
                    for mayGoOn in [true, false] {
                        // Twice, because what was written last is used again.
                        for _ in 0..<2 {
                            number += 1
                            let identifier = Identifier(high: number << 32, low: ~number)
                            var (out, expected) = (Array("before".utf8), Array("before".utf8))
                            let goesOn = writer.write(
                                form, identifier, isHead: isHead, mayGoOn: mayGoOn, into: &out)
                            let wouldGoOn = ResponseWriter(writer.date).write(
                                Self.plain(status, identifier), isHead: isHead, mayGoOn: mayGoOn, into: &expected)
                            #expect(String(decoding: out, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
                            #expect(goesOn == wouldGoOn && goesOn == mayGoOn)
                        }
                    }
                }
            }
        }
    }

    @Test("a form answers one request as any answer does, in its turn")
    func turn() throws {
        var state = ConnectionState(limits: HTTPLimits(), now: 0)
        let get = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        for _ in 0..<2 {
            var offset = 0
            guard case .head(let head) = state.receive(get.span, from: &offset, now: 0) else { continue }
            guard case .request? = state.admit(head, now: 0) else { continue }
        }
        let (one, two) = (Identifier(high: 1, low: 1), Identifier(high: 2, low: 2))
        state.answer(.form(Self.form(200), two), sequence: 1, now: 0)
        #expect(state.outputCount == 0)
        state.answer(.form(Self.form(200), one), sequence: 0, now: 0)
        let text = String(decoding: state.output, as: UTF8.self)
        let places = try [one, two].map { try #require(text.firstRange(of: "id=\($0);")).lowerBound }
        #expect(places[0] < places[1])
    }
}

/// A clock that stands still.
struct StoppedSecond: Clock {
    let now: Instant
    let monotonicNanoseconds: UInt64

    init(_ second: UInt64) {
        now = Instant(milliseconds: Int64(second) * 1000)
        monotonicNanoseconds = second * 1_000_000_000
    }
}
