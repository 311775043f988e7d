import Testing

@testable import Formats

/// Parses a text whole and byte by byte; both must come to the same end.
private func parse(_ text: String, maxBytes: Int = 16384) -> HTTPHeadProgress { parse(Array(text.utf8), maxBytes) }

private func parse(_ bytes: [UInt8], _ maxBytes: Int = 16384) -> HTTPHeadProgress {
    var parser = HTTPHeadParser(maxBytes: maxBytes)
    let whole = parser.parse(bytes.span)
    var slowly = HTTPHeadParser(maxBytes: maxBytes)
    var last = HTTPHeadProgress.incomplete
    for end in 0...bytes.count {
        last = slowly.parse(bytes.span.extracting(0..<end))
        if last != .incomplete { break }
    }
    #expect(last == whole, "byte by byte differs for \(String(decoding: bytes, as: UTF8.self))")
    return whole
}

private func head(_ text: String) throws -> HTTPHead {
    guard case .complete(let head, let consumed) = parse(text) else {
        throw Missing(text: text)
    }
    #expect(consumed == head.content.bytes.count)
    return head
}

private struct Missing: Error { var text: String }

struct HTTPHeadTests {
    @Test("a head is taken apart, and what follows it is left alone")
    func takenApart() throws {
        let text =
            "POST /v1/alerts?x=1 HTTP/1.1\r\nHost: example.org:80\r\nContent-Length: 5\r\nX-A:  b c \t\r\n\r\nhello"
        guard case .complete(let head, let consumed) = parse(text) else { throw Missing(text: text) }
        #expect(consumed == text.utf8.count - 5)
        #expect(head.method == "POST")
        #expect(head.hasMethod("POST") && !head.hasMethod("post") && !head.hasMethod("POS"))
        #expect(!head.asksForHead)
        #expect(head.rawTarget == "/v1/alerts?x=1")
        #expect(head.minorVersion == 1)
        #expect(head.framing == .length(5))
        #expect(head.keepsAlive && !head.expectsContinue)
        #expect(head.value(of: "x-a") == "b c")
        #expect(head.value(of: "CONTENT-LENGTH") == "5")
        #expect(head.value(of: "X-B") == nil)
        #expect(head.valueBytes(of: "host").map { Array($0) } == Array("example.org:80".utf8))
        #expect(head.headers.map(\.name) == ["Host", "Content-Length", "X-A"])
        #expect(head.headerCount == 3)
    }

    @Test("HEAD is told from other methods, also from those that begin so or are written otherwise")
    func methodHead() throws {
        for (method, isHead) in [("HEAD", true), ("HEADS", false), ("HEA", false), ("head", false), ("GET", false)] {
            #expect(try head("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n").asksForHead == isHead, "\(method)")
        }
    }

    @Test("every header of a name is found, in order")
    func repeatedHeaders() throws {
        let head = try head("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nY: 2\r\nx: 3\r\nEmpty:\r\n\r\n")
        #expect(head.values(of: "X") == ["1", "3"])
        #expect(head.value(of: "empty") == "")
    }

