import Events
import Platform
import Testing

@testable import HTTPServer

private struct FixedClock: Clock {
    var now: Instant
    var monotonicNanoseconds: UInt64 { 0 }
}

struct DateLineTests {
    @Test(
        "the date has the form that HTTP demands",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        ])
    func form(seconds: Int64, text: String) { #expect(DateLine.text(seconds) == text) }

    @Test("the line is written anew at the next second of the wall clock, and not before")
    func cached() {
        let line = DateLine()
        line.update(FixedClock(now: Instant(milliseconds: 784_111_777_300)), at: 5_000_000_000)
        #expect(line.line == Array("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".utf8))
        let later = FixedClock(now: Instant(milliseconds: 784_111_778_000))
        line.update(later, at: 5_699_999_999)
        #expect(String(decoding: line.line, as: UTF8.self).contains("08:49:37"))
        line.update(later, at: 5_700_000_000)
        #expect(String(decoding: line.line, as: UTF8.self).contains("08:49:38"))
    }

    @Test("every answer of a server carries the date")
    func sent() async throws {
        try await withServer(.echo) { _, address in
            let client = try TestClient(address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().head.contains("\r\nDate: "))
            try client.send("GET / HTTP/1.1\r\n\r\n")
            #expect(try client.answer().head.contains("\r\nDate: "))
        }
    }
}
