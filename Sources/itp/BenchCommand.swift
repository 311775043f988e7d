import Formats
import Glibc

/// `itp bench`: measures a part of the program on this machine.
enum BenchCommand {
    static let command = Command(
        name: "bench", usage: "bench \(Bench.all.map(\.name).joined(separator: "|")) [--json]",
        summary: "measures a part of the program on this machine",
        accepted: Arguments.Accepted(
            values: Bench.all.reduce(into: [:]) { $0.merge($1.accepted.values) { first, _ in first } },
            flags: ["json"], words: 1...1, choices: Bench.all.map(\.name)),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        guard let name = words.first, let bench = Bench.all.first(where: { $0.name == name }) else {
            let list = Bench.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", ")
            throw UsageError("which one? There is \(list)")
        }
        var accepted = bench.accepted
        accepted.flags.append("json")
        let arguments = try Arguments(Array(words.dropFirst()), accepted)
        let report = try bench.run(arguments)
        writeLine(arguments.has("json") ? report.json.pretty : report.text, to: STDOUT_FILENO)
        return 0
    }
}

/// One thing that can be measured.
struct Bench: Sendable {
    /// The word behind `itp bench`.
    var name: String
    /// What is measured, in a few words.
    var summary: String
    /// The options that it takes; `--json` is everybody's.
    var accepted: Arguments.Accepted
    /// Measures.
    var run: @Sendable (Arguments) throws -> Report

    static let all: [Bench] = [
        DecideBench.bench, HistoryBench.bench, JournalBench.bench, MapBench.bench, ReplayBench.bench, TimersBench.bench,
    ]

    /// What was measured, for people and for programs.
    struct Report: Sendable {
        var text: String
        var json: JSON
    }
}

extension Arguments {
    /// A whole number within bounds; the default where the option is not given.
    func number(_ name: String, _ range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = self[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError("--\(name) takes a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }
}

extension Bench {
    /// The middle one of some measurements; of two the mean.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.last else { return 0 }
        let middle = sorted.count / 2
        guard sorted.count.isMultiple(of: 2) else { return sorted.count == 1 ? last : sorted[middle] }
        return (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// A number with two decimals.
    static func shown(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// Rows of cells as a table, right-aligned.
    static func table(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