    @Test("a header is found by its name, however long that is, and no other of the same length is")
    func longNames() throws {
        let names = [1, 16, 62, 63, 64, 65, 127].map { String(repeating: "n", count: $0) }
        let lines = names.map { "\($0): \($0.count)\r\n" }.joined()
        let head = try head("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
        for name in names {
            #expect(head.value(of: name.uppercased()) == String(name.count))
            #expect(head.value(of: String(name.dropLast()) + "m") == nil)
        }
        #expect(head.value(of: String(repeating: "n", count: 66)) == nil)
        #expect(head.value(of: "") == nil)
    }

    @Test("two heads are the same where they were written alike")
    func same() throws {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(try head(text) == head(text))
        #expect(try head(text) != head("GET / HTTP/1.1\r\nHost: b\r\n\r\n"))
        #expect(try head(text) != head("GET / HTTP/1.1\r\nHost:a \r\n\r\n"))
    }

    @Test("a header's name takes the bytes of a token and no others")
    func tokenBytes() {
        let token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8
        for byte in UInt8.min...UInt8.max {
            let text = Array("GET / HTTP/1.1\r\nHost: a\r\nx".utf8) + [byte] + Array("y: z\r\n\r\n".utf8)
            var isTaken = false
            if case .complete(let head, _) = parse(text) { isTaken = head.headers[1].name.utf8.count == 3 }
            #expect(isTaken == token.contains(byte), "byte \(byte)")
        }
    }

    @Test("a byte that is no text is found at its place, wherever it stands")
    func controlBytes() {
        let start = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8)
        for byte in UInt8.min...UInt8.max {
            for place in 0..<17 {
                var value = Array("abcdefghijklmnopq".utf8)
                value[place] = byte
                // A second one behind it tells nothing about the first.
                let progress = parse(start + value + [0x01, 0x0D, 0x0A, 0x0D, 0x0A])
                let first = byte == 0x09 || byte >= 0x20 && byte != 0x7F ? value.count : place
                guard case .invalid(let fault) = progress else {
                    Issue.record("byte \(byte) at \(place) was taken")
                    continue
                }
                #expect(fault.offset == start.count + first, "byte \(byte) at \(place)")
            }
        }
    }

    @Test("bytes that are no ASCII may stand in a header's value")
    func highBytes() throws {
        let head = try head("GET / HTTP/1.1\r\nHost: a\r\nSubject: Zürich\r\n\r\n")
        #expect(head.value(of: "Subject") == "Zürich")
    }

    @Test("one empty line before the request is forgiven, a second one is not")
    func emptyLines() throws {
        #expect(try head("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").method == "GET")
        #expect(parse("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == .invalid(HTTPFault(.badRequestLine, at: 2)))
    }

    @Test(
        "keep-alive is the rule of HTTP/1.1 and the exception of HTTP/1.0, and close wins",
        arguments: [
            ("1.1", "", true), ("1.0", "", false), ("1.1", "Connection: close\r\n", false),
            ("1.0", "Connection: Keep-Alive\r\n", true), ("1.1", "Connection: x, CLOSE ,y\r\n", false),
            ("1.0", "Connection: keep-alive, close\r\n", false), ("1.1", "Connection: closed\r\n", true),
            ("1.1", "Connection: keep-alive\r\nConnection: close\r\n", false), ("1.1", "Connection: ,\r\n", true),
        ])
    func keepAlive(version: String, header: String, expected: Bool) throws {
        #expect(try head("GET / HTTP/\(version)\r\nHost: a\r\n\(header)\r\n").keepsAlive == expected)
    }

    @Test("the expectation of 100 Continue is seen, in HTTP/1.1 alone")
    func expectation() throws {
        #expect(try head("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n").expectsContinue)
        #expect(try !head("PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expectsContinue)
    }

    @Test(
        "targets may be paths, URLs of the same host, or the star of OPTIONS",
        arguments: [
            ("GET", "/"), ("GET", "/a%20b?%zz"), ("GET", "http://A/x"), ("GET", "HTTPS://a"), ("OPTIONS", "*"),
            ("GET", "//x"), ("GET", "/a?b?c"),
        ])
    func targets(method: String, target: String) throws {
        #expect(try head("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n").rawTarget == target)
    }

    @Test("an unfinished head is incomplete at every length")
    func incomplete() {
        let text = Array("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n".utf8)
        for end in 0..<text.count { #expect(parse(Array(text[..<end])) == .incomplete) }
    }

    @Test("a head of exactly the limit passes, and one byte more is refused")
    func sizeLimit() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        let length = text.utf8.count
        #expect(parse(text, maxBytes: length) != .invalid(HTTPFault(.headTooLarge, at: length)))
        #expect(parse(text, maxBytes: length - 1) == .invalid(HTTPFault(.headTooLarge, at: length - 1)))
        #expect(parse(String(repeating: "a", count: 99), maxBytes: 64) == .invalid(HTTPFault(.targetTooLong, at: 64)))
    }

