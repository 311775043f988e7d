import Formats
import Testing

struct WordSetTests {
    @Test(
        "the longest word that stands whole is found, by how it is written",
        arguments: [
            ("windows 8.1 pro", "8.1"), ("windows 8 pro", "8"), ("8", "8"), ("windows 10", "10"), ("server 2019", nil),
            ("windows 108", nil), ("x8", nil), ("8x", nil), ("v.8", "8"), ("mac os x 10", "MAC OS X"),
            ("mac os xi", nil),
            ("é8", nil), ("8é", nil), ("-(r)", "(R)"), ("a(r)", "(R)"), ("", nil), ("8 or 10", "10"),
            ("Windows 8.1 Pro", "8.1"), ("Mac OS X 10", "MAC OS X"), ("É8", nil), ("MAC OS XÉ", nil), ("É (R)", "(R)"),
        ] as [(String, String?)])
    func longest(text: String, expected: String?) {
        #expect(WordSet(["8", "8.1", "", "10", "MAC OS X", "(R)"]).longest(in: text) == expected)
    }

    @Test("of two that are alike long the first that was given counts, wherever they stand")
    func order() {
        #expect(WordSet(["10", "11"]).longest(in: "11 and 10") == "10")
        #expect(WordSet(["Pro", "PRO"]).longest(in: "pro") == "Pro")
    }

    @Test("no words are nowhere")
    func empty() {
        #expect(WordSet([]).longest(in: "windows") == nil)
        #expect(WordSet([""]).words.isEmpty)
    }
}
