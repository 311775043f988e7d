import Events
import Formats
import Testing
import Vendors

@testable import Sandbox

/// What every PSA's adapter has to do, against the sandbox, which is as strict as the vendors' contracts.
struct ConformanceTests {
    @Test("a new ticket has all that was asked for, and its number", arguments: ConformingPSA.allCases)
    func creates(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let report = try desk.run(desk.order())
        let ticket = try #require(desk.psa.tickets.first)
        guard case .created(let number, let remarks) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(remarks.isEmpty, "\(remarks)")
        #expect(number.id == "\(ticket.id)" && desk.psa.tickets.count == 1)
        if kind != .connectWise { #expect(number.number == ticket.number) }
        #expect(ticket.summary == "Disk C: is full" && ticket.description?.hasPrefix("The text\nfor") == true)
        #expect(ticket.company == "AcmeDental" && ticket.board == "Alerts" && ticket.priority == "High")
        #expect(ticket.status == "New" && ticket.type == "Server" && ticket.subtype == "Disk")
        #expect(ticket.externalRef == ConformanceDesk.reference.description)
        // What is for the technician alone is no part of what the customer reads.
        #expect(ticket.description?.contains("for the technician") == false)
        let internals = ticket.notes.filter { $0.text.contains("for the technician") }
        #expect(internals.count == 1 && internals.allSatisfy { $0.flags.contains { $0.hasPrefix("internal") } })
        if kind != .connectWise { #expect(ticket.configuration == "fs01.servers.acme") }
    }

    @Test("a ticket whose making was not answered is found, not made again", arguments: ConformingPSA.allCases)
    func findsItsOwn(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        desk.losesNextWrite = true
        #expect(try desk.run(desk.order()) == .ambiguous(reason: "creating the ticket: connection reset"))
        let since = desk.now
        desk.now = desk.now + .seconds(5)
        let report = try desk.run(desk.order(ambiguousSince: since))
        guard case .created(let number, ["an earlier try had made it"]) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(desk.psa.tickets.map { "\($0.id)" } == [number.id])
    }

    @Test("one that is not found is made after the quiet period, not before", arguments: ConformingPSA.allCases)
    func waitsQuietly(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        // Another ticket of the same text is there, with another reference.
        let other = Identifier(milliseconds: 9, random: (1, 2))
        _ = try desk.run(desk.order(reference: other))
        let since = desk.now
        desk.now = desk.now + .seconds(59)
        #expect(
            try desk.run(desk.order(ambiguousSince: since))
                == .stillAmbiguous(reason: "the PSA does not show it yet"))
        desk.now = desk.now + .seconds(1)
        guard case .created = try desk.run(desk.order(ambiguousSince: since)) else {
            Issue.record("it was not made")
            return
        }
        #expect(desk.psa.tickets.count == 2)
    }

    @Test("a repeated alert is an internal note on the open ticket, once", arguments: ConformingPSA.allCases)
    func notes(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        let before = desk.psa.tickets[0].notes.count
        let second = Identifier(milliseconds: 6, random: (8, 9))
        desk.losesNextWrite = true
        #expect(
            try desk.run(desk.order(.update, ticket: ticket, reference: second))
                == .ambiguous(reason: "noting on the ticket: connection reset"))
        let again = try desk.run(
            desk.order(.update, ticket: ticket, ambiguousSince: desk.now, reference: second))
        #expect(again == .noted(ticket, remarks: ["an earlier try had made it"]))
        let found = desk.psa.tickets[0].notes
        #expect(found.count == before + 1 && desk.psa.tickets.count == 1)
        let ours = found.filter { $0.text.contains(second.description) }
        #expect(ours.count == 1 && ours.allSatisfy { $0.flags.contains { $0.hasPrefix("internal") } })
    }

