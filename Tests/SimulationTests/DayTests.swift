import Decisions
import Events
import Formats
import Platform
import Settings
import Storage
import TestSupport
import Testing

@testable import Sandbox

/// One scripted day against each PSA: at its end there are the tickets that a dispatcher would have made, and no others.
@Suite struct DayTests {
    enum Vendor: String, CaseIterable, Sendable {
        case connectWise, autotask, bms

        /// The account, without the board.
        var account: String {
            switch self {
            case .connectWise: SimulationTests.connectWise.replacing("PSA_CW_Board=Alerts", with: "")
            case .autotask:
                VendorSimulationTests.Vendor.autotask.account.replacing("PSA_AT_Queue=Alerts", with: "")
            case .bms: VendorSimulationTests.Vendor.bms.account.replacing("PSA_BMS_Queue=Alerts", with: "")
            }
        }

        /// The keys of the default board and of that for the service level `Priority`.
        var boardKeys: (standard: String, priority: String) {
            switch self {
            case .connectWise: ("PSA_CW_Board", "PSA_CW_Priority")
            case .autotask: ("PSA_AT_Queue", "PSA_AT_Priority")
            case .bms: ("PSA_BMS_Queue", "PSA_BMS_Priority")
            }
        }

        var sandbox: any VendorSandbox {
            switch self {
            case .connectWise: ConnectWiseSandbox()
            case .autotask: VendorSimulationTests.Vendor.autotask.sandbox
            case .bms: VendorSimulationTests.Vendor.bms.sandbox
            }
        }

        /// Only ConnectWise has a third level.
        var item: String? { self == .connectWise ? "Capacity" : nil }

        func settings(board: String) throws -> Settings {
            let text = """
                [GLOBAL]
                DeDupPeriod=5
                [RMM_SETTINGS]
                \(account)
                \(boardKeys.standard)=\(board)
                \(boardKeys.priority)=Priority Alerts
                PSA_DefaultCompany=Catch All
                WD_Start=08:00
                WD_End=17:59
                NotifyProcess=Email
                NotifyEmail=page@msp.example
                NotifyPriority=1
                [ORG acme]
                Name=Acme Dental
                ServiceLevel=Normal
                [ORG globex]
                Name=Globex Manufacturing
                ServiceLevel=Priority
                [ORG stark]
                Name=Stark Foundry
                [ORG hooli]
                Name=The Hooli Group
                [COMPANY MAP]
                hooli=Hooli Retail
                [PSA REWRITE]
                MB-DISK.EVT.S=DSK;Disk is nearly full;Server,Disk,Capacity
                [TICKET FLOW]
                ConsolidationInterval=0
                TicketFloodLimit=0
                """
            let files = ConfigurationFiles(files: [
                .init(name: "ITPConfig.ini", bytes: Array(text.utf8)),
                .init(name: "ITPSvcCfg.ini", bytes: Array("[SOURCE api]\nAutoClose=Y\n".utf8)),
            ])
            let loaded = Settings.load(files, zones: utc, patterns: RegularExpression.compiler) {
                reference throws(SecretFault) in throw SecretFault(reference)
            }
            return try #require(loaded.settings, "\(loaded.findings)")
        }
    }

    @Test(
        """
        a day with repeats, files, a renamed board, an expired token, throttling, an outage and technicians at work ends \
        with the expected tickets
        """, arguments: Vendor.allCases)
    func day(_ vendor: Vendor) async throws {
        let settings = try vendor.settings(board: "Alerts")
        let renamed = try vendor.settings(board: "Monitoring")
        try await inTurn {
            var day = try Day(settings, vendor.sandbox, at: "2027-01-15T08:00:00Z")
            try Self.morning(&day)
            try Self.changes(&day, vendor, renamed)
            try Self.troubles(&day)
            try Self.afternoon(&day)
            try Self.night(&day)
            try Self.examine(day, vendor)
        }
    }

