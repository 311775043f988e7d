import Events
import Formats
import Testing

struct CodingTests {
    private let id = Identifier(high: 1, low: 2)

    @Test("a journal record leads back to the alert")
    func record() throws {
        for deliveryID in [nil, "", "abc"] {
            let record = AlertRecord(
                receipt: id, receivedAt: Instant(milliseconds: -5), source: "api", peer: "::1", deliveryID: deliveryID,
                body: [0, 255, 10])
            #expect(try AlertRecord(decoding: record.encoded) == record)
        }
    }

    @Test("a record is the same in one piece and in two, with headers, a query and lengths of more than a byte")
    func recordInPieces() throws {
        for length in [0, 127, 128, 16_383, 16_384] {
            var record = AlertRecord(
                receipt: id, receivedAt: Instant(milliseconds: 9), source: String(repeating: "ä", count: length / 2),
                peer: "p", deliveryID: "d", body: [UInt8](repeating: 7, count: length))
            record.query = "a=b"
            record.headers = [
                Event.Field(name: "x", value: String(repeating: "v", count: length)), Event.Field(name: "", value: ""),
                Event.Field(name: "n\u{E9}", value: "a\u{0}b"),
            ]
            let time = Instant(milliseconds: 77)
            let other = AlertFrame(record)
            let whole = EncodedAlert(record)
            #expect(EncodedAlert(id, other, record.body.span) == whole)
            #expect(whole.head + whole.bodyField == whole.bytes)
            #expect(whole.bodyBytes == length)
            #expect(record.encoded == whole.bytes)
            // Behind others, and with the time put in afterwards.
            var bytes: [UInt8] = [1, 2, 3]
            other.append(Identifier(high: 5, low: 6), record.body.span, to: &bytes)
            #expect(bytes[..<3] == [1, 2, 3])
            bytes.replaceSubrange(
                3 + AlertFrame.timeStart..<3 + AlertFrame.timeStart + 8,
                with: (0..<8).map { UInt8(truncatingIfNeeded: time.milliseconds >> ($0 * 8)) })
            record.receipt = Identifier(high: 5, low: 6)
            record.receivedAt = time
            #expect(try AlertRecord(decoding: Array(bytes[3...])) == record)
        }
    }

    @Test("fields of later versions are skipped, damage and a missing receipt are told")
    func recordFaults() throws {
        let record = AlertRecord(
            receipt: id, receivedAt: Instant(milliseconds: 7), source: "api", peer: "p", deliveryID: nil, body: [])
        #expect(try AlertRecord(decoding: [200, 2, 1, 1] + record.encoded + [201, 0]) == record)
        #expect(throws: AlertRecordFault.noReceipt) { try AlertRecord(decoding: []) }
        #expect(throws: AlertRecordFault.noReceipt) { try AlertRecord(decoding: [1, 1, 0]) }
        #expect(AlertRecordFault.noReceipt.description == "the record holds no receipt")
        #expect(throws: TLVFault.self) { try AlertRecord(decoding: record.encoded.dropLast()) }
        #expect(throws: TLVFault.self) { try AlertRecord(decoding: [2, 1, 0]) }
    }

    @Test("a trace is written at once as its steps are one by one, whatever stands in it")
    func wholeTrace() throws {
        let rule = RuleReference(file: "ITPConfig.ini", line: 7, text: "a\tb\"c\\d\u{7F}")
        let steps = [
            TraceStep(.clock, saw: "", decided: "plain"),
            TraceStep(.rewrite, saw: "é\u{1}\r\n", decided: "Ünïcödé 日本 \u{0}", rule: rule),
            TraceStep(.policy, saw: String(repeating: "x", count: 5000), decided: "\""),
        ]
        for count in 0...steps.count {
            let some = Array(steps.prefix(count))
            var trace = Trace()
            for step in some { trace.append(step) }
            #expect(trace.compact == JSON.array(some.map(\.compactJSON)).compact)
            #expect(trace.steps == some)
            #expect(trace.places == some.compactMap(\.rule?.place))
        }
    }

