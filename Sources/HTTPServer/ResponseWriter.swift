import Formats

/// Writes answers as bytes.
enum ResponseWriter {
    static let continueLine: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Appends an answer to `out`. `keepsAlive` tells the peer whether it may send another request.
    /// `date` is the whole line of that header.
    static func write(
        _ response: HTTPResponse, isHead: Bool, keepsAlive: Bool, date: [UInt8], into out: inout [UInt8]
    ) {
        writeHead(response, date: date, into: &out)
        let mayHaveBody = response.status >= 200 && response.status != 204 && response.status != 304
        if mayHaveBody {
            append("Content-Length: ", to: &out)
            append(response.body.count, to: &out)
            appendLineEnd(to: &out)
        }
        append(keepsAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n", to: &out)
        if mayHaveBody, !isHead { out.append(response.body.span) }
    }

    /// The status line, the date and the handler's own headers.
    private static func writeHead(_ response: HTTPResponse, date: [UInt8], into out: inout [UInt8]) {
        if response.status == 200 {
            // As nearly all answers are, so it is written in one piece.
            append("HTTP/1.1 200 OK\r\n", to: &out)
        } else {
            append("HTTP/1.1 ", to: &out)
            append(response.status, to: &out)
            out.append(0x20)
            append(HTTPStatus.phrase(response.status), to: &out)
            appendLineEnd(to: &out)
        }
        out.append(date.span)
        for (name, value) in response.headers where !isOurs(name) {
            appendText(name, to: &out)
            out.append(UInt8(ascii: ":"))
            out.append(0x20)
            appendText(value, to: &out)
            appendLineEnd(to: &out)
        }
    }

    /// The head of an answer whose end is that of the connection.
    static func streamHead(_ response: HTTPResponse, date: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var head = response
        head.body = []
        // Without a length: nobody knows it.
        writeHead(head, date: date, into: &out)
        append("Connection: close\r\n\r\n", to: &out)
        return out
    }

    /// Whether the handler asks for the connection's end.
    static func saysClose(_ response: HTTPResponse) -> Bool {
        response.headers.contains {
            $0.0.utf8.count == 10 && $0.0.equalsIgnoringCase("Connection") && $0.1.equalsIgnoringCase("close")
        }
    }

    private static func isOurs(_ name: String) -> Bool {
        switch name.utf8.count {
        case 10: name.equalsIgnoringCase("Connection")
        case 14: name.equalsIgnoringCase("Content-Length")
        case 17: name.equalsIgnoringCase("Transfer-Encoding")
        default: false
        }
    }

    /// A header's text; a byte that would end the line becomes a blank, so that no value can add a header.
    private static func appendText(_ text: String, to out: inout [UInt8]) {
        let start = out.count
        append(text, to: &out)
        for at in start..<out.count where out[at] == 0x0D || out[at] == 0x0A || out[at] == 0 { out[at] = 0x20 }
    }

    private static func appendLineEnd(to out: inout [UInt8]) {
        out.append(0x0D)
        out.append(0x0A)
    }

    private static func append(_ text: String, to out: inout [UInt8]) { out.append(text.utf8.span) }

    private static func append(_ number: Int, to out: inout [UInt8]) {
        if number >= 10 { append(number / 10, to: &out) }
        out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}
