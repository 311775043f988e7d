import Formats
import Platform
import Settings
import Testing

@Suite("Findings about modules")
struct ModuleFindingTests {
    private let program = ConfigurationFiles.ModuleFile(name: "PRC-Enrich.py", path: "modules/PRC-Enrich.py")

    private func findings(_ more: String, _ modules: [ConfigurationFiles.ModuleFile] = []) -> [String] {
        let file = ConfigurationFiles.File(name: "ITPConfig.ini", bytes: Array((soundRules + "\n" + more).utf8))
        return Settings.load(
            ConfigurationFiles(files: [file], modules: modules), zones: someZones,
            patterns: RegularExpression.compiler,
            secrets: someSecrets
        ).findings.map(\.description)
    }

    @Test("a sound section repeats its keys without a finding; '#' begins a comment there")
    func sound() {
        let rules = """
            [ISR scan]
            # mails of the scanner
            Match=^virus (?<name>\\w+)
            MatchBody=host: (?<host>\\S+)
            Subject=A|B|${name}|||N.EVT.S.P3.Alm
            Agent=${host}
            MatchBody=test
            Cancel=a test
            Match=^scan
            Priority=P4
            [ALERT REWRITE]
            virus=PROCESS;scan
            threat=PROCESS;ITP-ISR-Webroot.mod
            """
        #expect(findings(rules) == [])
    }

    @Test(
        "each mistake is named with its line",
        arguments: [
            (
                "Match=a(b\nCancel=x",
                ":11: error: Match: the expression does not compile: byte 3: missing closing parenthesis"
            ),
            (
                "MatchBody=\nCancel=x",
                ":11: error: MatchBody: the expression does not compile: byte 0: there is no expression"
            ),
            (
                "Match=(?<host>a)\nSubject=${hots}",
                ":12: error: Subject: the expression has no group 'hots'; did you mean ${host}?"
            ),
            (
                "Match=(?<host>a)\nAgent=${machine}",
                ":12: error: Agent: the expression has no group 'machine'; it has host"
            ),
            ("Match=a\nCancel=${why}", ":12: error: Cancel: the expression has no group 'why'; write (?<why>…) in it"),
            (
                "Match=a\nSubject=hello",
                ":12: error: the new subject does not parse: the subject has 1 field where 6 are needed: "
                    + "Category|Source|Data1|Data2|Data3|MonSetID"
            ),
            ("Match=a\nPriority=P0", ":12: error: Priority: 'P0' is none of 1 … 9"),
            ("Cancel=x", ":11: error: 'Cancel' belongs to no rule; write Match= or MatchBody= before it"),
            (
                "Match=a\nCancel=x\nCancel=y",
                ":13: error: the rule at line 11 has 'Cancel' at line 12 as well; remove one of them"
            ),
            (
                "Match=a\nMatch=b\nCancel=x",
                ":11: error: the rule changes nothing; write Subject=, Agent=, Priority= or Cancel= after it"
            ),
            ("; nothing", ":10: error: [ISR scan] has no rule; write Match= and what is to become of the event"),
            ("Mach=a", ":11: error: unknown key 'Mach' in [ISR]; did you mean Match?"),
        ])
    func mistakes(_ lines: String, _ finding: String) {
        let found = findings("[ISR scan]\n" + lines)
        #expect(found.contains("ITPConfig.ini" + finding), "\(found)")
    }

    @Test("a module that does not exist is named; a program makes it exist, and its section is no finding")
    func existence() {
        let rules = "[ALERT REWRITE]\nx=PROCESS;enrich\n[Enrich]\nurl=x"
        #expect(
            findings(rules) == [
                "ITPConfig.ini:11: error: the module 'enrich' does not exist; write [ISR ENRICH], or put a program into modules/",
                "ITPConfig.ini:12: warning: unknown section [Enrich]; it is handed to executable modules and not used otherwise",
            ])
        #expect(findings(rules, [program]) == [])
    }

    @Test("a program that may not be run, or whose name is taken, is named")
    func programs() {
        let open = ConfigurationFiles.ModuleFile(name: "open", path: "modules/open", fault: "anybody may write it")
        let second = ConfigurationFiles.ModuleFile(name: "enrich", path: "modules/enrich")
        #expect(findings("", [open]) == ["modules/open: error: it is not run: anybody may write it"])
        #expect(
            findings("", [program, second])
                == ["modules/enrich: error: modules/PRC-Enrich.py has the same name and is run; remove one of them"])
        #expect(
            findings("[ISR enrich]\nMatch=a\nCancel=b", [second])
                == ["modules/enrich: warning: [ISR enrich] at ITPConfig.ini:10 has the same name and is used instead"])
    }
}
