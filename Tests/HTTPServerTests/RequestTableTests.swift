import Formats
import Platform
import Testing

@testable import HTTPServer

/// Every row of the table, against the state machine and against a server on a socket.
struct RequestTableTests {
    /// What came of a row.
    fileprivate struct Outcome: Equatable, CustomStringConvertible {
        var statuses: [Int]
        var code: String?
        var closes: Bool
        var description: String { "\(statuses) \(code ?? "") \(closes ? "ends" : "stays")" }
    }

    private static let handler = TestHandler { batch in
        for exchange in batch { exchange.respond(HTTPResponse(status: 200)) }
    }

    @Test("the table is as large as it must be, and its names tell the rows apart")
    func size() throws {
        let rows = try RequestTable.rows()
        #expect(rows.count >= 150)
        #expect(Set(rows.map(\.name)).count == rows.count)
        #expect(Set(rows.compactMap(\.code)).isSubset(of: Set(HTTPFault.Reason.allCases.map(\.rawValue))))
    }

    @Test("every request of the table comes to its outcome in the state machine, however it is cut")
    func pure() throws {
        for row in try RequestTable.rows() {
            let bytes = row.bytes
            #expect(run(row.pieces) == Outcome(statuses: row.statuses, code: row.code, closes: row.closes), "\(row)")
            let wanted = Outcome(statuses: row.finals, code: row.code, closes: row.closes)
            #expect(run(bytes.map { [$0] }).final == wanted, "\(row), byte by byte")
            for cut in bytes.indices.dropFirst() where bytes.count < 1000 {
                #expect(run([Array(bytes[..<cut]), Array(bytes[cut...])]).final == wanted, "\(row), cut at \(cut)")
            }
        }
    }

    @Test("who sends the same request again gets the same answer, however it is cut")
    func again() throws {
        for row in try RequestTable.rows() where !row.closes && !row.statuses.isEmpty && row.bytes.count < 1000 {
            let (bytes, twice) = (row.bytes, row.bytes + row.bytes)
            let wanted = Outcome(statuses: row.finals + row.finals, code: row.code, closes: row.closes)
            #expect(run([bytes, bytes]).final == wanted, "\(row)")
            // The first one whole, its last byte later, and every few bytes of the second.
            for cut in stride(from: bytes.count - 1, to: twice.count, by: 6) {
                #expect(run([Array(twice[..<cut]), Array(twice[cut...])]).final == wanted, "\(row), cut at \(cut)")
            }
        }
    }

    @Test(
        "every request of the table comes to its outcome on a socket, in one piece and byte by byte", arguments: [1, 2])
    func socket(shards: Int) async throws {
        try await withServer(Self.handler, shards: shards) { _, address in
            for row in try RequestTable.rows() {
                let wanted = Outcome(statuses: row.statuses, code: row.code, closes: row.closes)
                #expect(try ask(address, row, row.pieces) == wanted, "\(row)")
                guard row.bytes.count < 1000 else { continue }
                let slowly = try ask(address, row, row.bytes.map { [$0] }, awaitsContinue: false)
                #expect(slowly.final == wanted.final, "\(row), byte by byte")
            }
        }
    }

    @Test("every request of the table comes to the same outcome where passes take the bodies")
    func taken() async throws {
        let taker = BodyTaker()
        try await withServer(taker.handler) { _, address in
            for row in try RequestTable.rows() {
                let wanted = Outcome(statuses: row.statuses, code: row.code, closes: row.closes)
                #expect(try ask(address, row, row.pieces) == wanted, "\(row)")
            }
            #expect(taker.count > 10)
        }
    }

    /// Sends the pieces, then another request to see whether anybody still listens.
    private func ask(
        _ address: BoundAddress, _ row: RequestRow, _ pieces: [[UInt8]], awaitsContinue: Bool = true
    ) throws -> Outcome {
        let client = try TestClient(address)
        var seen: [Int] = []
        for (index, piece) in pieces.enumerated() {
            if index > 0, awaitsContinue { seen += Self.answers(try client.answer().head).map(\.status) }
            // The server may have refused and closed already; what it said is still there to be read.
            do { try client.send(piece) } catch { break }
        }
        if row.statuses.isEmpty { client.finishSending() }
        let probes = !row.statuses.isEmpty && !row.closes
        if probes { try client.send("GET /probe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") }
        let answers = Self.answers(try client.rest())
        seen += answers.map(\.status)
        if probes { #expect(seen.popLast() == 200, "\(row): nobody listens any more") }
        return Outcome(statuses: seen, code: answers.last?.code, closes: row.closes)
    }

    private func run(_ pieces: [[UInt8]]) -> Outcome {
        var state = ConnectionState(limits: HTTPLimits(), now: 0)
        var statuses: [Int] = []
        var code: String?
        for piece in pieces {
            var offset = 0
            var step = state.receive(piece.span, from: &offset, now: 0)
            loop: while true {
                var next: ConnectionStep?
                switch step {
                case .needsInput:
                    state.continueIfOwed(now: 0)
                    break loop
                case .head(let head): next = state.admit(head, now: 0)
                case .request(_, _, let sequence):
                    state.answer(.response(HTTPResponse(status: 200)), sequence: sequence, now: 0)
                case .refused: break
                }
                step = next ?? state.receive(piece.span, from: &offset, now: 0)
            }
            let text = String(decoding: state.output[state.outputStart...], as: UTF8.self)
            state.wrote(state.outputCount, now: 0)
            for answer in Self.answers(text) {
                statuses.append(answer.status)
                code = answer.code ?? code
            }
        }
        return Outcome(statuses: statuses, code: code, closes: state.ending != .open)
    }

    /// The answers in what a server has sent, with the code that a refusal names.
    private static func answers(_ text: String) -> [(status: Int, code: String?)] {
        var answers: [(status: Int, code: String?)] = []
        var rest = text[...]
        while let status = next(&rest) {
            var following = rest
            let end = next(&following) == nil ? rest.endIndex : following.startIndex
            let code = rest[..<end].firstRange(of: "\"code\":\"").map { name in
                String(rest[name.upperBound...].prefix { $0 != "\"" })
            }
            answers.append((status, code))
        }
        return answers
    }

    /// The status of the next answer; what is behind it stays.
    private static func next(_ rest: inout Substring) -> Int? {
        while let start = rest.firstRange(of: "HTTP/1.1 ") {
            rest = rest[start.upperBound...]
            if let status = Int(rest.prefix(3)) { return status }
        }
        return nil
    }
}

extension RequestTableTests.Outcome {
    /// Without `100 Continue`.
    fileprivate var final: Self {
        var final = self
        final.statuses.removeAll { $0 == 100 }
        return final
    }
}
