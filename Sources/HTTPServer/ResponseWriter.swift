import Formats

/// Writes answers as bytes. A shard has one, whose heads all bear its `Date`.
final class ResponseWriter {
    static let continueLine: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    let date: DateLine
    /// The head written last: nearly all answers of a second have the same one.
    private var last: WrittenHead?
    /// The form written last, of which there are a thousand for each other answer.
    private var lastForm: WrittenForm?

    init(_ date: DateLine = DateLine()) { self.date = date }

    /// All of an answer before its body, and what it was made from. Looked at with each answer, so it is not copied.
    private final class WrittenHead {
        let bytes: [UInt8]
        private let status: Int
        private let headers: [(String, String)]
        private let bodyBytes: Int
        private let mayGoOn: Bool
        private let dateNumber: UInt64
        /// Whether it says that the connection stays open.
        let keepsAlive: Bool

        init(_ bytes: [UInt8], of response: HTTPResponse, mayGoOn: Bool, dateNumber: UInt64, keepsAlive: Bool) {
            self.bytes = bytes
            status = response.status
            headers = response.headers
            bodyBytes = response.body.count
            self.mayGoOn = mayGoOn
            self.dateNumber = dateNumber
            self.keepsAlive = keepsAlive
        }

        func isThat(of response: HTTPResponse, mayGoOn: Bool, dateNumber: UInt64) -> Bool {
            status == response.status && bodyBytes == response.body.count && self.mayGoOn == mayGoOn
                && self.dateNumber == dateNumber && headers.elementsEqual(response.headers, by: ==)
        }
    }

    /// A form as it goes out, but for its identifier.
    private final class WrittenForm {
        /// The head and the body.
        let bytes: [UInt8]
        let headBytes: Int
        let keepsAlive: Bool
        private let form: HTTPForm
        private let mayGoOn: Bool
        private let dateNumber: UInt64

        init(_ form: HTTPForm, _ head: WrittenHead, mayGoOn: Bool, dateNumber: UInt64) {
            bytes = ResponseWriter.mayHaveBody(form.blank.status) ? head.bytes + form.blank.body : head.bytes
            headBytes = head.bytes.count
            keepsAlive = head.keepsAlive
            self.form = form
            self.mayGoOn = mayGoOn
            self.dateNumber = dateNumber
        }

        func isThat(of form: HTTPForm, mayGoOn: Bool, dateNumber: UInt64) -> Bool {
            self.form === form && self.mayGoOn == mayGoOn && self.dateNumber == dateNumber
        }
    }

    /// Appends a form to `out`, with that identifier in its place; else as the other.
    func write(
        _ form: HTTPForm, _ identifier: Identifier, isHead: Bool, mayGoOn: Bool, into out: inout [UInt8]
    ) -> Bool {
        let written = writtenForm(form, mayGoOn: mayGoOn)
        let start = out.count + written.headBytes
        if isHead || written.bytes.count == written.headBytes {
            out.append(contentsOf: written.bytes[..<written.headBytes])
        } else {
            out.append(contentsOf: written.bytes)
            identifier.write(over: &out, at: start + form.place)
        }
        return written.keepsAlive
    }

    private func writtenForm(_ form: HTTPForm, mayGoOn: Bool) -> WrittenForm {
        if let lastForm, lastForm.isThat(of: form, mayGoOn: mayGoOn, dateNumber: date.number) { return lastForm }
        let head = writtenHead(form.blank, mayGoOn: mayGoOn)
        let written = WrittenForm(form, head, mayGoOn: mayGoOn, dateNumber: date.number)
        lastForm = written
        return written
    }

    /// Appends an answer to `out`. `mayGoOn`: whether the connection may take another request, if the answer does not end it.
    ///
    /// - Returns: whether the peer is told that it may send another one.
    func write(_ response: HTTPResponse, isHead: Bool, mayGoOn: Bool, into out: inout [UInt8]) -> Bool {
        let head = writtenHead(response, mayGoOn: mayGoOn)
        out.append(contentsOf: head.bytes)
        if !isHead, ResponseWriter.mayHaveBody(response.status) { out.append(contentsOf: response.body) }
        return head.keepsAlive
    }

    private func writtenHead(_ response: HTTPResponse, mayGoOn: Bool) -> WrittenHead {
        if let last, last.isThat(of: response, mayGoOn: mayGoOn, dateNumber: date.number) { return last }
        let head = makeHead(response, mayGoOn: mayGoOn)
        last = head
        return head
    }

    private func makeHead(_ response: HTTPResponse, mayGoOn: Bool) -> WrittenHead {
        var bytes: [UInt8] = []
        writeStart(response, into: &bytes)
        if ResponseWriter.mayHaveBody(response.status) {
            append("Content-Length: \(response.body.count)\r\n", to: &bytes)
        }
        let keepsAlive = mayGoOn && !ResponseWriter.saysClose(response)
        append(keepsAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n", to: &bytes)
        return WrittenHead(
            bytes, of: response, mayGoOn: mayGoOn, dateNumber: date.number, keepsAlive: keepsAlive)
    }

    private static func mayHaveBody(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }

    /// The status line, the date and the handler's own headers.
    private func writeStart(_ response: HTTPResponse, into out: inout [UInt8]) {
        append("HTTP/1.1 \(response.status) \(HTTPStatus.phrase(response.status))\r\n", to: &out)
        out.append(contentsOf: date.line)
        for (name, value) in response.headers where !ResponseWriter.isOurs(name) {
            appendText(name, to: &out)
            append(": ", to: &out)
            appendText(value, to: &out)
            append("\r\n", to: &out)
        }
    }

    /// The head of an answer whose end is that of the connection.
    func streamHead(_ response: HTTPResponse) -> [UInt8] {
        var out: [UInt8] = []
        // Without a length: nobody knows it.
        writeStart(response, into: &out)
        append("Connection: close\r\n\r\n", to: &out)
        return out
    }

    /// Whether the handler asks for the connection's end.
    private static func saysClose(_ response: HTTPResponse) -> Bool {
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
    private func appendText(_ text: String, to out: inout [UInt8]) {
        let start = out.count
        append(text, to: &out)
        for at in start..<out.count where out[at] == 0x0D || out[at] == 0x0A || out[at] == 0 { out[at] = 0x20 }
    }

    private func append(_ text: String, to out: inout [UInt8]) { out.append(text.utf8.span) }
}
