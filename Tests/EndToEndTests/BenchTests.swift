import Formats
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Benches")
    struct BenchTests {
        @Test("bench decide measures three sizes of the same mix, and says so to programs")
        func decide() async throws {
            try await onThread("itp-bench") {
                try withTemporaryFolder { folder in
                    let words = [
                        "bench", "decide", "--events", "200", "--repeats", "1", "--psa-rewrites", "300", "--json",
                    ]
                    let result = try Program.run(words, in: folder)
                    #expect(result.code == 0, "\(result.errors)")
                    let json = try JSON(parsing: result.output)
                    let sizes = json["sizes"]?.array ?? []
                    #expect(sizes.map { $0["rewriteRules"]?.integer } == [10, 1000, 10_000])
                    let mix = Dictionary(
                        uniqueKeysWithValues: (json["mix"]?.members ?? []).map { ($0.name, $0.value.integer ?? 0) })
                    #expect(mix.values.reduce(0, +) == 200)
                    #expect(mix["cancelled"] == 60 && mix["duplicate"] == 20, "\(mix)")
                    #expect((mix["ticketed"] ?? 0) >= 60 && (mix["dropped-code"] ?? 0) > 0, "\(mix)")
                }
            }
        }

        @Test("bench map measures a group of alerts from its bytes to the verdicts")
        func map() async throws {
            try await onThread("itp-bench") {
                try withTemporaryFolder { folder in
                    let result = try Program.run(
                        ["bench", "map", "--alerts", "20", "--repeats", "2", "--json"], in: folder)
                    #expect(result.code == 0, "\(result.errors)")
                    let json = try JSON(parsing: result.output)
                    #expect(json["alerts"]?.integer == 20)
                    for name in ["decode", "map", "decide"] { #expect((json[name]?.double ?? 0) > 0, "\(name)") }
                }
            }
        }

        @Test("bench timers parks what it is told to, and measures ticks and lateness")
        func timers() async throws {
            try await onThread("itp-bench") {
                try withTemporaryFolder { folder in
                    let words = ["bench", "timers", "--parked", "5000", "--fired", "20", "--json"]
                    let result = try Program.run(words, in: folder)
                    #expect(result.code == 0, "\(result.errors)")
                    let json = try JSON(parsing: result.output)
                    #expect(json["parked"]?.integer == 5000 && json["fired"]?.integer == 20)
                    #expect((json["setNanoseconds"]?.double ?? 0) > 0)
                    let late = ["lateP50Milliseconds", "lateP99Milliseconds", "latestMilliseconds"].map {
                        json[$0]?.double ?? -1
                    }
                    #expect(late == late.sorted() && late[0] >= 0)
                }
            }
        }

        @Test("a bench that is not there, and a number that is none, are usage errors")
        func usage() async throws {
            try await onThread("itp-bench") {
                try withTemporaryFolder { folder in
                    for words in [["bench"], ["bench", "nothing"], ["bench", "decide", "--events", "many"]] {
                        let result = try Program.run(words, in: folder)
                        #expect(result.code == 2, "\(words)")
                    }
                }
            }
        }
    }
}
