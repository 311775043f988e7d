import Formats
import Testing

@Suite struct LookupTableTests {
    private func table(_ keys: [String]) -> LookupTable<Int> {
        LookupTable(keys.enumerated().map { ($0.element, $0.offset) })
    }

    @Test("a key is found in any case, whatever its length, and nothing else is")
    func lengths() {
        // Each is the beginning of the next, so that length and bytes both have to be right.
        let keys = (0...40).map { String("Event.Disk-Full_27/[x]@{y}~`^ Zz.AZaz.QUITE.LONG".prefix($0)) }
        let table = table(keys)
        #expect(!table.isEmpty && table.values == Array(keys.indices))
        for (number, key) in keys.enumerated() {
            #expect(table[key] == number && table[key.uppercased()] == number && table[key.lowercased()] == number)
            var bytes = key
            #expect(bytes.withUTF8 { table[bytes: $0] } == number)
            #expect(table[key + "#"] == nil && table["#" + key] == nil)
        }
    }

    @Test("only letters have two cases: what lies 32 places apart beside them is not the same")
    func letters() {
        let ascii = (1...127).map { String(UnicodeScalar(UInt8($0))) }
        for key in ascii {
            let table = table([key])
            #expect(ascii.filter { table[$0] != nil } == ascii.filter { $0.lowercased() == key.lowercased() })
        }
    }

    @Test("of two rows with one key the first counts")
    func twice() {
        let table = table(["disk", "DISK", "Büro", "BÜRO", "other"])
        #expect(table["Disk"] == 0 && table["büro"] == 2 && table["OTHER"] == 4 && table.values == [0, 2, 4])
    }

    @Test("letters beyond ASCII are found in any case and in either of their forms")
    func beyond() {
        let table = table(["Straße Zürich", "k", "Ångström"])
        #expect(table["STRAßE ZÜRICH"] == 0 && table["straße zu\u{308}rich"] == 0)
        // The sign of Kelvin and that of Ångström are capitals of other letters.
        #expect(table["\u{212A}"] == 1 && table["\u{212B}ngström"] == 2)
        #expect(table["Strasse Zürich"] == nil && table["ü"] == nil)
    }

    @Test("an empty table has nothing")
    func empty() {
        let table = table([])
        #expect(table.isEmpty && table[""] == nil && table["a"] == nil && table["ü"] == nil)
    }

    @Test("many keys are told apart")
    func many() {
        let keys = (0..<5000).map { "Monitor\($0).EVT.Servers" }
        let table = table(keys)
        #expect(keys.enumerated().allSatisfy { table[$0.element.uppercased()] == $0.offset })
        #expect((5000..<6000).allSatisfy { table["Monitor\($0).EVT.Servers"] == nil })
    }

    @Test("keys in small letters are what lowercased() makes of the joined text")
    func small() {
        for parts in [
            [], ["A"], ["Agent:", "FS1.Acme", "\u{1F}", "DISK full"], ["BÜRO", "ΑΣ", ""], ["\u{212A}", "X"],
        ] {
            #expect(joinedInSmallLetters(parts, separator: "|") == parts.joined(separator: "|").lowercased())
        }
    }
}
