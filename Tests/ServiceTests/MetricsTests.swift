import Formats
import HTTPServer
import Platform
import TestSupport
import Testing

@testable import Service

/// `/metrics`, and what is built on it.
@Suite struct MetricsTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private func page(_ running: RunningService) throws -> Exposition {
        let answer = try running.text("/metrics")
        #expect(answer.status == 200)
        let found = Exposition(answer.text)
        #expect(found.complaints == [])
        return found
    }

    @Test("every name and number is as Prometheus wants it, and says what has happened")
    func page() async throws {
        try await Scene.with(Scene.connectWise) { scene in
            try scene.serve { running in
                let before = try page(running)
                #expect(before.value("itp_alerts_accepted_total") == 0)
                #expect(before.value("itp_healthy") == 1)
                #expect(before.value("itp_build_info", ["version": "test"]) == 1)
                for _ in 0..<3 { _ = try running.event(try running.post(org: "acme")) }
                _ = try running.ask("POST", "/v1/alerts", [("Content-Type", "application/json")], Array("{".utf8))
                #expect(try waitUntil { try page(running).value("itp_watermark") == 3 })
                let after = try page(running)
                #expect(after.value("itp_alerts_accepted_total") == 3)
                #expect(after.value("itp_alerts_rejected_total", ["reason": "not-json"]) == 1)
                #expect(after.value("itp_accept_duration_seconds_count") == 3)
                #expect(after.value("itp_journal_records_total") == 3)
                #expect(after.value("itp_queue_records") == 0)
                #expect(after.value("itp_queue_age_seconds") == 0)
                #expect((after.value("itp_journal_bytes") ?? 0) > 100)
                #expect((after.value("process_resident_memory_bytes") ?? 0) > 1_000_000)
                #expect((after.value("itp_http_requests_total") ?? 0) > 5)
                let waiting = after["itp_orders"]?.samples.map(\.value).reduce(0, +)
                let decided = after["itp_decisions_total"]?.samples.map(\.value).reduce(0, +)
                #expect(waiting == 1 && decided == 3)
                let stats = try running.ask("GET", "/stats").json
                #expect(stats["acceptMilliseconds"]?["count"]?.integer == 3)
                #expect(stats["queue"]?["records"]?.integer == 0)
            }
        }
    }

    @Test("a lane's name with quotes, backslashes and line ends stays one label")
    func labels() {
        var text = MetricsText()
        text.family("itp_orders", .gauge, "Orders.")
        let name = "CWF http://psa/\"a\\b\"\nx"
        text.sample(2, [("lane", name)])
        let found = Exposition(String(decoding: text.response.body, as: UTF8.self))
        #expect(found.complaints == [] && found.value("itp_orders", ["lane": name]) == 2)
    }

    @Test("a page that breaks a rule is seen to")
    func reader() {
        let sound = "# HELP itp_a_total A.\n# TYPE itp_a_total counter\nitp_a_total{x=\"y\"} 1\n"
        #expect(Exposition(sound).complaints == [])
        for (old, new) in [
            ("# HELP itp_a_total A.\n", ""), ("counter", "gauge"), (" 1\n", " 1"), ("=\"y\"", "=y"), (" 1", " x"),
            ("{x=\"y\"} 1", "{x=\"y\"} 1\nitp_a_total{x=\"y\"} 2"), ("itp_a_total{", "itp_b_total{"), (" 1", " -1"),
        ] {
            #expect(!Exposition(sound.replacing(old, with: new)).complaints.isEmpty, "\(old) → \(new)")
        }
    }

    @Test("the alerts' and the board's queries name only what the page has")
    func names() async throws {
        try await Scene.with(Scene.connectWise) { scene in
            try scene.serve { running in
                let known = try page(running).families
                for file in ["config/prometheus/alerts.yml", "config/grafana/itp.json"] {
                    let text = String(
                        decoding: try Files.read(Self.root + "/" + file, maxBytes: 1 << 20), as: UTF8.self)
                    let words = text.split { !($0.isLetter || $0 == "_") }.filter { $0.hasPrefix("itp_") }.map(
                        String.init)
                    #expect(words.count > 8, "\(file)")
                    for word in Set(words) {
                        let isKnown = known.contains { name, family in
                            name == word
                                || family.kind == "histogram"
                                    && ["_bucket", "_sum", "_count"].contains { word == name + $0 }
                        }
                        #expect(isKnown, "\(file): \(word)")
                    }
                }
                let board = try Files.read(Self.root + "/config/grafana/itp.json", maxBytes: 1 << 20)
                #expect(try JSON(parsing: board)["panels"]?.array?.isEmpty == false)
            }
        }
    }

    @Test("times are counted in their steps, and the share within which they lie is read between two")
    func histogram() {
        var times = Histogram.quick
        #expect(times.milliseconds(of: 0.5) == nil)
        for _ in 0..<90 { times.add(nanoseconds: 1_000_000) }
        for _ in 0..<10 { times.add(nanoseconds: 60_000_000_000) }
        #expect(times.count == 100 && times.counts[3] == 90 && times.counts.last == 10)
        let middle = times.milliseconds(of: 0.45) ?? 0
        #expect(middle > 0.5 && middle <= 1)
        #expect(times.milliseconds(of: 0.99) == 2500)
    }

    @Test("the age of what waits is that of the oldest record, and nothing where all is decided")
    func backlog() {
        let second: UInt64 = 1_000_000_000
        var backlog = Backlog()
        for step in 1...10_000 { backlog.note(UInt64(step), at: UInt64(step) * second) }
        var waiting = backlog.waiting(after: 4, now: 10_000 * second)
        #expect(waiting.records == 9996 && (9990 * second...9996 * second).contains(waiting.nanoseconds))
        waiting = backlog.waiting(after: 9999, now: 10_010 * second)
        #expect(waiting.records == 1 && waiting.nanoseconds == 10 * second)
        waiting = backlog.waiting(after: 10_000, now: 10_010 * second)
        #expect(waiting.records == 0 && waiting.nanoseconds == 0)
        backlog.note(10_001, at: 20_000 * second)
        #expect(backlog.waiting(after: 10_000, now: 20_001 * second).nanoseconds == second)
    }
}
