import Formats
import TestSupport
import Testing

struct PatternSetTests {
    @Test("finds the first fragment in order that occurs, as a naive search does, in thousands of seeded cases")
    func likeNaive() {
        let seed: UInt64 = 7
        var random = SeededRandom(seed: seed)
        let letters = ["a", "A", "b", "ab", "é", "É", "|", "ß", "Σ", "İ"]
        let text = { (random: inout SeededRandom, most: Int) in
            (0..<random.pick(0...most)).map { _ in letters[random.pick(0...letters.count - 1)] }.joined()
        }
        var hits = 0
        for round in 0..<6000 {
            let fragments = (0..<random.pick(0...8)).map { _ in text(&random, 4) }
            let subject = text(&random, 12)
            let naive = fragments.firstIndex { fragment in
                let small = Array(fragment.lowercased().utf8)
                let whole = Array(subject.lowercased().utf8)
                guard !small.isEmpty, whole.count >= small.count else { return false }
                return (0...whole.count - small.count).contains { whole[$0..<$0 + small.count].elementsEqual(small) }
            }
            let found = PatternSet(fragments).firstMatch(in: subject)
            #expect(found == naive, "seed \(seed), round \(round): \(fragments) in '\(subject)'")
            if found != nil { hits += 1 }
        }
        #expect(hits > 1000)
    }

    @Test("the order of the fragments decides, not where or how long they stand")
    func order() {
        #expect(PatternSet(["full", "disk is full", "disk"]).firstMatch(in: "The DISK is FULL") == 0)
        #expect(PatternSet(["disk is full", "disk"]).firstMatch(in: "disk is fine") == 1)
        // Found as the suffix of a longer path through the fragments.
        #expect(PatternSet(["abcdx", "bc"]).firstMatch(in: "abcd") == 1)
        #expect(PatternSet(["she", "he", "hers"]).firstMatch(in: "ushers") == 0)
        #expect(PatternSet(["same", "same"]).firstMatch(in: "same") == 0)
    }

    @Test("nothing is found in nothing, nor an empty fragment in anything")
    func empty() {
        #expect(PatternSet([]).firstMatch(in: "x") == nil)
        #expect(PatternSet([""]).firstMatch(in: "x") == nil)
        #expect(PatternSet(["x"]).firstMatch(in: "") == nil)
    }

    @Test("ten thousand fragments are searched for at once", .timeLimit(.minutes(1)))
    func many() {
        let set = PatternSet((0..<10_000).map { "EVT|Source \($0)|\($0)|" })
        for index in [0, 9, 4321, 9999] {
            #expect(set.firstMatch(in: "x evt|source \(index)|\(index)|SYSTEM") == index)
        }
    }
}

struct TemplateTests {
    private func fill(_ text: String) -> String {
        Template(text).expanded { ["agent": "fs1", "data1": "<agent>", "cf:a & b": "yes"][$0] }
    }

    @Test(
        "macros are replaced, everything else stays",
        arguments: [
            ("<agent>", "fs1"), ("a <AGENT> b<agent>", "a fs1 bfs1"), ("<unknown> <agent>", "<unknown> fs1"),
            ("<data1>", "<agent>"), ("{T:5} <agent>", "{T:5} fs1"), ("a < b <agent>", "a < b fs1"), ("<", "<"),
            ("<>", "<>"), ("<<agent>>", "<fs1>"), ("<agent", "<agent"), ("", ""), ("<CF:A & B>", "yes"),
            ("<CF:Straße>", "<CF:Straße>"), ("<CF:a <agent>", "<CF:a fs1"), ("<CF:a\nb>", "<CF:a\nb>"),
            ("<a.b> <agent>", "<a.b> fs1"),
        ])
    func expansion(text: String, expected: String) {
        #expect(fill(text) == expected)
    }

    @Test("the macros of a text are told in small letters and in order")
    func macros() {
        #expect(Template("<B> x <CF:Site Code> <a-b_1>").macros == ["b", "cf:site code", "a-b_1"])
        #expect(Template("plain < text").macros.isEmpty)
    }
}

struct NearestNameTests {
    @Test(
        "a name is near when at most a third of its letters differ, and three at most",
        arguments: [
            ("PSA_Typ", "PSA_Type"), ("psa_tyep", "PSA_Type"), ("DeDupPreiod", "DeDupPeriod"), ("Xyz", nil),
            ("PSA_CW_Baord", "PSA_CW_Board"), ("", nil), ("A", nil),
        ] as [(String, String?)])
    func near(written: String, expected: String?) {
        #expect(nearestName(to: written, among: ["PSA_Type", "DeDupPeriod", "PSA_CW_Board"]) == expected)
    }

    @Test("of two the nearer is chosen, of two equally near ones the first")
    func nearer() {
        #expect(nearestName(to: "abcdef", among: ["abcxyf", "abcdex"]) == "abcdex")
        #expect(nearestName(to: "abcdef", among: ["abcdex", "abcdey"]) == "abcdex")
    }
}
