import Events
import Formats
import HTTPServer
import Platform
import Storage

/// `GET /v1/events`, `/v1/events/{id}`, `/v1/receipts/{id}`: what became of alerts, and why. One thread's alone.
final class HistoryPages {
    private static let maxLimit = 1000

    let history: LedgerHistory
    private var journal: JournalReader
    private let folder: JournalFolder
    private let durable: @Sendable () -> UInt64
    /// Records beyond the watermark that are looked through for a receipt.
    private static let undecidedLimit: UInt64 = 100_000

    /// `durable` is the journal's last record that is on disk.
    init(ledgerPath: String, journal folder: JournalFolder, durable: @escaping @Sendable () -> UInt64) throws {
        history = try LedgerHistory(path: ledgerPath)
        journal = JournalReader(folder)
        self.folder = folder
        self.durable = durable
    }

    /// A page of events, the newest first.
    func events(_ query: [HTTPTarget.QueryItem], _ whose: Operator) throws -> HTTPResponse {
        var filter = HistoryFilter()
        filter.tenants = whose.tenants
        for item in query where !item.value.isEmpty {
            switch item.name {
            case "since":
                guard let since = Instant(rfc3339: item.value) else {
                    return HistoryPages.badParameter(item, "a time such as 2026-11-21T02:00:00Z")
                }
                filter.since = since
            case "disposition":
                guard Disposition(rawValue: item.value) != nil else {
                    let words = Disposition.allCases.map(\.rawValue).joined(separator: ", ")
                    return HistoryPages.badParameter(item, "one of \(words)")
                }
                filter.disposition = item.value
            case "org": filter.organisation = item.value
            case "agent": filter.agent = item.value
            case "q": filter.text = item.value
            case "limit":
                guard let limit = HistoryPages.limit(item) else { return HistoryPages.badLimit(item) }
                filter.limit = limit
            case "cursor":
                guard let cursor = Int64(item.value), cursor > 0 else { return HistoryPages.badCursor(item) }
                filter.before = cursor
            default:
                return HistoryPages.badParameter(
                    item, "only since, disposition, org, agent, q, limit and cursor are known")
            }
        }
        let (events, next) = try history.events(filter)
        return .json(
            200,
            [
                "events": .array(events.map { .members(HistoryPages.summary($0)) }),
                "next": next.map { .string("\($0)") } ?? .null,
            ])
    }

    /// How many rows a page is asked for; nil where that is none of the numbers that it may be.
    static func limit(_ item: HTTPTarget.QueryItem) -> Int? {
        Int(item.value).flatMap { (1...HistoryPages.maxLimit).contains($0) ? $0 : nil }
    }

    static func badLimit(_ item: HTTPTarget.QueryItem) -> HTTPResponse {
        badParameter(item, "a number from 1 to \(HistoryPages.maxLimit)")
    }

    static func badCursor(_ item: HTTPTarget.QueryItem) -> HTTPResponse {
        badParameter(item, "the 'next' of an earlier answer")
    }

    static func badParameter(_ item: HTTPTarget.QueryItem, _ expected: String) -> HTTPResponse {
        .problem(status: 400, detail: "the parameter \(item.name)='\(item.value)': write \(expected)")
    }

    /// One event with its trace and the alert as it came.
    func event(_ text: String, _ whose: Operator) throws -> HTTPResponse {
        guard let id = Identifier(text) else { return HistoryPages.notAnID(text) }
        guard let event = try history.event(id), whose.sees(event.tenant) else {
            return HistoryPages.unknown("event", text)
        }
        var members = HistoryPages.summary(event)
        members.append(("settings", .string(event.settingsHash)))
        members.append(("trace", .array(try history.trace(event).map(\.json))))
        // One request may hold several tenants' alerts.
        let isAllTheirs =
            try whose.tenants == nil
            || history.events(receipt: event.origin.receipt).allSatisfy { whose.sees($0.tenant) }
        members.append(("raw", isAllTheirs ? try raw(event.origin.sequence) : .null))
        return .json(200, .members(members))
    }