    @Test("a resolved alert closes its ticket with a note", arguments: ConformingPSA.allCases)
    func closes(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        let notes = desk.psa.tickets[0].notes.count
        #expect(try desk.run(desk.order(.close, ticket: ticket)) == .closed(ticket, remarks: []))
        #expect(desk.psa.tickets[0].isClosed && desk.psa.tickets[0].status == "Completed")
        #expect(desk.psa.tickets[0].notes.count == notes + 1)
        let again = try desk.run(desk.order(.close, ticket: ticket))
        #expect(again == .nothingToDo(reason: "the ticket is closed already"))
    }

    @Test("a ticket that a technician has touched is not closed", arguments: ConformingPSA.allCases)
    func sparesTouched(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        try desk.byHand(.status("In Progress"), ticket)
        let report = try desk.run(desk.order(.close, ticket: ticket))
        #expect(report == .notedTouched(ticket, remarks: ["left open: a technician has changed the ticket"]))
        #expect(!desk.psa.tickets[0].isClosed && desk.psa.tickets[0].status == "In Progress")
    }

    @Test("a closed ticket is reopened, or followed by a new one", arguments: ConformingPSA.allCases)
    func reopens(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        try desk.byHand(.status("Closed"), ticket)
        let second = Identifier(milliseconds: 6, random: (8, 9))
        let reopened = try desk.run(desk.order(.update, ticket: ticket, reopens: true, reference: second))
        #expect(reopened == .reopened(ticket, remarks: []))
        #expect(!desk.psa.tickets[0].isClosed && desk.psa.tickets[0].status == "New")
        try desk.byHand(.status("Closed"), ticket)
        let third = Identifier(milliseconds: 7, random: (8, 9))
        let report = try desk.run(desk.order(.update, ticket: ticket, reference: third))
        guard case .created(let number, ["the earlier ticket is closed"]) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(number.id != ticket.id && desk.psa.tickets.count == 2)
    }

    @Test("of a ticket that is gone an update makes a new one, a note nothing", arguments: ConformingPSA.allCases)
    func gone(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        try desk.byHand(.delete, ticket)
        #expect(
            try desk.run(desk.order(.note, ticket: ticket))
                == .nothingToDo(reason: "the ticket is gone from the PSA"))
        guard case .created = try desk.run(desk.order(.update, ticket: ticket)) else {
            Issue.record("no new ticket")
            return
        }
        #expect(desk.psa.tickets.count == 1)
    }

    @Test(
        "companies by name, identifier, ID and default; inactive ones do not count", arguments: ConformingPSA.allCases)
    func companies(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        _ = try desk.make { $0.company.name = "acme dental" }
        _ = try desk.make { $0.company.name = "Globex" }
        _ = try desk.make {
            $0.company.name = "Nobody"
            $0.company.fallback = "Catch All"
        }
        _ = try desk.make {
            $0.company.name = "Stark Foundry"
            $0.company.fallback = "CatchAll"
        }
        #expect(desk.psa.tickets.map(\.company) == ["AcmeDental", "Globex", "CatchAll", "CatchAll"])
        let report = try desk.run(desk.order { $0.company.name = "Stark Foundry" })
        // ConnectWise has two ways to bar a company, the others one.
        guard case .refused(let reason) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(reason.hasPrefix("the company 'Stark Foundry' is "))
        #expect(
            reason.hasSuffix(
                "no company for 'Stark Foundry'; write [COMPANY MAP] or PSA_DefaultCompany"))
    }

    @Test("names that are not there are left out or refused, and said", arguments: ConformingPSA.allCases)
    func missingNames(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let report = try desk.run(
            desk.order {
                $0.priorityName = "Whatever"
                $0.source = "Nothing of the kind"
                $0.classification = .init(type: "Server", subtype: "No such")
                $0.agent = "unknown.machine"
            })
        guard case .created(_, let remarks) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(remarks.count == 3, "\(remarks)")
        guard case .refused(let reason) = try desk.run(desk.order { $0.board = "Gone" }) else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.contains("'Gone' does not exist"))
    }
}
