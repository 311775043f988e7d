import Formats
import Testing

struct INITests {
    private func read(_ text: String) -> INIDocument { read(Array(text.utf8)) }

    private func read(_ bytes: [UInt8]) -> INIDocument {
        INIDocument(
            file: "x.ini", bytes: bytes,
            dialect: INIDocument.Dialect(
                keysArePatterns: { $0 == "ALERT REWRITE" }, lastEqualsEndsKey: { $0 == "URLS" }))
    }

    private func entry(_ line: String, in section: String = "A") -> INIDocument.Entry? {
        read("[\(section)]\n\(line)").sections.first?.entries.first
    }

    @Test(
        "a line is a key and a value",
        arguments: [
            ("key=value", "key", "value"), ("  key \t=\t value  ", "key", "value"), ("key=", "key", ""),
            ("key=a;b ; c", "key", "a;b ; c"), ("key=a=b", "key", "a" + "=b"), ("key=\"  x \"", "key", "  x "),
            ("key=\"x", "key", "\"x"), ("\"a=b\"=CANCEL", "a=b", "CANCEL"), ("\"a=b\" = \"c\"", "a=b", "c"),
            ("\";x\"=1", ";x", "1"), ("\"[x]\"=1", "[x]", "1"), ("\"a\"b=1", "\"a\"b", "1"),
            ("\"open=1", "\"open", "1"),
            ("key=\"a\" b", "key", "\"a\" b"), ("key=\"", "key", "\""), ("key=#1", "key", "#1"),
        ])
    func lines(line: String, key: String, value: String) {
        #expect(entry(line) == INIDocument.Entry(key: key, value: value, line: 2))
    }

    @Test("in [URLS] the last '=' ends the key")
    func lastEquals() {
        #expect(entry("http://x/?a=b&c=d=1", in: "URLS")?.key == "http://x/?a=b&c=d")
        #expect(entry("http://x/?a=b&c=d=1")?.key == "http://x/?a")
    }

    @Test("; begins a comment everywhere, # everywhere but where keys are patterns")
    func comments() {
        #expect(entry("; key=value") == nil)
        #expect(entry("# key=value") == nil)
        #expect(entry("#disk=CANCEL", in: "alert_rewrite")?.key == "#disk")
        #expect(entry(";disk=CANCEL", in: "ALERT REWRITE") == nil)
        #expect(read("# before\n; any\n\n[A]").faults.isEmpty)
        #expect(read("[A] ; comment\n[B] # comment").faults.isEmpty)
    }

    @Test("lines are counted from 1, with LF or CRLF, empty ones too")
    func lineNumbers() {
        for end in ["\n", "\r\n"] {
            let document = read(["", "[One]", "a=1", "", ";", "[Two]", "b=2", "c=3"].joined(separator: end))
            #expect(document.sections.map(\.line) == [2, 6])
            #expect(document.sections.flatMap(\.entries).map(\.line) == [3, 7, 8])
            #expect(document.sections.flatMap(\.entries).map(\.value) == ["1", "2", "3"])
            #expect(document.faults.isEmpty)
        }
    }

    @Test("what cannot be read is named with its line, and the rest is read")
    func faults() {
        let document = read("a=1\n[A]\nno equals\n=x\n[]\n[B\nb=1\n[C] d=1\ne=2")
        #expect(
            document.faults.map { "\($0.line): \($0.what)" } == [
                "1: a line before the first [section]; put it into a section",
                "3: no '=' in this line; write key=value, or ';' before a comment",
                "4: nothing stands before the '='; write key=value",
                "5: a section without a name; write [NAME]",
                "6: a section's name is not closed; write [NAME]",
                "8: text after the section's name; put it on a line of its own",
            ])
        #expect(document.sections.map(\.name) == ["A", "", "B", "C"])
        #expect(document.sections[2].entries.map(\.key) == ["b"])
    }

    @Test("section names are compared in capitals with blanks for '_', and kept as written")
    func names() {
        let document = read("[ Rmm_Settings_acme ]\nA=1\n[Rmm_Settings_acme]")
        #expect(document.sections.map(\.name) == ["Rmm_Settings_acme", "Rmm_Settings_acme"])
        #expect(document.sections[0].canonicalName == "RMM SETTINGS ACME")
        #expect(document.file == "x.ini")
    }

    @Test("UTF-8 with or without byte-order mark, else Windows-1252")
    func encodings() {
        #expect(read([0xEF, 0xBB, 0xBF] + Array("[A]\nk=é".utf8)).sections.first?.entries.first?.value == "é")
        let windows = read(Array("[A]\nk=".utf8) + [0xE9, 0x80, 0x93, 0x94, 0x81, 0xFF])
        #expect(windows.sections.first?.entries.first?.value == "é€“”\u{81}ÿ")
        #expect(read([]).sections.isEmpty)
    }
}
