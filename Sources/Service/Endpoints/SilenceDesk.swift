import Events
import Formats
import HTTPServer
import Platform
import Settings
import Storage

/// `/v1/silences`: what is silenced, and by whom. The decider keeps them; the answer comes once that is durable.
struct SilenceDesk: Sendable {
    /// Letters of an owner or a reason, and of each name.
    private static let textLimit = 500
    /// One that is longer belongs into the configuration.
    private static let longest = Instant.Span.hours(366 * 24)

    let clock: any Clock
    private let post: @Sendable (DeciderStation.Message) -> Void

    init(clock: any Clock, post: @escaping @Sendable (DeciderStation.Message) -> Void) {
        self.clock = clock
        self.post = post
    }

    /// Why a request for a silence is refused.
    struct Fault: Error {
        var pointer: String
        var what: String
    }

    /// `POST /v1/silences`: makes one, and says what it would have muted.
    func create(_ exchange: HTTPExchange, _ pages: HistoryPages) throws {
        guard let silence = read(exchange) else { return }
        let preview = try pages.preview(of: silence, now: clock.now)
        post(
            .silence(.add(silence)) { answer in
                switch answer {
                case .done(let made):
                    exchange.respond(.json(201, .members(HistoryPages.members(made) + [("preview", preview)])))
                case .tooMany:
                    exchange.respond(
                        .problem(
                            status: 409, detail: "there are \(DeciderStation.silencesLimit) silences; end some first"))
                default: exchange.respond(SilenceDesk.stopping)
                }
            })
    }

    /// `POST /v1/silences/preview`: says what one would have muted, and makes none.
    func preview(_ exchange: HTTPExchange, _ pages: HistoryPages) throws {
        guard let silence = read(exchange) else { return }
        exchange.respond(.json(200, try pages.preview(of: silence, now: clock.now)))
    }

    /// `DELETE /v1/silences/{id}`: ends it now.
    func end(_ id: String, _ exchange: HTTPExchange) {
        guard let number = Int64(id), number > 0 else { return exchange.respond(SilenceDesk.notANumber(id)) }
        post(
            .silence(.end(number)) { answer in
                switch answer {
                case .done(let ended): exchange.respond(.json(200, .members(HistoryPages.members(ended))))
                case .over(let silence):
                    exchange.respond(.problem(status: 409, detail: "the silence \(number) ended at \(silence.end)"))
                case .unknown: exchange.respond(SilenceDesk.unknown(number))
                default: exchange.respond(SilenceDesk.stopping)
                }
            })
    }

    static func notANumber(_ id: String) -> HTTPResponse {
        .problem(status: 400, detail: "'\(id)' is no number of a silence; GET /v1/silences lists them")
    }

    static func unknown(_ number: Int64) -> HTTPResponse {
        .problem(status: 404, detail: "there is no silence \(number); GET /v1/silences lists them")
    }

    private static var stopping: HTTPResponse {
        .problem(status: 503, detail: "the service stops; ask again when it is back")
    }

    /// The silence that a request asks for; nil where it was refused.
    private func read(_ exchange: HTTPExchange) -> SilenceRow? {
        do {
            return try SilenceDesk.silence(of: try JSON(parsing: exchange.request.body), now: clock.now)
        } catch let fault as Fault {
            exchange.respond(
                .problem(status: 422, detail: "\(fault.pointer): \(fault.what)"))
        } catch {
            exchange.respond(.problem(status: 400, detail: "the body is no JSON: \(error)"))
        }
        return nil
    }

