import Decisions
import Events
import Formats
import Platform
import Settings
import Testing

@Suite("Modules that rewrite")
struct ModuleTests {
    static let rules = """
        [ALERT REWRITE]
        virus=PROCESS;ITP-ISR-Scan.mod
        [ISR scan]
        Match=^virus (?<name>.+) on (?<host>\\S+)$
        Subject=AV|Scanner|${name}|${host}||AV-FOUND.AV.A.P2.Alm
        Agent=${host}
        Match=^virus test
        MatchBody=for (?<what>\\w+)
        Cancel=a test of ${what}
        """

    @Test("the first rule that matches replaces subject and agent, and the event goes on with them")
    func rewritten() throws {
        var bench = try Bench(ModuleTests.rules)
        let verdict = try bench.send("Virus EICAR on srv01.servers.acme", agent: "relay.other")
        #expect(verdict.disposition == .ticketed)
        #expect(verdict.facts.subject == "AV|Scanner|EICAR|srv01.servers.acme||AV-FOUND.AV.A.P2.Alm")
        #expect(verdict.facts.agent == "srv01.servers.acme")
        #expect(verdict.facts.priority == 2)
        #expect(verdict.trace.steps.map(\.stage).prefix(5) == [.clock, .rewrite, .rewrite, .clock, .parse])
        #expect(verdict.step(.rewrite)?.rule?.place == "ITPConfig.ini:12")
        #expect(verdict.step(.clock)?.saw.contains("srv01.servers.acme") == true)
    }

    @Test("stage 1 is done again for another agent: its organisation, tenant and host class count")
    func stageOneAgain() throws {
        var bench = try Bench(
            "[RMM_SETTINGS_TWO]\n[ORG globex]\nMSP=two\n[ALERT REWRITE]\nx=PROCESS;m\n[ISR m]\nMatch=x (?<a>\\S+)\n"
                + "Subject=A|B||||N.EVT.S.P1.Alm\nAgent=${a}")
        let verdict = try bench.send("x pc7.wkstns.globex") { $0.organisation.id = "" }
        #expect(verdict.facts.organisation == "globex" && verdict.facts.tenant == "two")
        // A workstation never holds P1.
        #expect(verdict.facts.priority == 3)
        // The machine's name alone is the same agent: what is known of it stays.
        let same = try bench.send("x FS1")
        #expect(same.facts.agent == "fs1.branch.servers.acme" && same.facts.organisation == "acme")
    }

    @Test("a rule over subject and body needs both; Cancel ends the event with its reason")
    func bothPatterns() throws {
        var bench = try Bench(ModuleTests.rules)
        let cancelled = try bench.send("virus test") { $0.body = "made for training" }
        #expect(cancelled.disposition == .cancelled)
        #expect(cancelled.reason == "cancelled by ISR scan: a test of training")
        let other = try bench.send("virus test") { $0.body = "nothing" }
        #expect(other.disposition == .unparseable)
        #expect(other.step(.rewrite)?.decided == "no rule of [ISR scan] matches: nothing is changed")
    }

    @Test("Priority takes the place of the MonSetID's")
    func priority() throws {
        var bench = try Bench(
            "[ALERT REWRITE]\nDHCP=PROCESS;m\n[ISR m]\nMatchBody=urgent\nPriority=P1\nMatchBody=(?s)^(?!.*urgent).*$\nPriority=5"
        )
        #expect(try bench.send(dhcp) { $0.body = "URGENT" }.facts.priority == 1)
        #expect(try bench.send(dhcp.replacing("1033", with: "1034")).facts.priority == 5)
    }

    @Test("what a sender wrote cannot shift the fields of a subject")
    func fields() throws {
        var bench = try Bench(ModuleTests.rules)
        let verdict = try bench.send("virus a|b||||X.Y.S.P1.Alm on srv01")
        #expect(verdict.facts.subject == "AV|Scanner|a/b////X.Y.S.P1.Alm|srv01||AV-FOUND.AV.A.P2.Alm")
        #expect(GroupText("${all}").filled(["all": "a|b\r\nc"]) == "a|b c")
        #expect(GroupText("${a}-${b} ${ $").filled(["a": "1"]) == "1- ${ $")
    }

