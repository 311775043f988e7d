import Testing

@testable import Formats

/// Decodes a text whole, byte by byte and in threes; all must come to the same end.
private func decode(_ text: String, maxBodyBytes: Int = 1000) -> (HTTPChunkProgress, String) {
    let bytes = Array(text.utf8)
    var results: [(HTTPChunkProgress, [UInt8])] = []
    for size in [bytes.count, 1, 3] {
        var decoder = HTTPChunkedDecoder(maxBodyBytes: maxBodyBytes)
        var body: [UInt8] = []
        var progress = HTTPChunkProgress.incomplete
        var start = 0
        while start < bytes.count, progress == .incomplete {
            let end = min(start + max(1, size), bytes.count)
            progress = decoder.feed(bytes.span.extracting(start..<end), into: &body)
            if case .finished(let consumed) = progress { progress = .finished(consumed: start + consumed) }
            start = end
        }
        results.append((progress, body))
    }
    for result in results {
        #expect(result.0 == results[0].0)
        if case .finished = result.0 { #expect(result.1 == results[0].1) }
    }
    return (results[0].0, String(decoding: results[0].1, as: UTF8.self))
}

struct HTTPChunkedTests {
    @Test("chunks are put together, and what follows is left alone")
    func together() {
        let text = "5\r\nhello\r\n1;name=\"v\"\r\n \r\n0A\r\n0123456789\r\n000\r\n\r\n"
        let (progress, body) = decode(text + "GET")
        #expect(progress == .finished(consumed: text.utf8.count))
        #expect(body == "hello 0123456789")
    }

    @Test("trailers are skipped")
    func trailers() {
        let text = "1\r\na\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n"
        #expect(decode(text).0 == .finished(consumed: text.utf8.count))
    }

    @Test("data may hold line ends")
    func binary() {
        #expect(decode("4\r\n\r\n\r\n\r\n0\r\n\r\n").1 == "\r\n\r\n")
    }

    @Test("an unfinished body is incomplete at every length")
    func incomplete() {
        let text = "3;x\r\nabc\r\n0\r\nT: u\r\n\r\n"
        for end in 0..<text.utf8.count {
            #expect(decode(String(decoding: Array(text.utf8)[..<end], as: UTF8.self)).0 == .incomplete)
        }
    }

    @Test(
        "bad chunks are refused, with reason and place",
        arguments: [
            ("\r\n", HTTPFault.Reason.badChunkSize, 0), ("g\r\n", .badChunkSize, 0), ("-1\r\n", .badChunkSize, 0),
            ("0x5\r\nhello\r\n", .badChunkSize, 1), (" 5\r\n", .badChunkSize, 0), ("5 \r\n", .badChunkSize, 1),
            ("5\nhello", .badChunkSize, 1), ("5\r5", .badChunkSize, 2), (";x\r\n", .badChunkSize, 0),
            ("0000000000000001\r\n", .badChunkSize, 15), ("fffffffffffffff\r\n", .bodyTooLarge, 15),
            ("5\r\nhello0\r\n", .badChunkEnd, 8), ("5\r\nhello\r0", .badChunkEnd, 9), ("5\r\nhello\n", .badChunkEnd, 8),
            ("3e9\r\n", .bodyTooLarge, 3), ("1;\u{0}\r\n", .badChunkExtension, 2), ("1;a\nb", .badChunkExtension, 3),
            ("0\r\nX: y\n\r\n", .badTrailer, 7), ("0\r\nX\u{1}\r\n", .badTrailer, 4), ("0\r\nX: y\rz", .badTrailer, 8),
        ])
    func refused(text: String, reason: HTTPFault.Reason, offset: Int) {
        #expect(decode(text).0 == .invalid(HTTPFault(reason, at: offset)))
    }

    @Test("the limit counts all chunks, and exactly the limit passes")
    func limit() {
        let text = "6\r\n123456\r\n4\r\n1234\r\n0\r\n\r\n"
        #expect(decode(text, maxBodyBytes: 10).0 == .finished(consumed: text.utf8.count))
        #expect(decode(text, maxBodyBytes: 9).0 == .invalid(HTTPFault(.bodyTooLarge, at: 12)))
    }

    @Test("extensions and trailers are bounded")
    func bounds() {
        let long = String(repeating: "x", count: 9000)
        #expect(decode("1;\(long)\r\n").0 == .invalid(HTTPFault(.badChunkExtension, at: 2 + 1024)))
        #expect(decode("0\r\n\(long)\r\n\r\n").0 == .invalid(HTTPFault(.trailersTooLarge, at: 3 + 8192)))
    }
}