    @Test("a hundred headers pass, one more is refused")
    func fieldLimit() throws {
        let many = String(repeating: "X: y\r\n", count: HTTPHeadParser.maxFields - 1)
        #expect(try head("GET / HTTP/1.1\r\nHost: a\r\n\(many)\r\n").headerCount == 100)
        guard case .invalid(let fault) = parse("GET / HTTP/1.1\r\nHost: a\r\n\(many)X: y\r\n\r\n") else {
            throw Missing(text: "fault")
        }
        #expect(fault.reason == .tooManyFields && fault.status == 431)
    }

    @Test("random bytes never make the parser fail in any other way than by a fault", arguments: 0..<64)
    func randomBytes(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let pieces = ["GET ", "/", " HTTP/1.1", "\r\n", "Host: a", ":", " ", "\t", "\n", "%4", "\u{0}", "é", "chunked"]
        var text = ""
        for _ in 0..<40 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            text += pieces[Int(state >> 33) % pieces.count]
        }
        _ = parse(text)
    }
}

struct HTTPSmugglingTests {
    /// A refused head: what is wrong, the head with `~` for a line end, and the text at which the fault lies.
    struct Case: Sendable, CustomTestStringConvertible {
        var reason: HTTPFault.Reason
        var status: Int
        var text: String
        var offset: Int
        var testDescription: String { "\(reason.rawValue): \(text)" }

        init(_ reason: HTTPFault.Reason, _ status: Int, _ template: String, at offset: Int) {
            self.reason = reason
            self.status = status
            text = template.replacing("~", with: "\r\n")
            self.offset = offset
        }
    }

    static let start = "POST / HTTP/1.1~Host: a~"
    /// The offset of the first byte behind `start`.
    static let next = 26