    /// A receipt with all of its events, and how far the last of them has come. Of one that is not decided yet nobody can say
    /// whose it is: it shows nothing but that.
    func receipt(_ text: String, _ whose: Operator) throws -> HTTPResponse {
        guard let id = Identifier(text) else { return HistoryPages.notAnID(text) }
        // Asked before the ledger is: what is decided in between is found there.
        let watermark = try history.watermark()
        let all = try history.events(receipt: id)
        let events = all.filter { whose.sees($0.tenant) }
        guard !events.isEmpty else {
            guard all.isEmpty, try isUndecided(id, after: watermark) else {
                return HistoryPages.unknown("receipt", text)
            }
            return .json(200, ["receipt": .string(id.description), "state": "accepted", "events": []])
        }
        let states = EventState.allCases.map(\.rawValue)
        let state = events.map { states.firstIndex(of: $0.state) ?? 0 }.min().map { states[$0] }
        return .json(
            200,
            [
                "receipt": .string(id.description), "state": .text(state),
                "events": .array(events.map { .members(HistoryPages.summary($0)) }),
            ])
    }

    /// Whether an alert is in the journal and not decided yet.
    private func isUndecided(_ receipt: Identifier, after watermark: UInt64) throws -> Bool {
        let last = min(durable(), watermark + HistoryPages.undecidedLimit)
        var reader = JournalReader(folder, from: watermark + 1)
        while let record = try reader.next(upTo: last) {
            do {
                if try AlertRecord(decoding: record.payload).receipt == receipt { return true }
            } catch {
                // Written by a later version: it has no receipt that could be read.
                continue
            }
        }
        return false
    }

    static func notAnID(_ text: String) -> HTTPResponse {
        .problem(status: 400, detail: "'\(text)' is no ID; write the 36 characters that the answer to the alert gave")
    }

    static func unknown(_ what: String, _ id: String) -> HTTPResponse {
        .problem(
            status: 404,
            detail: "no \(what) \(id): it was never accepted, is not decided yet, or is older than the history")
    }

    /// The alert's body from the journal; null where its segment is gone. Damage is an error and no gap.
    private func raw(_ sequence: UInt64) throws -> JSON {
        do {
            let alert = try AlertRecord(decoding: journal.record(sequence).payload)
            return .string(String(decoding: alert.body, as: UTF8.self))
        } catch JournalError.noSuchRecord {
            return .null
        } catch JournalError.unreadable(let cause) where cause.code == SystemError.notFound {
            // Removed between the listing of the folder and the opening of the file.
            return .null
        }
    }

    static func summary(_ event: HistoryEvent) -> [(String, JSON)] {
        var ticket = JSON.null
        if let number = event.ticket {
            ticket = [
                "psa": .text(event.psa), "id": .string(number.id), "number": .string(number.number),
                "url": .string(number.url),
            ]
        }
        return [
            ("id", .string(event.origin.id.description)),
            ("receipt", .string(event.origin.receipt.description)),
            ("receivedAt", .string(event.origin.receivedAt.description)),
            ("source", .string(event.origin.source)),
            ("subject", .string(event.subject)),
            ("agent", .string(event.agent)),
            ("org", .string(event.organisation)),
            ("tenant", .string(event.tenant)),
            ("priority", .integer(event.priority)),
            ("disposition", .text(event.disposition)),
            ("reason", .text(event.reason)),
            ("state", .string(event.state)),
            ("ticket", ticket),
        ]
    }

    /// What `/stats` says of the ledger.
    private func messages() throws -> JSON {
        let counts = Dictionary(grouping: try history.messageCounts(), by: \.lane)
        return .members(
            counts.keys.sorted().map { lane in
                (lane, .members((counts[lane] ?? []).map { ($0.state, .integer($0.count)) }))
            })
    }

    func statistics() throws -> [(String, JSON)] {
        let counts = { (pairs: [(String, Int)]) in JSON.members(pairs.map { ($0.0, .integer($0.1)) }) }
        return [
            ("dispositions", counts(try history.dispositionCounts().map { ($0.disposition, $0.count) })),
            ("outbox", counts(try history.orderCounts().map { ($0.lane, $0.count) })),
            ("messages", try messages()),
            ("deadLetters", .integer(try history.deadLetterCount())),
            ("oldestOrderAt", .text(try history.oldestOrder()?.description)),
            ("timers", .integer(try history.timerCount())),
            ("ledgerBytes", .integer(try history.fileBytes())),
            ("watermark", .integer(try history.watermark())),
        ]
    }
}
