import Events
import Formats
import Testing
import Vendors

@testable import Sandbox

/// Files that came with alerts, on the tickets of every PSA.
struct FileTests {
    private static let marker = "file 1 of event \(ConformanceDesk.reference)"

    private func order(
        _ desk: inout ConformanceDesk, _ ticket: TicketNumber, _ file: EventFile?, ambiguousSince: Instant? = nil
    ) -> DeliveryOrder {
        var order = desk.order(.attach, ticket: ticket, ambiguousSince: ambiguousSince)
        order.action.terms.aside = FileTests.marker
        order.file = file
        return order
    }

    private let log = EventFile(name: "disk.log", type: "text/plain", bytes: Array("C: 512 MB left\r\n".utf8))

    @Test("a file is attached under its name, and holds the event's ID", arguments: ConformingPSA.allCases)
    func attaches(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        #expect(
            try desk.run(order(&desk, ticket, log)) == .attached(ticket, isTouched: false, remarks: []))
        let files = desk.psa.tickets[0].attachments
        #expect(files == [.init(name: "disk.log", bytes: 16)])
        #expect(desk.log.suffix(2).first == "intent")
        // What the file is found by again is not shown to customers.
        #expect(
            !desk.psa.tickets[0].notes.contains {
                $0.text.contains("disk.log") && !$0.flags.contains { $0.hasPrefix("internal") }
            })
    }

    @Test("a file whose upload was not answered is found, not attached again", arguments: ConformingPSA.allCases)
    func findsItsOwn(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        desk.losesNextWrite = true
        #expect(
            try desk.run(order(&desk, ticket, log))
                == .ambiguous(reason: "attaching the file: connection reset"))
        let since = desk.now
        #expect(
            try desk.run(order(&desk, ticket, log, ambiguousSince: since))
                == .attached(ticket, isTouched: false, remarks: ["an earlier try had made it"]))
        #expect(desk.psa.tickets[0].attachments.count == 1)
    }

    @Test("one that is not there is attached after the quiet period, not before", arguments: ConformingPSA.allCases)
    func waitsQuietly(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        let since = desk.now
        desk.now = desk.now + .seconds(59)
        #expect(
            try desk.run(order(&desk, ticket, log, ambiguousSince: since))
                == .stillAmbiguous(reason: "the PSA does not show it yet"))
        desk.now = desk.now + .seconds(1)
        guard case .attached = try desk.run(order(&desk, ticket, log, ambiguousSince: since)) else {
            Issue.record("it was not attached")
            return
        }
        #expect(desk.psa.tickets[0].attachments.count == 1)
    }

    @Test(
        "it says that a technician has changed the ticket, as attaching makes ITP the last again",
        arguments: ConformingPSA.allCases)
    func touched(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        try desk.byHand(.status("In Progress"), ticket)
        #expect(try desk.run(order(&desk, ticket, log)) == .attached(ticket, isTouched: true, remarks: []))
    }

    @Test("without its ticket, or its bytes, or too long, nothing is sent", arguments: ConformingPSA.allCases)
    func nothingSent(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        let long = EventFile(name: "dump.bin", type: "", bytes: [UInt8](repeating: 7, count: 10_000_001))
        for file in [long, nil] {
            guard case .refused(let reason) = try desk.run(order(&desk, ticket, file)) else {
                Issue.record("not refused")
                continue
            }
            #expect(reason.contains(file == nil ? "no longer kept" : "takes no file of 10000001 bytes"))
        }
        try desk.byHand(.delete, ticket)
        #expect(
            try desk.run(order(&desk, ticket, log)) == .nothingToDo(reason: "the ticket is gone from the PSA"))
        #expect(!desk.log.contains { $0.hasPrefix("POST system/documents") || $0.hasSuffix("/Attachments") })
    }

    @Test("whatever a file is called and holds, it arrives as it was", arguments: ConformingPSA.allCases)
    func odd(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        let bytes =
            Array("--itp-7d0f4c1b9a3e4f6f8b2d-0--\r\n\r\n--itp-7d0f4c1b9a3e4f6f8b2d-1\r\n".utf8) + [0, 255, 13, 10]
        let file = EventFile(name: "../../etc/\"Bericht\"\r\nX-Evil: ü.txt", type: "text/html\r\nX: y", bytes: bytes)
        guard case .attached = try desk.run(order(&desk, ticket, file)) else {
            Issue.record("it was not attached")
            return
        }
        #expect(desk.psa.tickets[0].attachments == [.init(name: "BerichtX-Evil ü.txt", bytes: bytes.count)])
        #expect(desk.calls.last.map { !$0.headers.contains { $0.value.contains("\n") } } == true)
    }

    @Test("Autotask's bytes in five minutes are not exceeded; what waits for them is no failure of Autotask's")
    func spread() throws {
        var desk = try ConformanceDesk(.autotask)
        let ticket = try desk.make()
        let file = EventFile(name: "dump.bin", type: "", bytes: [UInt8](repeating: 7, count: 5_000_000))
        guard case .attached = try desk.run(order(&desk, ticket, file)) else {
            Issue.record("it was not attached")
            return
        }
        for _ in 1...10 {
            guard case .retry(let reason, nil) = try desk.run(order(&desk, ticket, file)) else {
                Issue.record("it was sent")
                return
            }
            #expect(reason.contains("bytes of files went out in five minutes"))
        }
        desk.now = desk.now + .minutes(5)
        guard case .attached = try desk.run(order(&desk, ticket, file)) else {
            Issue.record("it was not attached")
            return
        }
        #expect(desk.psa.tickets[0].attachments.count == 2)
    }
}