    static let cases: [Case] = [
        Case(.lengthAndTransferEncoding, 400, start + "Content-Length: 1~Transfer-Encoding: chunked~~", at: next + 19),
        Case(.lengthAndTransferEncoding, 400, start + "Transfer-Encoding: chunked~Content-Length: 1~~", at: next + 28),
        Case(.repeatedContentLength, 400, start + "Content-Length: 1~Content-Length: 2~~", at: next + 19),
        Case(.repeatedContentLength, 400, start + "Content-Length: 1~content-length: 1~~", at: next + 19),
        Case(.badContentLength, 400, start + "Content-Length: 1, 1~~", at: next + 17),
        Case(.badContentLength, 400, start + "Content-Length: +1~~", at: next + 16),
        Case(.badContentLength, 400, start + "Content-Length: -1~~", at: next + 16),
        Case(.badContentLength, 400, start + "Content-Length: 0x1~~", at: next + 17),
        Case(.badContentLength, 400, start + "Content-Length:~~", at: next + 15),
        Case(.badContentLength, 400, start + "Content-Length: 1111111111111111111~~", at: next + 16),
        Case(.unsupportedTransferEncoding, 501, start + "Transfer-Encoding: gzip, chunked~~", at: next + 19),
        Case(.unsupportedTransferEncoding, 501, start + "Transfer-Encoding: xchunked~~", at: next + 19),
        Case(.unsupportedTransferEncoding, 501, start + "Transfer-Encoding: identity~~", at: next + 19),
        Case(.unsupportedTransferEncoding, 501, start + "Transfer-Encoding: chunked;q=1~~", at: next + 19),
        Case(.unsupportedTransferEncoding, 501, start + "Transfer-Encoding: \"chunked\"~~", at: next + 19),
        Case(
            .repeatedTransferEncoding, 400, start + "Transfer-Encoding: chunked~Transfer-Encoding: chunked~~",
            at: next + 28),
        Case(.transferEncodingInHTTP10, 400, "POST / HTTP/1.0~Transfer-Encoding: chunked~~", at: 17),
        Case(.foldedField, 400, start + "X: a~ b~~", at: next + 6),
        Case(.foldedField, 400, start + "\tX: a~~", at: next),
        Case(.blankBeforeColon, 400, start + "Content-Length : 1~~", at: next + 14),
        Case(.blankBeforeColon, 400, start + "X\t: 1~~", at: next + 1),
        Case(.badFieldName, 400, start + "no colon~~".replacing(" ", with: ""), at: next + 7),
        Case(.badFieldName, 400, start + ": x~~", at: next),
        Case(.badFieldName, 400, start + "X(: x~~", at: next + 1),
        Case(.badFieldName, 400, start + "Zü: x~~", at: next + 1),
        Case(.bareLineFeed, 400, start + "X: a\nContent-Length: 1~~", at: next + 4),
        Case(.bareLineFeed, 400, "GET / HTTP/1.1\nHost: a\n\n", at: 14),
        Case(.bareCarriageReturn, 400, start + "X: a\rb~~", at: next + 4),
        Case(.bareCarriageReturn, 400, start + "X: a\r\r\n\r\n", at: next + 4),
        Case(.controlByte, 400, start + "X: a\u{0}b~~", at: next + 4),
        Case(.controlByte, 400, start + "X: a\u{7F}b~~", at: next + 4),
        Case(.controlByte, 400, start + "X: a\u{B}b~~", at: next + 4),
        Case(.controlByte, 400, "\u{16}\u{3}\u{1}", at: 0),
        Case(.controlByte, 400, "GET\t/ HTTP/1.1~~", at: 3),
        Case(.missingHost, 400, "GET / HTTP/1.1~X: y~~", at: 22),
        Case(.repeatedHost, 400, start + "Host: a~~", at: next),
        Case(.badHost, 400, "GET / HTTP/1.1~Host: a/b~~", at: 23),
        Case(.badHost, 400, "GET / HTTP/1.1~Host: a, b~~", at: 23),
        Case(.badHost, 400, "GET / HTTP/1.1~Host: a@b~~", at: 23),
        Case(.badHost, 400, "GET http://b/ HTTP/1.1~Host: a~~", at: 30),
        Case(.unsupportedExpectation, 417, start + "Expect: 200-ok~~", at: next + 8),
        Case(.badMethod, 400, " / HTTP/1.1~~", at: 0),
        Case(.badMethod, 400, "G(T / HTTP/1.1~~", at: 1),
        Case(.badRequestLine, 400, "GET~~", at: 3),
        Case(.badRequestLine, 400, "GET /~~", at: 5),
        Case(.badRequestLine, 400, "GET / HTTP/1.1 ~~", at: 6),
        Case(.badRequestLine, 400, "GET /  HTTP/1.1~~", at: 6),
        Case(.badRequestLine, 400, "GET / http/1.1~~", at: 6),
        Case(.badTarget, 400, "GET  / HTTP/1.1~~", at: 4),
        Case(.badTarget, 400, "GET x HTTP/1.1~~", at: 4),
        Case(.badTarget, 400, "GET * HTTP/1.1~~", at: 4),
        Case(.badTarget, 400, "CONNECT a:443 HTTP/1.1~~", at: 8),
        Case(.badTarget, 400, "GET /a#b HTTP/1.1~~", at: 6),
        Case(.badTarget, 400, "GET /%0 HTTP/1.1~~", at: 5),
        Case(.badTarget, 400, "GET /%00 HTTP/1.1~~", at: 5),
        Case(.badTarget, 400, "GET /é HTTP/1.1~~", at: 5),
        Case(.badTarget, 400, "GET http:///x HTTP/1.1~~", at: 4),
        Case(.unsupportedVersion, 505, "GET / HTTP/2.0~~", at: 11),
        Case(.unsupportedVersion, 505, "GET / HTTP/1.2~~", at: 11),
    ]

    @Test("what two readers could understand differently is refused, with status and place", arguments: cases)
    func refused(example: Case) {
        #expect(parse(example.text) == .invalid(HTTPFault(example.reason, at: example.offset)))
        #expect(HTTPFault(example.reason, at: 0).status == example.status)
    }

    @Test("every fault says its place first")
    func sentences() {
        for reason in HTTPFault.Reason.allCases {
            #expect(HTTPFault(reason, at: 7).description.hasPrefix("byte 7: "))
        }
    }
}
