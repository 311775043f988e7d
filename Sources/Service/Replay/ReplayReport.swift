import Decisions
public import Events
public import Formats

/// What a replay has found. The same journal, ledger and configurations give the same bytes.
public struct ReplayReport: Sendable {
    /// From when on events are compared.
    public var start: Instant
    /// When the last alert came.
    public var end: Instant
    /// From when on alerts are decided, so that windows are as full as they were.
    public var warmUp: Instant
    /// Alerts that are compared.
    public var alerts = 0
    /// The configurations, as the reader knows them.
    public var names = (old: "old", new: "new")
    /// Their hashes.
    public var hashes = (old: "", new: "")
    var tally: ReplayTally

    init(start: Instant, end: Instant, warmUp: Instant, tally: ReplayTally) {
        self.start = start
        self.end = end
        self.warmUp = warmUp
        self.tally = tally
    }

    /// Tickets that the old configuration makes.
    public var oldTickets: Int { tally.old.tickets }
    /// Of them, those whose alerts the new one keeps from the PSA.
    public var droppedTickets: Int { tally.droppedTickets }

    /// The rules that keep what reached the PSA from it, the first that does most.
    var droppingRules: [(name: String, count: Int)] { ReplayReport.sorted(tally.groups[.dropped]?.rules ?? [:]) }

    /// Lines that a list shows to people, and to programs.
    private static let linesShown = 10
    private static let membersShown = 1000

    /// The report for people.
    public var text: String {
        let span = "from \(start) to \(end); warmed up from \(warmUp)"
        var lines = [
            alerts == 0
                ? "the journal holds no alert of that time" : "\(alerts) alerts, \(tally.events) events \(span)",
            "  old: \(hashes.old) (\(names.old))", "  new: \(hashes.new) (\(names.new))", "",
        ]
        lines += table
        lines += ["", fidelityLine] + fidelityDifferences
        for (name, count) in ReplayReport.sorted(tally.assumed) {
            let answer = name.hasPrefix("module:") ? "changes nothing, as modules are not run" : "unknown"
            lines.append("assumed: \(name) \(count) times, never asked then: \(answer)")
        }
        let differences = ReplayDifference.allCases.filter { tally.groups[$0] != nil }
        if differences.isEmpty { lines += ["", "nothing would change"] }
        for difference in differences {
            guard let group = tally.groups[difference] else { continue }
            lines += [""] + section(difference.title, group)
        }
        return lines.joined(separator: "\n")
    }