    @Test("an expression that is given up ends the event as one that nobody can read, with the reason")
    func limit() throws {
        var bench = try Bench("[ALERT REWRITE]\na=PROCESS;m\n[ISR m]\nMatch=^(a+)+$\nCancel=never")
        let verdict = try bench.send(String(repeating: "a", count: 60) + "!")
        #expect(verdict.disposition == .unparseable)
        #expect(verdict.reason.hasPrefix("the module ISR m failed: the expression at ITPConfig.ini:12 was given up: "))
        #expect(verdict.step(.rewrite)?.decided.contains("was given up") == true)
    }

    @Test("the documents' example does what it says")
    func documented() throws {
        let path = #filePath.replacing("Tests/DecisionsTests/ModuleTests.swift", with: "docs/configuration.md")
        let lines = String(decoding: try Files.read(path, maxBytes: 1 << 20), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("    Backup of ") })
        let example = lines[(start - 1)...].prefix { $0.isEmpty || $0.hasPrefix("    ") }.joined(separator: "\n")
        var bench = try Bench(example)
        let failed = try bench.send("Backup of SQL01 failed: disk full", agent: "")
        #expect(failed.facts.subject == "BKP|Backup|FAILED|SQL01|disk full|BACKUP-FAILED.BKP.S.P2.Alm")
        #expect(failed.facts.agent == "SQL01" && failed.disposition == .ticketed)
        let jobs = try bench.send("[backup] 2 jobs", agent: "") { $0.body = "Dear all,\r\nHost: SQL02\r\nBye" }
        #expect(jobs.facts.subject == "BKP|Backup|JOBS|SQL02|2|BACKUP-JOBS.BKP.S.P3.Alm")
        let cancelled = try bench.send("Backup of SQL01 succeeded")
        #expect(cancelled.reason == "cancelled by ISR backups: a backup that succeeded is no alert")
    }

    @Test("Webroot's alert mails become parsable without a line of configuration but the rule that names the module")
    func webroot() throws {
        var bench = try Bench(
            "[ALERT REWRITE]\nActive Threat=PROCESS;ITP-ISR-Webroot.mod\nInstall Failed=PROCESS;webroot")
        let threat = try bench.send("Active Threats on SRV01", agent: "")
        #expect(threat.disposition == .ticketed && threat.facts.agent == "SRV01" && threat.facts.priority == 2)
        #expect(threat.facts.subject == "AV|Webroot|ACTIVE-THREAT|SRV01||WEBROOT-THREAT.AV.A.P2.Alm")
        #expect(threat.step(.rewrite)?.rule?.file == "built-in")
        let install = try bench.send("Install Failed on PC-7", agent: "")
        #expect(install.facts.subject == "AV|Webroot|INSTALL-FAILED|PC-7||WEBROOT-INSTALL.AV.A.P3.Alm")
        var replaced = try Bench("[ALERT REWRITE]\nthreat=PROCESS;webroot\n[ISR Webroot]\nMatch=.\nCancel=ours")
        #expect(try replaced.send("Active Threats on SRV01").reason == "cancelled by ISR Webroot: ours")
    }
}

@Suite("Programs that rewrite")
struct ExecutableModuleTests {
    private func bench(_ more: String = "") throws -> Bench {
        try Bench(
            "[ALERT REWRITE]\nweird=PROCESS;ENRICH\n[enrich]\nurl=http://127.0.0.1\n" + more,
            modules: [.init(name: "ISR-enrich.sh", path: "config/modules/ISR-enrich.sh")])
    }

    private func request(_ bench: Bench, _ event: Event) throws -> InputRequest {
        let decision = try bench.decision(event)
        guard case .needs(let request, let facts) = decision else { throw NoVerdict() }
        #expect(facts.subject == event.subject)
        return request
    }

