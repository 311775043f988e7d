import Decisions
import Events
import Formats
import Platform
public import Settings
import Storage

/// `itp check --keys`: finds keys that split one problem into many tickets (a time or a running number in them), or that merge
/// different machines (a field in them is empty), in what the journal holds.
public struct KeyLinter {
    /// Keys of one shape at one place that are one problem in many tickets.
    private static let splitFrom = 5
    /// Shapes and keys that are told apart; what comes beyond is not looked at.
    private static let groupsLimit = 50_000
    private static let keysLimit = 1000
    private static let findingsLimit = 200

    /// One place's problems whose keys differ only in what looks like a time, a number or an ID.
    private struct Shape: Hashable {
        var source: String
        var place: String
        var shape: String
    }

    private struct Spread {
        var keys: Set<String> = []
        var events = 0

        mutating func add(_ key: String) {
            events += 1
            if keys.count < KeyLinter.keysLimit { keys.insert(key) }
        }
    }

    /// One key of a source, and the machines that it stands for.
    private struct SharedKey: Hashable {
        var source: String
        var organisation: String
        var problem: String
    }

    private var shapes: [Shape: Spread] = [:]
    private var agents: [SharedKey: Spread] = [:]
    /// Alerts with neither agent nor key, by source.
    private var bare: [String: (events: Int, example: String)] = [:]

    /// Looks at the alerts since a time as the settings map them; gives warnings with the line of the source.
    public static func findings(_ past: PastAlerts, since: ReplaySince, _ settings: Settings) throws -> [Finding] {
        var linter = KeyLinter()
        let shared = Shared(wrappedValue: settings)
        let start = since.start(end: past.end)
        let quarantined = try past.quarantined(since: start)
        var reader = try past.reader(from: start)
        while let record = try reader.next(upTo: past.last) {
            if quarantined.contains(record.sequence) { continue }
            let alert: AlertRecord
            // What a later version wrote is not looked at.
            do { alert = try AlertRecord(decoding: record.payload) } catch { continue }
            guard alert.receivedAt >= start else { continue }
            for event in PreparedRecord(alert, shared).events {
                if let keys = event.keys { linter.add(keys) }
            }
        }
        return linter.findings(settings)
    }

    private mutating func add(_ given: EventKeys) {
        var keys = given
        // Every key begins with the name of its source.
        if let key = keys.key, key.hasPrefix(keys.source + ":") {
            keys.key = String(key.dropFirst(keys.source.count + 1))
            keys.problem = keys.key ?? key
        }
        let place = keys.agent.isEmpty ? keys.organisation : keys.agent
        let shape = Shape(source: keys.source, place: place, shape: KeyLinter.shape(keys.problem))
        if shape.shape != keys.problem, shapes[shape] != nil || shapes.count < KeyLinter.groupsLimit {
            shapes[shape, default: Spread()].add(keys.problem)
        }
        if let key = keys.key {
            let shared = SharedKey(source: keys.source, organisation: keys.organisation, problem: key)
            guard agents[shared] != nil || agents.count < KeyLinter.groupsLimit else { return }
            agents[shared, default: Spread()].add(keys.agent)
        } else if keys.agent.isEmpty {
            bare[keys.source] = ((bare[keys.source]?.events ?? 0) + 1, bare[keys.source]?.example ?? keys.problem)
        }
    }

    private func findings(_ settings: Settings) -> [Finding] {
        var found: [(place: RuleReference, message: String)] = []
        for (shape, spread) in shapes where spread.keys.count >= KeyLinter.splitFrom {
            let examples = spread.keys.sorted().prefix(2).map { "'\($0)'" }.joined(separator: ", ")
            let more = spread.keys.count >= KeyLinter.keysLimit ? "more than " : ""
            found.append(
                (
                    KeyLinter.place(of: shape.source, settings),
                    "\(more)\(spread.keys.count) problems of \(shape.place.isEmpty ? "no place" : shape.place) differ only in a "
                        + "time, a number or an ID: \(examples); leave that out of the key, or each alert is a ticket"
                ))
        }
        for (shared, spread) in agents {
            let machines = spread.keys.filter { !$0.isEmpty }
            let isHollow = KeyLinter.hasEmptyField(shared.problem)
            guard machines.count > 1 || isHollow && spread.events > 1 else { continue }
            let names = machines.sorted().prefix(3).joined(separator: ", ")
            let who = machines.count > 1 ? "merges \(machines.count) machines (\(names))" : "stands for any machine"
            found.append(
                (
                    KeyLinter.place(of: shared.source, settings),
                    "the key '\(shared.problem)' \(who)\(isHollow ? ", as a field in it is empty" : ""); "
                        + "put what tells them apart into the key"
                ))
        }
        for (source, seen) in bare where seen.events > 1 {
            found.append(
                (
                    KeyLinter.place(of: source, settings),
                    "\(seen.events) alerts name neither agent nor key, for instance '\(seen.example)': all of one customer with "
                        + "the same monitor share a ticket; give an agent or a key"
                ))
        }
        let sorted = found.sorted {
            ($0.place.file, $0.place.line, $0.message) < ($1.place.file, $1.place.line, $1.message)
        }
        return sorted.prefix(KeyLinter.findingsLimit).map {
            Finding(.warning, $0.place.file, $0.place.line, $0.message)
        }
    }

    private static func place(of source: String, _ settings: Settings) -> RuleReference {
        settings.sourcePolicies[source.lowercased()]?.reference
            ?? RuleReference(file: "source \(source)", line: 0, text: source)
    }

    /// A key with all that looks like a time, a long number or an ID replaced. Short numbers stay: they name disks and ports.
    static func shape(_ key: String) -> String {
        var out: [UInt8] = []
        var word: [UInt8] = []
        func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        func flush() {
            let digits = word.count { isDigit($0) }
            let isHex = word.allSatisfy { hexDigitValue($0) != nil || $0 == UInt8(ascii: "-") }
            let parts = ["-", ":"].map { sign in word.count { $0 == sign.utf8.first } }
            // 2026-11-21, 02:14:07, or both; an address or a MAC is neither. A bare number of nine digits counts seconds, or more.
            let isTime =
                digits >= 6 && word.allSatisfy { isDigit($0) || "-:.TZ+".utf8.contains($0) }
                && (2...3).contains(parts.max() ?? 0)
            let isNumber = digits == word.count && digits >= 9
            out += isTime || isNumber || isHex && word.count >= 16 && digits > 0 ? Array("#".utf8) : word
            word = []
        }
        for byte in key.utf8 {
            let isPart =
                isDigit(byte) || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte >= 0x80
            // Within a time or an ID, what joins its parts belongs to it.
            let joins = "-:.+".utf8.contains(byte) && !word.isEmpty
            if isPart || joins {
                word.append(byte)
            } else {
                flush()
                out.append(byte)
            }
        }
        flush()
        return String(decoding: out, as: UTF8.self)
    }

    /// Whether something is missing between, before or after the signs that part a key.
    static func hasEmptyField(_ key: String) -> Bool {
        let signs: [Character] = ["|", ":", "/", ";", ","]
        guard let sign = signs.first(where: { key.contains($0) }) else { return key.isEmpty }
        return key.split(separator: sign, omittingEmptySubsequences: false).contains { $0.trimmed.isEmpty }
    }
}
