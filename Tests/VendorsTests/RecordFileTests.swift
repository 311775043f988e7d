import Events
import Formats
import Testing
import Vendors

@testable import Sandbox

/// `DisplayOnlyFirstActivityRecord`: what an update says is a file on the ticket.
struct RecordFileTests {
    private static let repeated = Identifier(milliseconds: 5, random: (6, 9))
    private static let name = "record \(repeated).txt"

    private func update(
        _ desk: inout ConformanceDesk, _ ticket: TicketNumber, ambiguousSince: Instant? = nil
    ) -> DeliveryOrder {
        var order = desk.order(
            .update, ticket: ticket, ambiguousSince: ambiguousSince, reopens: true, reference: Self.repeated)
        order.action.terms.attachesText = true
        return order
    }

    /// The ticket's own texts; BMS takes files with a note, which names the file.
    private func notes(_ desk: ConformanceDesk) -> [String] {
        desk.psa.tickets[0].notes.map(\.text).filter { !$0.contains(RecordFileTests.name) }
    }

    @Test("an update of an open ticket is a file that holds its text, and no note", arguments: ConformingPSA.allCases)
    func attaches(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        let before = notes(desk)
        #expect(
            try desk.run(update(&desk, ticket)) == .noted(ticket, remarks: ["attached as '\(RecordFileTests.name)'"]))
        let draft = ConformanceDesk.draft
        let text = [draft.subject, draft.description, draft.internalNote, "ITP event \(Self.repeated)"]
            .joined(separator: "\n\n")
        #expect(desk.psa.tickets[0].attachments == [.init(name: RecordFileTests.name, bytes: text.utf8.count)])
        #expect(notes(desk) == before)
        #expect(desk.log.suffix(2).first == "intent")
    }

    @Test("one whose upload was not answered is found, not attached again", arguments: ConformingPSA.allCases)
    func findsItsOwn(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        desk.losesNextWrite = true
        #expect(
            try desk.run(update(&desk, ticket)) == .ambiguous(reason: "attaching the update: connection reset"))
        #expect(
            try desk.run(update(&desk, ticket, ambiguousSince: desk.now))
                == .noted(ticket, remarks: ["an earlier try had made it"]))
        #expect(desk.psa.tickets[0].attachments.count == 1)
    }

    @Test("one that is not there is attached after the quiet period, not before", arguments: ConformingPSA.allCases)
    func waitsQuietly(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        let since = desk.now
        #expect(
            try desk.run(update(&desk, ticket, ambiguousSince: since))
                == .stillAmbiguous(reason: "the PSA does not show it yet"))
        desk.now = desk.now + .seconds(60)
        guard case .noted = try desk.run(update(&desk, ticket, ambiguousSince: since)) else {
            Issue.record("it was not attached")
            return
        }
        #expect(desk.psa.tickets[0].attachments.map(\.name) == [RecordFileTests.name])
    }

    @Test("where the PSA takes no file, it is a note", arguments: ConformingPSA.allCases)
    func refused(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        let call =
            switch kind {
            case .connectWise: "POST system/documents"
            case .autotask: "POST Tickets/\(ticket.id)/Attachments"
            case .bms: "POST servicedesk/tickets/\(ticket.id)/notes"
            }
        let body: JSON = kind == .bms ? ["success": false, "error": ["details": "no files"]] : ["errors": ["no files"]]
        desk.scripted[call] = [.reply(VendorReply(status: kind == .autotask ? 500 : 400, body: body.bytes))]
        let before = notes(desk).count
        guard case .noted(ticket, let remarks) = try desk.run(update(&desk, ticket)) else {
            Issue.record("it was not noted")
            return
        }
        #expect(remarks.first?.hasPrefix("noted, as it could not be attached: ") == true, "\(remarks)")
        #expect(notes(desk).count == before + 1 && desk.psa.tickets[0].attachments.isEmpty)
    }

    @Test("what opens a closed ticket again is a note: people have to see it", arguments: ConformingPSA.allCases)
    func reopening(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        try desk.byHand(.status("Completed"), ticket)
        guard case .reopened = try desk.run(update(&desk, ticket)) else {
            Issue.record("it was not reopened")
            return
        }
        #expect(notes(desk).last?.hasPrefix("The problem is back") == true)
        #expect(desk.psa.tickets[0].attachments.isEmpty)
    }
}
