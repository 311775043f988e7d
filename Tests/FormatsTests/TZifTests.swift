import Formats
import TestSupport
import Testing

struct TZifTests {
    @Test("a file that holds a rule alone is read back")
    func ruleAlone() throws {
        let file = try TZif(parsing: TZif.bytes(rule: "CET-1CEST,M3.5.0,M10.5.0/3"))
        #expect(file.footer == "CET-1CEST,M3.5.0,M10.5.0/3")
        #expect(file.changes.isEmpty && file.first == 0 && !file.countsLeapSeconds)
    }

    /// A version 2 file with the changes given, each with its own offset, and no rule.
    private func file(_ changes: [(at: Int64, offset: Int32)], first: Int32 = 0) -> [UInt8] {
        let big = { (number: Int64, count: Int) in
            (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * Int64($0))) }
        }
        let none = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        var body = none + big(0, 4) + big(0, 4) + big(0, 4)
        body += big(Int64(changes.count), 4) + big(Int64(changes.count + 1), 4) + big(4, 4)
        for change in changes { body += big(change.at, 8) }
        for index in changes.indices { body.append(UInt8(index + 1)) }
        for offset in [first] + changes.map(\.offset) { body += big(Int64(offset), 4) + [0, 0] }
        return none + [UInt8](repeating: 0, count: 24) + body + Array("UTC\0\n\n".utf8)
    }

    @Test("changes are read in order, with negative times and offsets")
    func changes() throws {
        let read = try TZif(parsing: file([(-2_717_650_800, -18_000), (1_700_000_000, 3600)], first: -17_762))
        #expect(read.first == -17_762 && read.footer.isEmpty)
        #expect(read.changes == [.init(at: -2_717_650_800, offset: -18_000), .init(at: 1_700_000_000, offset: 3600)])
    }

    @Test("what is damaged is refused with the reason")
    func damaged() {
        let good = file([(5, 3600)])
        var badIndex = good
        badIndex[44 + 44 + 8] = 9
        var huge = good
        huge[44 + 32] = 0xFF
        var old = good
        old[4] = 0
        let cases: [([UInt8], String)] = [
            ([], "it is no compiled time zone"), (Array("TZif".utf8), "it is no compiled time zone"),
            (Array(good.dropLast()), "the file is cut short"),
            (badIndex, "the changes are out of order or name no offset"),
            (file([(5, 3600), (5, 0)]), "the changes are out of order or name no offset"),
            (file([(.min, 3600)]), "the changes are out of order or name no offset"),
            (file([(5, .min)]), "an offset from UTC is missing or impossible"), (huge, "it claims an impossible size"),
            (old, "version 1 has no 64-bit times and no rule for the future"),
        ]
        for (bytes, what) in cases {
            #expect(throws: TZif.Fault(what: what)) { _ = try TZif(parsing: bytes) }
        }
    }

    @Test("a file cut short anywhere, or with any byte changed, is read or refused, and never traps")
    func cutOrChanged() throws {
        let good = file([(-5, 3600), (1_700_000_000, -3600)])
        for length in good.indices {
            #expect(throws: TZif.Fault.self) { _ = try TZif(parsing: Array(good[..<length])) }
        }
        var random = SeededRandom(seed: 7)
        var refused = 0
        for index in good.indices {
            for _ in 0..<8 {
                var bytes = good
                bytes[index] = UInt8.random(in: 0...255, using: &random)
                do {
                    _ = try TZif(parsing: bytes)
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 0)
    }
}
