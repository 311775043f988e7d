import Decisions
import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// A decider in virtual time, and the messages that it has put out.
struct Night {
    var desk: Desk
    private var told: Int64 = 0

    /// An MSP in New York: staffed on weekdays from 8 to 17; customers are covered from 7 to 22, weekends from 9 to 18, on
    /// holidays not at all; Monday 2027-01-18 is one. Held pages go out at 6, at 8 on weekends, at 9 on holidays.
    static let hours = """
        [RMM_SETTINGS]
        TimeZone=America/New_York
        WD_Start=08:00
        WD_End=16:59
        WE_Start=00:00
        WE_End=00:00
        HO_Start=00:00
        HO_End=00:00
        HolidaySets=0
        WD_NotifyTime=06:00
        WE_NotifyTime=08:00
        HO_NotifyTime=09:00
        [HOLIDAYSET_0]
        20270118=Birthday of Martin Luther King, Jr.
        [COVERAGE]
        TimeZone=America/New_York
        HolidaySets=0
        WD_Start=07:00
        WD_End=21:59
        WE_Start=09:00
        WE_End=17:59
        HO_Start=00:00
        HO_End=00:00

        """

    /// The pager's keys, without a wait for the ticket's number.
    static let pager = """
        [RMM_SETTINGS]
        NotifyProcess=OpsGenie
        NotifyKey=key
        NotifySubject=P<priority> <data1>
        NotifyBody=<agent>
        NotifyOCEmail=oncall@msp.example

        """

    /// `keys` stand first, so that they win over what is said here.
    init(_ keys: String = "", wait: Int = 0, hours: String = Night.hours, at time: String, service: String = "") throws
    {
        let rules = "[RMM_SETTINGS]\n\(keys)\nPageWait=\(wait)\n" + Night.pager + hours
        desk = try Desk(
            settings(duplicateMinutes: 0, service: service, rules: rules), at: try #require(Instant(rfc3339: time)))
    }

    /// The same desk after a restart.
    mutating func restart() throws {
        var again = try Desk(desk.settings, on: desk.ledger, at: desk.now)
        again.sequence = desk.sequence
        desk = again
    }

    /// Time goes on to `time`; each timer fires when it is due.
    mutating func pass(to time: String) throws {
        let end = try #require(Instant(rfc3339: time))
        while let next = desk.timers.map(\.due).min(), next <= end {
            desk.now = max(desk.now, next)
            try desk.pass(0)
        }
        desk.now = end
    }

    /// An alert of a drive, which is a problem of its own.
    @discardableResult
    mutating func alert(_ drive: String = "C", _ monitor: String = "MB-DISK.EVT.S.P2.Alm", state: String = "firing")
        throws -> Identifier
    {
        try desk.take(body(monitor, data: drive, state: state))
    }

    /// The messages since the last call, whatever their lane: `time lane subject`.
    mutating func orders() throws -> [String] {
        try messages().map { row in
            "\(row.created.description.prefix(19)) \(row.message.lane) \(row.message.subject)"
        }
    }

    /// The same, whole; without what closes a page.
    mutating func messages() throws -> [MessageRow] {
        let rows = try ["mail:", "page:"].flatMap { lane in
            try desk.ledger.dueMessages(lane: lane, now: desk.now, limit: 1000)
        }.filter { $0.row > told && !$0.message.isClosing }.sorted { $0.row < $1.row }
        told = rows.last?.row ?? told
        return rows
    }
}
