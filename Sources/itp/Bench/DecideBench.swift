import Decisions
import Events
import Formats
import Platform
import Settings

/// `itp bench decide`: what deciding an event costs on one core with few and with many rules, its trace coded as the ledger
/// keeps it.
///
/// The sizes are measured in turns, each repeat on a fresh memory and the same events, so that what else the machine does
/// falls on all of them; it is the processor time of the one thread that counts, and the median of the repeats. The time on
/// the wall stands beside it: where it is much longer, the thread had to wait for a processor.
enum DecideBench {
    static let bench = Bench(
        name: "decide", summary: "decisions a second on one core with 10, 1,000 and 10,000 rewrite rules",
        accepted: Arguments.Accepted(values: ["events": "N", "repeats": "N", "psa-rewrites": "N"]), run: run)

    static let sizes = [10, 1_000, 10_000]

    /// One size: its settings, and what its repeats took, in µs an event.
    private struct Size {
        var rules: Int
        @Shared var settings: Settings
        var measured: [Double] = []
        /// The same repeats by the clock on the wall.
        var elapsed: [Double] = []

        var median: Double { Bench.median(measured) }
    }

    @Sendable private static func run(_ arguments: Arguments) throws -> Bench.Report {
        let count = try arguments.number("events", 100...1_000_000, default: 5_000)
        let repeats = try arguments.number("repeats", 1...1_000, default: 15)
        let psaRewrites = try arguments.number("psa-rewrites", 0...100_000, default: 5_000)
        let scene = DecideScene(psaRewrites: psaRewrites)
        let events = scene.events(count)
        var sizes = try sizes.map { rules in
            Size(rules: rules, settings: try Configuration.load(scene.files(rewriteRules: rules)))
        }
        var mix: [String: Int] = [:]
        var traceBytes = 0
        for turn in 0...repeats {
            for index in sizes.indices {
                let result = try decide(events, sizes[index].$settings)
                (mix, traceBytes) = (result.mix, result.traceBytes)
                // The first turn warms the caches.
                guard turn > 0 else { continue }
                sizes[index].measured.append(result.microseconds / Double(count))
                sizes[index].elapsed.append(result.elapsed / Double(count))
            }
        }
        return report(sizes, mix, count: count, repeats: repeats, psaRewrites: psaRewrites, traceBytes: traceBytes)
    }

    private struct Result {
        /// Of the thread's processor time.
        var microseconds: Double
        /// Microseconds on the wall.
        var elapsed: Double
        var mix: [String: Int]
        var traceBytes: Int
    }

    /// Decides all events, one after the other, on an empty memory.
    private static func decide(_ events: [Event], _ settings: Shared<Settings>) throws -> Result {
        let clock = SystemClock()
        var memory = TableMemory()
        var counts: [Disposition: Int] = [:]
        var parked = 0
        var traceBytes = 0
        let begin = clock.monotonicNanoseconds
        let start = clock.threadNanoseconds
        for event in events {
            let prepared = Pipeline.prepare(event, settings)
            switch try Pipeline.decide(consume prepared, settings, memory: memory) {
            case .verdict(let verdict):
                traceBytes += verdict.trace.compact.utf8.count
                for change in verdict.changes { memory.apply(change) }
                counts[verdict.disposition, default: 0] += 1
            case .parked, .needs:
                parked += 1
            }
        }
        let nanoseconds = clock.threadNanoseconds - start
        let elapsed = clock.monotonicNanoseconds - begin
        var mix = Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
        if parked > 0 { mix["parked"] = parked }
        return Result(
            microseconds: Double(nanoseconds) / 1000, elapsed: Double(elapsed) / 1000, mix: mix, traceBytes: traceBytes)
    }

    private static func report(
        _ sizes: [Size], _ mix: [String: Int], count: Int, repeats: Int, psaRewrites: Int, traceBytes: Int
    ) -> Bench.Report {
        let base = sizes.first?.median ?? 1
        var rows = [
            [
                "rewrite rules", "µs of processor an event", "least", "µs on the wall", "events a second",
                "against \(sizes[0].rules)",
            ]
        ]
        for size in sizes {
            rows.append([
                "\(size.rules)", Bench.shown(size.median), Bench.shown(size.measured.min() ?? 0),
                Bench.shown(Bench.median(size.elapsed)),
                "\(Int(1_000_000 / size.median))", Bench.shown(size.median / base),
            ])
        }
        let shares = mix.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = shares.map { "\($0.key) \(Bench.shown(Double($0.value) * 100 / Double(count))) %" }
        let text = """
            decide: \(count) events, \(psaRewrites) PSA rewrites, one core, median of \(repeats) interleaved repeats
            \(Bench.table(rows))
            mix: \(shown.joined(separator: ", ")); a trace has \(traceBytes / count) bytes
            """
        let json: JSON = [
            "bench": "decide", "events": .integer(count), "repeats": .integer(repeats),
            "psaRewrites": .integer(psaRewrites), "traceBytes": .integer(traceBytes / count),
            "mix": .members(shares.map { ($0.key, .integer($0.value)) }),
            "sizes": .array(
                sizes.map { size in
                    [
                        "rewriteRules": .integer(size.rules), "microseconds": .number(Bench.shown(size.median)),
                        "elapsed": .number(Bench.shown(Bench.median(size.elapsed))),
                        "ratio": .number(Bench.shown(size.median / base)),
                    ]
                }),
        ]
        return Bench.Report(text: text, json: json)
    }
}