    /// Reads `{agent|group|org|category, start, end|for, owner, reason}`.
    static func silence(of json: JSON, now: Instant) throws(Fault) -> SilenceRow {
        let known = ["agent", "group", "org", "category", "start", "end", "for", "owner", "reason"]
        guard let members = json.members else { throw Fault(pointer: "", what: "an object is needed") }
        if let other = members.first(where: { !known.contains($0.name) }) {
            throw Fault(pointer: "/\(other.name)", what: "it is not known; there is \(known.joined(separator: ", "))")
        }
        func text(_ name: String) throws(Fault) -> String? {
            guard let value = json[name], value != .null else { return nil }
            guard let text = value.string?.trimmed, text.utf8.count <= textLimit else {
                throw Fault(pointer: "/\(name)", what: "a string of at most \(textLimit) bytes is needed")
            }
            return text.isEmpty ? nil : text
        }
        func time(_ name: String) throws(Fault) -> Instant? {
            guard let written = try text(name) else { return nil }
            guard let time = Instant(rfc3339: written) else {
                throw Fault(
                    pointer: "/\(name)", what: "'\(written)' is no time; write for instance 2026-11-21T22:00:00Z")
            }
            return time
        }
        guard let owner = try text("owner") else {
            throw Fault(pointer: "/owner", what: "who answers for it is needed")
        }
        guard let reason = try text("reason") else { throw Fault(pointer: "/reason", what: "a reason is needed") }
        let start = max(try time("start") ?? now, now)
        var end = try time("end")
        if let length = try text("for") {
            guard end == nil, let span = ReplaySince.span(length) else {
                throw Fault(
                    pointer: "/for", what: "a length of time such as 90m, 2h or 1d is needed, in place of an end")
            }
            end = start + span
        }
        guard let end, end > start, end - start <= longest else {
            throw Fault(pointer: "/end", what: "an end after the start is needed, at most 366 days later; or for: 2h")
        }
        let silence = SilenceRow(
            agent: try text("agent"), group: try text("group"), organisation: try text("org"),
            category: try text("category"), start: start, end: end, owner: inOneLine(owner), reason: inOneLine(reason),
            created: now)
        guard !silence.place.isEmpty else {
            throw Fault(pointer: "", what: "agent, group, org or category is needed: else everything would be silenced")
        }
        return silence
    }
}

extension HistoryPages {
    private static let previewSpan = Instant.Span.hours(30 * 24)
    private static let previewRows = 1_000_000
    private static let previewPage = 10_000
    private static let previewExamples = 10
    /// What a silence comes before. Whatever else became of an event became so without it, or was no alert that fires.
    private static let muted: Set<String> = [
        "ticketed", "updated", "reopened", "consolidated", "flooded", "delivered-by-email", "request-run", "logged",
        "dropped-code", "duplicate", "restricted", "blacklisted", "summarised", "expired", "failed", "parked",
    ]
    private static let tickets: Set<String> = ["ticketed", "reopened", "delivered-by-email", "failed"]

    /// The silences that are not over.
    func silences(now: Instant) throws -> HTTPResponse {
        let silences = try history.silences(endingAfter: now)
        return .json(200, ["silences": .array(silences.map { .members(HistoryPages.members($0)) })])
    }

    static func members(_ silence: SilenceRow) -> [(String, JSON)] {
        [
            ("id", .string("\(silence.number)")), ("agent", .text(silence.agent)), ("group", .text(silence.group)),
            ("org", .text(silence.organisation)), ("category", .text(silence.category)),
            ("start", .string(silence.start.description)), ("end", .string(silence.end.description)),
            ("owner", .string(silence.owner)), ("reason", .string(silence.reason)),
            ("createdAt", .string(silence.created.description)),
        ]
    }

    /// What a silence would have muted in the last thirty days, had it been there all that time.
    func preview(of row: SilenceRow, now: Instant) throws -> JSON {
        let silence = row.silence
        let since = now - HistoryPages.previewSpan
        var counts: [String: Int] = [:]
        var examples: [JSON] = []
        var (next, looked) = (Int64.max, 0)
        while looked < HistoryPages.previewRows {
            let rows = try history.silenceCandidates(before: next, since: since, limit: HistoryPages.previewPage)
            guard let last = rows.last else { break }
            (next, looked) = (last.number, looked + rows.count)
            for event in rows {
                let became = event.disposition ?? "parked"
                guard HistoryPages.muted.contains(became), HistoryPages.fits(silence, event) else { continue }
                counts[became, default: 0] += 1
                guard examples.count < HistoryPages.previewExamples else { continue }
                examples.append([
                    "id": .string(event.id.description), "receivedAt": .string(event.receivedAt.description),
                    "agent": .string(event.agent), "org": .string(event.organisation),
                    "subject": .string(event.subject), "disposition": .string(became),
                ])
            }
        }
        let tickets = counts.filter { HistoryPages.tickets.contains($0.key) }.values.reduce(0, +)
        return [
            "since": .string(since.description), "looked": .integer(looked),
            "muted": .integer(counts.values.reduce(0, +)), "tickets": .integer(tickets),
            "dispositions": .members(counts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }),
            "examples": .array(examples),
        ]
    }

    /// The history knows an event's groups by its agent's full name, and its customer by the ID.
    private static func fits(_ silence: Silence, _ event: SilenceCandidate) -> Bool {
        let agent = event.agent.lowercased()
        let groups = agent.split(separator: ".").dropFirst().joined(separator: ".")
        var category = "*"
        if silence.category != nil {
            do { category = try ParsableSubject(parsing: event.subject).monitor.category.lowercased() } catch {}
        }
        return silence.fits(
            agent: agent, groups: groups, organisation: [event.organisation.lowercased()], category: category)
    }
}