    /// Counts side by side.
    private var table: [String] {
        var rows = [["", "old", "new", "difference"]]
        func add(_ name: String, _ old: Int, _ new: Int) {
            let sign = new > old ? "+" : ""
            rows.append([name, "\(old)", "\(new)", new == old ? "" : "\(sign)\(new - old)"])
        }
        add("tickets", tally.old.tickets, tally.new.tickets)
        add("pages", tally.old.pages, tally.new.pages)
        let words = Set(tally.old.dispositions.keys).union(tally.new.dispositions.keys)
        for word in words.sorted() {
            add("  " + word, tally.old.dispositions[word] ?? 0, tally.new.dispositions[word] ?? 0)
        }
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = row[0] + String(repeating: " ", count: widths[0] - row[0].count)
            for column in 1..<4 {
                line += "  " + String(repeating: " ", count: widths[column] - row[column].count) + row[column]
            }
            return line.hasSuffix(" ") ? String(line.reversed().drop { $0 == " " }.reversed()) : line
        }
    }

    private var fidelityLine: String {
        let fidelity = tally.fidelity
        let share = fidelity.compared == 0 ? "" : " (\(ReplayReport.percent(fidelity.same, of: fidelity.compared)))"
        return
            "true to what happened: \(fidelity.same) of \(fidelity.compared) events that the old configuration decided"
            + "\(share) end the same, \(fidelity.byDelivery) were changed by their delivery; \(fidelity.others) were decided by "
            + "other configurations, \(fidelity.unknown) are not in the ledger"
    }

    private var fidelityDifferences: [String] {
        tally.fidelity.differences.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            .prefix(ReplayReport.linesShown).map { "  \($0.value.count) \($0.key), for instance \($0.value.example)" }
    }

    private func section(_ title: String, _ group: ReplayTally.Group) -> [String] {
        var lines = ["\(title): \(group.count)" + (group.assumed > 0 ? ", \(group.assumed) of them assumed" : "")]
        for (name, counts) in [("rule", group.rules), ("org", group.organisations), ("priority", group.priorities)] {
            let sorted = ReplayReport.sorted(counts)
            lines.append("  by \(name)")
            lines += sorted.prefix(ReplayReport.linesShown).map { "    \($0.count)  \($0.name)" }
            let rest = sorted.dropFirst(ReplayReport.linesShown)
            if !rest.isEmpty { lines.append("    \(rest.reduce(0) { $0 + $1.count })  (\(rest.count) others)") }
        }
        lines.append("  for instance")
        for example in group.examples {
            lines.append("    \(example.receivedAt) \(example.event)\(example.isAssumed ? " (assumed)" : "")")
            lines.append("      \(example.subject)")
            lines.append("      \(example.before)")
            lines.append("      → \(example.after)")
            lines.append("      by \(example.cause)")
        }
        return lines
    }

    static func sorted(_ counts: [String: Int]) -> [(name: String, count: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    /// A share in per cent with one decimal.
    static func percent(_ part: Int, of whole: Int) -> String {
        let tenths = whole == 0 ? 0 : part * 1000 / whole
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

extension ReplayReport {
    /// The report for programs.
    public var json: JSON {
        [
            "alerts": .integer(alerts), "events": .integer(tally.events), "from": .string(start.description),
            "to": .string(end.description), "warmUpFrom": .string(warmUp.description),
            "old": side(tally.old, hashes.old, names.old), "new": side(tally.new, hashes.new, names.new),
            "droppedTickets": .integer(tally.droppedTickets),
            "fidelity": fidelity, "assumed": ReplayReport.members(tally.assumed),
            "differences": .members(
                ReplayDifference.allCases.compactMap { difference in
                    tally.groups[difference].map { (difference.rawValue, ReplayReport.json($0)) }
                }),
        ]
    }

    private func side(_ side: ReplayTally.Side, _ hash: String, _ name: String) -> JSON {
        [
            "settings": .string(hash), "name": .string(name), "tickets": .integer(side.tickets),
            "pages": .integer(side.pages),
            "dispositions": .members(side.dispositions.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }),
        ]
    }

    private var fidelity: JSON {
        let fidelity = tally.fidelity
        return [
            "compared": .integer(fidelity.compared), "same": .integer(fidelity.same),
            "changedByDelivery": .integer(fidelity.byDelivery), "otherConfigurations": .integer(fidelity.others),
            "notInLedger": .integer(fidelity.unknown),
            "differences": .array(
                fidelity.differences.sorted { $0.key < $1.key }.map {
                    [
                        "what": .string($0.key), "count": .integer($0.value.count),
                        "example": .string($0.value.example.description),
                    ]
                }),
        ]
    }

    private static func members(_ counts: [String: Int]) -> JSON {
        .members(sorted(counts).prefix(membersShown).map { ($0.name, .integer($0.count)) })
    }

    private static func json(_ group: ReplayTally.Group) -> JSON {
        [
            "count": .integer(group.count), "assumed": .integer(group.assumed), "rules": members(group.rules),
            "orgs": members(group.organisations), "priorities": members(group.priorities),
            "examples": .array(
                group.examples.map {
                    [
                        "event": .string($0.event.description), "receivedAt": .string($0.receivedAt.description),
                        "subject": .string($0.subject), "org": .string($0.organisation), "old": .string($0.before),
                        "new": .string($0.after), "by": .string($0.cause), "assumed": .bool($0.isAssumed),
                    ]
                }),
        ]
    }
}