    /// New, repeated, resolved, reopened; customers that are known, unknown, gone, and known by another name.
    private static func morning(_ day: inout Day) throws {
        try day.alert("fs01.servers.acme", "C")
        try day.at("08:02")
        try day.alert("fs01.servers.acme", "C")
        try day.at("08:20")
        try day.alert("fs01.servers.acme", "C")
        try day.at("09:00")
        try day.alert("fs01.servers.acme", "C", state: "resolved")
        #expect(day.world.psa.tickets.map(\.isClosed) == [true])
        try day.at("09:30")
        try day.alert("fs01.servers.acme", "C")
        #expect(day.world.psa.tickets.map(\.isClosed) == [false])
        try day.at("09:45")
        try day.alert("fs01.servers.acme", "C", state: "resolved")
        try day.at("10:00")
        try day.alert("dc01.branch.servers.globex", "D", priority: 2, file: "disk.log")
        try day.alert("pc9.servers.nobody", "E")
        try day.alert("srv1.servers.stark", "F")
        try day.alert("till.servers.hooli", "G")
        #expect(day.world.psa.tickets.count == 5)
    }

    /// The board gets another name, first at the PSA alone and then in the configuration; what is signed in is thrown out.
    private static func changes(_ day: inout Day, _ vendor: Vendor, _ renamed: Settings) throws {
        try day.at("11:00")
        try day.world.psa.perform(.renameBoard("Alerts", to: "Monitoring"))
        try day.alert("fs01.servers.acme", "H")
        try day.at("11:10")
        try day.reload(renamed)
        try day.alert("fs01.servers.acme", "I")
        #expect(day.world.psa.tickets.count == 7)
        try day.at("12:00")
        if vendor == .bms {
            try day.world.psa.perform(.expireTokens)
            try day.alert("fs01.servers.acme", "J")
            #expect(day.credentials == [])
        } else {
            // These two know no tokens: the keys themselves are refused, until they are mended.
            day.weather = .refusing(401, retryAfterSeconds: nil)
            try day.alert("fs01.servers.acme", "J")
            try day.at("12:10", .fair)
            try day.at("12:30")
            #expect(day.credentials.count == 2 && day.credentials.last == "taken")
        }
        #expect(day.world.psa.tickets.count == 8)
    }

    private static func troubles(_ day: inout Day) throws {
        try day.at("13:00", .refusing(429, retryAfterSeconds: 30))
        for drive in ["K", "L", "M", "N"] { try day.alert("fs01.servers.acme", drive) }
        try day.at("13:05")
        // Whoever asks for a pause gets one of half a minute at least: what was on its way may still arrive.
        let rounds = Dictionary(grouping: day.calls) { $0.milliseconds / 30_000 }
        #expect(rounds.values.allSatisfy { $0.count <= 4 }, "\(day.calls)")
        #expect(day.world.psa.tickets.count == 8)
        try day.at("13:05", .fair)
        try day.at("13:30")
        #expect(day.world.psa.tickets.count == 12)
        // The answer to a creation is lost, then nothing listens for ten minutes.
        try day.at("14:00", .lostAnswers)
        try day.alert("fs01.servers.acme", "O")
        try day.at("14:00", .outage)
        for drive in ["P", "Q"] { try day.alert("fs01.servers.acme", drive) }
        try day.at("14:10", .fair)
        try day.at("14:40")
        #expect(day.world.psa.tickets.count == 15)
    }

    /// A technician closes a ticket; the hourly comparison finds it before the next alert comes.
    private static func afternoon(_ day: inout Day) throws {
        try day.at("15:00")
        try day.housekeep()
        let ticket = day.world.psa.tickets[2]
        try day.world.psa.perform(.status("Completed"), on: ticket.id, now: day.world.now.milliseconds)
        func open(_ day: Day) throws -> Int {
            try day.world.ledger.openTickets(lane: day.world.account.lane, after: 0, limit: 100).count
        }
        let before = try open(day)
        try day.at("15:59")
        try day.housekeep()
        #expect(try open(day) == before, "not before its hour is over")
        try day.at("16:00")
        try day.housekeep()
        #expect(try open(day) == before - 1)
    }

