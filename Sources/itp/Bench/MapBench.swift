import Decisions
import Events
import Formats
import Mapping
import Platform
import Service
import Settings

/// `itp bench map`: what an alert of an Alertmanager group of 100 costs from the request's bytes to its verdict, on one core.
///
/// It is the processor time of the one thread that counts, and the median of the repeats; each begins with an empty memory.
enum MapBench {
    static let bench = Bench(
        name: "map", summary: "µs an alert to decode, map and decide an Alertmanager group of 100",
        accepted: Arguments.Accepted(values: ["alerts": "N", "repeats": "N"]), run: run)

    @Sendable private static func run(_ arguments: Arguments) throws -> Bench.Report {
        let alerts = try arguments.number("alerts", 1...1_000, default: 100)
        let repeats = try arguments.number("repeats", 1...10_000, default: 200)
        var files = DecideScene(psaRewrites: 0).files(rewriteRules: 10)
        files.files.append(.init(name: "ITPSvcCfg.ini", bytes: Array(section.utf8)))
        let settings = Shared(wrappedValue: try Configuration.load(files))
        guard let source = settings.sources["alertmanager"] else { throw UsageError("the shipped source is not there") }
        let body = group(alerts).bytes
        let record = SourceSample.request(file: "group.json", body, source: source.name)
        let clock = SystemClock()
        var (decoded, mapped, whole): ([Double], [Double], [Double]) = ([], [], [])
        // The first turn warms the caches.
        for turn in 0...repeats {
            let start = clock.threadNanoseconds
            _ = try BodyDecoder.document(of: record, source.decoding)
            let afterDecoding = clock.threadNanoseconds
            let events = SourceMapper.events(of: record, source)
            let afterMapping = clock.threadNanoseconds
            var memory = TableMemory()
            for event in PreparedRecord(record, settings).events {
                if case .verdict(let verdict) = try Pipeline.decide(event, settings, memory: memory) {
                    memory.keep(verdict)
                }
            }
            let end = clock.threadNanoseconds
            guard turn > 0, events.count == alerts else { continue }
            decoded.append(Double(afterDecoding - start) / 1000 / Double(alerts))
            mapped.append(Double(afterMapping - afterDecoding) / 1000 / Double(alerts))
            whole.append(Double(end - afterMapping) / 1000 / Double(alerts))
        }
        return report(body.count, alerts, repeats, decoded, mapped, whole)
    }

    private static func report(
        _ bytes: Int, _ alerts: Int, _ repeats: Int, _ decoded: [Double], _ mapped: [Double], _ whole: [Double]
    ) -> Bench.Report {
        let rows: [(String, Double)] = [
            ("decode", Bench.median(decoded)), ("decode and map", Bench.median(mapped)),
            ("decode, map and decide", Bench.median(whole)),
        ]
        let text = """
            map: an Alertmanager group of \(alerts) alerts, \(bytes) bytes, one core, median of \(repeats) repeats
            \(Bench.table([["", "µs an alert"]] + rows.map { [$0.0, Bench.shown($0.1)] }))
            """
        let json: JSON = [
            "bench": "map", "alerts": .integer(alerts), "repeats": .integer(repeats), "bytes": .integer(bytes),
            "decode": .number(Bench.shown(rows[0].1)), "map": .number(Bench.shown(rows[1].1)),
            "decide": .number(Bench.shown(rows[2].1)),
        ]
        return Bench.Report(text: text, json: json)
    }

    private static let section = "[SOURCE alertmanager]\nAuth=none\n"

    private static func group(_ alerts: Int) -> JSON {
        let list = (0..<alerts).map { number -> JSON in
            [
                "status": "firing",
                "labels": [
                    "alertname": "InstanceDown", "instance": .string("node\(number).example:9100"), "job": "node",
                    "severity": "critical", "group": "production", "org": "acme",
                ],
                "annotations": [
                    "summary": .string("Instance node\(number) down"),
                    "description": .string(
                        "node\(number).example:9100 of job node has been down for more than 1 minute."),
                ],
                "startsAt": "2026-06-12T08:24:38.326Z", "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://prometheus.example/graph?g0.expr=up%3D%3D0",
                "fingerprint": .string("f404ecabc8dd\(number)"),
            ]
        }
        return [
            "receiver": "itp", "status": "firing", "alerts": .array(list), "groupLabels": ["alertname": "InstanceDown"],
            "commonLabels": ["job": "node", "severity": "critical"], "commonAnnotations": [:],
            "externalURL": "http://alertmanager.example", "version": "4", "groupKey": "{}:{alertname=\"InstanceDown\"}",
            "truncatedAlerts": 0,
        ]
    }
}