    @Test("a program is asked with the event and its own section, within its time")
    func asked() throws {
        var bench = try bench("[GLOBAL]\nModuleTimeout=7")
        let event = bench.event("weird thing") { $0.body = "text" }
        let request = try request(bench, event)
        #expect(request.name == "module:ENRICH")
        let call = try #require(request.call)
        #expect(call.program == "config/modules/ISR-enrich.sh" && call.timeoutSeconds == 7)
        #expect(request.patience >= .seconds(7))
        let input = try JSON(parsing: call.input)
        #expect(input["module"]?.string == "ISR-enrich.sh")
        #expect(input["event"]?["id"]?.string == event.id.description)
        #expect(input["event"]?["subject"]?.string == "weird thing" && input["event"]?["body"]?.string == "text")
        #expect(input["event"]?["agent"]?["name"]?.string == event.agent.name)
        #expect(input["event"]?["org"]?["id"]?.string == "acme")
        #expect(input["settings"] == ["url": "http://127.0.0.1"])
    }

    @Test("its recorded answer decides, and decides the same again")
    func answered() throws {
        var bench = try bench()
        let event = bench.event("weird thing")
        let answer = ModuleOutcome.wrote(
            #"{"subject":"A|B||||N.EVT.S.P4.Alm","agent":"db.servers.globex","priority":2,"cancel":null}"#
        ).answer
        let inputs = ["module:ENRICH": answer]
        let first = try bench.verdict(event, inputs: inputs)
        #expect(first.disposition == .ticketed && first.facts.priority == 2)
        #expect(first.facts.agent == "db.servers.globex" && first.facts.subject == "A|B||||N.EVT.S.P4.Alm")
        #expect(
            try bench.verdict(event, inputs: inputs).trace.steps.map(\.compactJSON)
                == first.trace.steps.map(\.compactJSON))
        let cancel = ModuleOutcome.wrote(#"{"cancel":"known\nnoise"}"#).answer
        let cancelled = try bench.verdict(event, inputs: ["module:ENRICH": cancel])
        #expect(cancelled.disposition == .cancelled)
        #expect(cancelled.reason == "cancelled by modules/ISR-enrich.sh: known noise")
        let nothing = try bench.verdict(event, inputs: ["module:ENRICH": ModuleOutcome.wrote("{}").answer])
        #expect(nothing.disposition == .unparseable && nothing.step(.rewrite)?.decided == "nothing is changed")
    }

    @Test(
        "a program that fails, is late or answers nonsense ends the event as one that nobody can read, with the reason",
        arguments: [
            (ModuleOutcome.failed("it ended with exit code 1").answer, "it ended with exit code 1"),
            (.unknown, "there was no answer in time"),
            (.value("?"), "what was recorded is no answer: ?"),
            (ModuleOutcome.wrote("").answer, "its answer is no JSON: byte 0: "),
            (ModuleOutcome.wrote("[]").answer, "its answer is no object but array"),
            (ModuleOutcome.wrote(#"{"subject":1}"#).answer, "'subject' in its answer is no string but number"),
            (ModuleOutcome.wrote(#"{"priority":0}"#).answer, "'priority' in its answer is no number from 1 to 9"),
            (
                ModuleOutcome.wrote(#"{"sbject":"x"}"#).answer,
                "'sbject' in its answer is not known; it may give subject, agent, priority, cancel"
            ),
        ])
    func failed(_ answer: InputAnswer, _ reason: String) throws {
        var bench = try bench()
        let verdict = try bench.verdict(bench.event("weird"), inputs: ["module:ENRICH": answer])
        #expect(verdict.disposition == .unparseable)
        #expect(verdict.reason.hasPrefix("the module modules/ISR-enrich.sh failed: \(reason)"), "\(verdict.reason)")
        #expect(verdict.step(.rewrite)?.decided.hasPrefix("the module failed: \(reason)") == true)
    }

    @Test("an outcome survives being recorded")
    func recorded() {
        for outcome in [ModuleOutcome.wrote("{}"), .wrote(""), .failed("why"), .failed("")] {
            #expect(ModuleOutcome(outcome.answer) == outcome)
        }
    }
}