    private static func night(_ day: inout Day) throws {
        try day.at("22:00")
        try day.alert("fs01.servers.acme", "R", priority: 1)
        try day.alert("fs01.servers.acme", "S")
        try day.at("22:30")
        try day.world.kill(power: true)
        try day.alert("fs01.servers.acme", "R", priority: 1)
        try day.at("23:30")
    }

    /// What a dispatcher sees of a ticket.
    private struct Row: Equatable, CustomStringConvertible {
        var company: String
        var board = "Monitoring"
        var priority = "Medium"
        var status = "New"
        /// Those after the ticket's own texts, as notes or as files.
        var updates = 0
        /// The files that came with alerts.
        var files = 0

        var description: String { "\(company) | \(board) | \(priority) | \(status) | \(updates) | \(files)" }
    }

    private static func examine(_ day: Day, _ vendor: Vendor) throws {
        let tickets = day.world.psa.tickets
        let acme = Row(company: "AcmeDental")
        let expected =
            [
                // Repeated, resolved, reopened, resolved.
                Row(company: "AcmeDental", status: "Completed", updates: 4),
                Row(company: "Globex", board: "Priority Alerts", priority: "High", files: 1),
                // One was closed by hand.
                Row(company: "CatchAll", status: "Completed"), Row(company: "CatchAll"), Row(company: "Hooli"),
            ] + Array(repeating: acme, count: 10) + [
                Row(company: "AcmeDental", priority: "Critical", updates: 1), acme,
            ]
        let found = tickets.map { ticket in
            // The texts that a ticket begins with are notes as well; those for technicians name its own event.
            let notes = ticket.notes.count { note in
                note.text != ticket.description && !note.text.contains(ticket.externalRef ?? "none")
                    // BMS takes files with notes that name them.
                    && !note.text.hasPrefix("record ")
            }
            let records = ticket.attachments.count { $0.name.hasPrefix("record ") }
            return Row(
                company: ticket.company, board: ticket.board, priority: ticket.priority ?? "",
                status: ticket.status, updates: notes + records, files: ticket.attachments.count - records)
        }
        #expect(found.map(\.description) == expected.map(\.description))
        #expect(tickets[1].attachments == [.init(name: "disk.log", bytes: 11)])
        #expect(tickets.map(\.attachments.count).reduce(0, +) == 3, "two repeats were attached")
        #expect(Set(tickets.compactMap(\.externalRef)).count == tickets.count)
        for ticket in tickets {
            #expect(ticket.summary == "Disk is nearly full")
            #expect([ticket.type, ticket.subtype, ticket.item] == ["Server", "Disk", vendor.item])
        }
        var filter = HistoryFilter()
        filter.limit = 1000
        let events = try day.world.ledger.history.events(filter).events
        #expect(events.filter { !["confirmed", "delivered"].contains($0.state) }.isEmpty)
        #expect(events.count { $0.disposition == "duplicate" } == 1)
        #expect(try day.world.ledger.history.orderCounts().isEmpty)
        // Nobody is there at night: the urgent one pages, once.
        let pages = try day.world.ledger.dueMessages(lane: "mail:", now: day.world.now, limit: 100)
            .filter { $0.message.channel == .page && !$0.message.isFollowUp }
        #expect(pages.map { $0.created.description.prefix(13) } == ["2027-01-15T22"])
    }
}

/// The host is in UTC, and there is no other zone.
private let utc: ZoneResolver = { name throws(ZoneFault) in
    guard name.isEmpty else { throw ZoneFault("there is no zone '\(name)'") }
    return TZif.bytes(rule: "UTC0")
}