    @Test("the words of a step may come in pieces, of any length, and a copy of the trace stays as it was")
    func piecesOfATrace() {
        var trace = Trace()
        for length in [1, 15, 16, 17, 900, 3000] {
            let text = String(repeating: "ä", count: length)
            let before = trace
            trace.step(.clock) { words in
                words.saw("'", text, "'")
                words.saw(", ", "\u{1}")
                words.decided("done: ")
                words.decided(text)
            }
            #expect(trace.steps.dropLast() == before.steps[...] && trace != before)
            #expect(
                trace.steps.last
                    == TraceStep(.clock, saw: "'\(text)', \u{1}", decided: "done: \(text)"), "\(length)")
        }
        var silent = Trace()
        silent.step(.parse) { _ in }
        #expect(silent.steps == [TraceStep(.parse, saw: "", decided: "")])
        #expect(Trace() != silent && Trace() == Trace() && Trace().steps.isEmpty)
    }

    @Test("an action leads back from its JSON, with everything in it and with nothing")
    func action() throws {
        var draft = TicketDraft()
        for kind in [TicketAction.Kind.create, .update, .note, .close] {
            let action = TicketAction(kind: kind, reference: id, draft: draft)
            #expect(TicketAction(json: try JSON(parsing: action.json.bytes)) == action)
            #expect(TicketAction(json: try JSON(parsing: action.compact)) == action)
        }
        draft.subject = "s"
        draft.description = "d\n\"é\""
        draft.internalNote = "i"
        draft.priority = 9
        draft.priorityName = "Low"
        draft.board = "b"
        draft.status = "New"
        draft.source = "src"
        draft.classification = TicketDraft.Classification(type: "t", subtype: "s", item: "i")
        draft.company.orgID = "o"
        draft.company.name = "n"
        draft.company.mapped = "m"
        draft.company.fallback = "f"
        draft.company.matchByID = true
        draft.isClosed = true
        draft.agent = "a"
        draft.workType = "w"
        draft.dueSeconds = 43_200
        draft.representative = "r"
        draft.mail = TicketDraft.Mail(from: "f@example.com", to: ["t@example.com"], subject: "m")
        var action = TicketAction(kind: .update, reference: id, draft: draft)
        #expect(TicketAction(json: try JSON(parsing: action.json.bytes)) == action)
        action.terms.reopens = true
        action.terms.closedStates = ["a", "b"]
        action.terms.closingStatuses = ["c"]
        action.terms.openStatuses = ["d"]
        action.terms.sparesTouched = false
        action.terms.previously = "p"
        action.terms.expires = Instant(milliseconds: 5)
        action.terms.listTitle = "t"
        action.terms.aside = "x"
        #expect(TicketAction(json: try JSON(parsing: action.json.bytes)) == action)
        #expect(TicketAction(json: try JSON(parsing: action.compact)) == action)
        // What is written straight into bytes leaves no field out; this fails also for a field that is not filled above.
        let names = { (json: JSON) -> Set<String> in
            guard case .object(let members) = json["draft"] else { return [] }
            return Set(members.map(\.name))
        }
        #expect(names(try JSON(parsing: action.compact)) == names(action.json))
        // A text that is there and empty is something else than none.
        action.draft.status = ""
        #expect(TicketAction(json: try JSON(parsing: action.compact)) == action)
    }

    @Test("a field that is missing has its default; what is no action gives none")
    func missing() {
        let reference = JSON.string(id.description)
        let bare = TicketAction(json: ["kind": "create", "reference": reference, "draft": [:]])
        #expect(bare == TicketAction(kind: .create, reference: id, draft: TicketDraft()))
        #expect(TicketAction(json: ["kind": "burn", "reference": reference, "draft": [:]]) == nil)
        #expect(TicketAction(json: ["kind": "create", "reference": "x", "draft": [:]]) == nil)
        #expect(TicketAction(json: ["kind": "create", "reference": reference]) == nil)
        #expect(TicketAction(json: .null) == nil)
    }

    @Test("a trace's step leads back from its compact form, with and without a rule")
    func trace() {
        let rule = RuleReference(file: "ITPConfig.ini", line: 12, text: "a=CANCEL")
        for stage in StageName.allCases {
            let bare = TraceStep(stage, saw: "x", decided: "y")
            let ruled = TraceStep(stage, saw: "x", decided: "y", rule: rule)
            #expect(TraceStep(compactJSON: bare.compactJSON) == bare)
            #expect(TraceStep(compactJSON: ruled.compactJSON) == ruled)
        }
        #expect(rule.place == "ITPConfig.ini:12")
        #expect(
            TraceStep(.rewrite, saw: "x", decided: "y", rule: rule).json.compact
                == #"{"stage":"rewrite","saw":"x","decided":"y","#
                + #""rule":{"file":"ITPConfig.ini","line":12,"text":"a=CANCEL"}}"#)
        for text in ["{}", "[]", "[\"rewrite\",\"a\"]", "[\"nowhere\",\"a\",\"b\"]", "[\"rewrite\",1,\"b\"]"] {
            #expect(JSON(ifValid: Array(text.utf8)).flatMap { TraceStep(compactJSON: $0) } == nil, "\(text)")
        }
        #expect(TraceStep(compactJSON: ["rewrite", "a", "b", "f", "no line", "t"])?.rule == nil)
    }

    @Test("dispositions have the names of the specification")
    func dispositions() {
        #expect(Disposition.allCases.count == 21)
        #expect(Disposition(rawValue: "dropped-code") == .droppedCode)
        #expect(Disposition(rawValue: "delivered-by-email") == .deliveredByEmail)
        #expect(Disposition(rawValue: "request-run") == .requestRun)
        #expect(HostClass(letter: "w") == .workstation && HostClass(letter: "") == nil)
    }
}
