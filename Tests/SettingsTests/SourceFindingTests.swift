import Formats
import Settings
import Testing

/// Mistakes in `[SOURCE name]` are named with their line and what to write.
struct SourceFindingTests {
    private let sound = "[SOURCE door]\nAuth=bearer:env:OTHER\nSubject={/a}\nDefault=fire\n"

    @Test("a sound source has nothing wrong with it")
    func soundSource() {
        #expect(findings(adding: "", service: sound) == [])
    }

    @Test(
        "each mistake is named with its line",
        arguments: [
            ("Subject={/a", "Let.x: '}' was expected"), ("Subject={a}", "'a' is no name here"),
            ("Subject={agnet}", "did you mean agent?"), ("Subject={/a | uper}", "did you mean upper?"),
            ("Subject={/a | map:sev}", "there is no Map.sev"), ("Subject={/a | date:x}", "'x' is no date pattern"),
            ("Subject={/a | find:\"(\"}", "does not compile"), ("Subject={\"open}", "a quote is not closed"),
        ])
    func values(_ line: String, _ expected: String) {
        let text = line.replacing("Subject=", with: "Let.x=")
        let found = findings(adding: "", service: sound + text)
        #expect(found.count == 1 && found[0].contains(expected), "\(found)")
    }

    @Test(
        "each mistake in other lines is named",
        arguments: [
            ("Rule.1=close when /a = 1", "'close' is none of fire, resolve, note, test and ignore(reason)"),
            ("Rule.1=resolve when /a", "a comparison was expected"),
            ("Rule.1=resolve when (/a = 1", "')' was expected"),
            ("Rule.1=resolve when /a = 1 nonsense", "'nonsense' was not expected"),
            ("Match.1={/a}", "an expression are needed"), ("Match.1={/a} ~ (", "does not compile"),
            ("Map.x=critical", "'critical' is no entry"), ("Map.x=9..1:2", "is no entry"),
            ("Each=alerts", "is no pointer"), ("Each=matches {/a} ~ x", "needs a group 'rest'"),
            ("Decode=jsn", "did you mean json?"), ("Template.1=hello", "no JSON with placeholders"),
            ("DateFormat=HH:mm", "is no date pattern"), ("TimeZone=Mars/Olympus", "there is no zone"),
            ("Sbuject=x", "unknown key 'Sbuject' in [SOURCE]; did you mean Subject?"),
            ("Like=zabix", "did you mean zabbix?"), ("Root=data", "'data' is no pointer"),
            ("Placeholder=(", "does not compile"),
        ])
    func lines(_ line: String, _ expected: String) {
        let found = findings(adding: "", service: sound + line)
        #expect(found.count == 1 && found[0].contains(expected), "\(found)")
    }

    @Test(
        "what shows who sends is checked, and never printed",
        arguments: [
            ("", "has no Auth="), ("Auth=baerer:env:OTHER", "this entry of kind 'baerer' cannot be read"),
            ("Auth=bearer:", "cannot be read"), ("Auth=bearer:env:MISSING", "env:MISSING is not there"),
            ("Auth=hmac:gitbub:env:OTHER", "'gitbub' is no preset"),
            ("Auth=hmac:custom:env:OTHER", "write HMAC.Header="),
            ("Auth=hmac:mandrill:env:OTHER", "write PublicURL="),
            ("Auth=hmac:svix:env:OTHER", "the secret is no Base64"),
            ("Auth=ip:10.0.0.0/33", "cannot be read"), ("Auth=sns:mytopic", "cannot be read"),
            ("Auth=hmac:github:env:OTHER\nHMAC.Sign={ts}.{body}", "write HMAC.Timestamp="),
            ("Auth=hmac:github:env:OTHER\nHMAC.Sign={tss}", "HMAC.Sign: write text with"),
        ])
    func auth(_ lines: String, _ expected: String) {
        let found = findings(adding: "", service: "[SOURCE door]\nSubject={/a}\nDefault=fire\n" + lines)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
        #expect(!found.contains { $0.contains("other-key") })
    }

    @Test("a secret in clear and Auth=none are warnings; a subject and a default are needed")
    func more() {
        let clear = findings(adding: "", service: sound.replacing("env:OTHER", with: "pa55word"))
        #expect(
            clear.count == 1 && clear[0].contains("warning: Auth is written in clear") && !clear[0].contains("pa55"))
        let none = findings(adding: "", service: sound.replacing("bearer:env:OTHER", with: "none"))
        #expect(none.count == 1 && none[0].contains("warning: Auth=none"))
        let empty = findings(adding: "", service: "[SOURCE door]\nAuth=bearer:env:OTHER")
        #expect(empty.contains { $0.contains("has no Subject=") } && empty.contains { $0.contains("has no Default=") })
        #expect(findings(adding: "", service: "[SOURCE a/b]\nAuth=none").contains { $0.contains("'a/b' is no name") })
    }

    @Test("remediation is for shipped RMMs that show who they are, and for who says so")
    func remediation() throws {
        func may(_ service: String) throws -> Bool {
            try #require(load(soundRules, service: service).settings).sources.values.allSatisfy(\.limits.mayRemediate)
        }
        #expect(try may("[SOURCE datto-rmm]\nAuth=bearer:env:OTHER"))
        #expect(try !may("[SOURCE datto-rmm]\nAuth=none"))
        #expect(try may("[SOURCE datto-rmm]\nAuth=none\nRemediate=Y"))
        #expect(try !may("[SOURCE zabbix]\nAuth=bearer:env:OTHER"))
        #expect(try !may(sound))
    }

    @Test(
        "addresses are compared by their first bits",
        arguments: [
            ("192.0.2.0/24", "192.0.2.77", true), ("192.0.2.0/24", "192.0.3.1", false), ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false), ("0.0.0.0/0", "1.2.3.4", true), ("2001:db8::/32", "2001:db8:1::5", true),
            ("2001:db8::/32", "2001:db9::5", false), ("192.0.2.0/24", "::ffff:192.0.2.9", true), ("::1", "::1", true),
            ("192.0.2.0/24", "nonsense", false),
        ])
    func addresses(_ range: String, _ address: String, _ expected: Bool) throws {
        let parsed = try #require(AddressRange.parse(range))
        #expect(AddressRange.contains(parsed.bytes, bits: parsed.bits, address) == expected)
    }
}
