import Decisions
import Events
import Formats
import Settings
import Testing

struct DispositionTests {
    @Test("the first alert of a problem becomes a ticket; the trace names each stage in order")
    func ticketed() throws {
        var bench = try Bench()
        let event = bench.event(dhcp)
        let verdict = try bench.decide(event)
        #expect(verdict.disposition == .ticketed)
        #expect(verdict.reason == "the first alert of this problem")
        #expect(
            verdict.trace.steps.map(\.stage) == [
                .clock, .rewrite, .parse, .codes, .duplicate, .restricted, .priority, .compose, .policy,
            ])
        #expect(verdict.state == .decided)
        #expect(verdict.delivery?.lane == "CWF psa.example/msp")
        #expect(verdict.delivery?.action.kind == .create)
        #expect(verdict.delivery?.action.reference == event.id)
        #expect(verdict.facts.priority == 3 && verdict.facts.agent == event.agent.name)
        #expect(verdict.facts.organisation == "acme" && verdict.facts.subject == dhcp)
        #expect(verdict.facts.settingsHash == bench.settings.hash)
    }

    @Test("CANCEL ends an event with the rule's place")
    func cancelled() throws {
        var bench = try Bench("[ALERT REWRITE]\ndhcp SERVER|1033=CANCEL;;")
        let verdict = try bench.send(dhcp)
        #expect(verdict.disposition == .cancelled)
        #expect(verdict.reason == "cancelled by the rewrite rule at ITPConfig.ini:10")
        #expect(verdict.step(.rewrite)?.rule?.place == "ITPConfig.ini:10")
        #expect(verdict.step(.rewrite)?.rule?.text == "dhcp SERVER|1033=CANCEL;;")
        #expect(verdict.delivery == nil && verdict.changes.isEmpty && verdict.state == .confirmed)
        #expect(verdict.trace.steps.map(\.stage) == [.clock, .rewrite])
    }

    @Test("REWRITE replaces the subject, the first rule in file order decides, and there is no second pass")
    func rewritten() throws {
        var bench = try Bench(
            "[ALERT REWRITE]\nfull=REWRITE;DSK|Disk|C:||CRITICAL|MB-DISK.DSK.S.P2.Alm\ndisk is full=CANCEL\n"
                + "critical=CANCEL")
        let verdict = try bench.send("The Disk is FULL")
        #expect(verdict.disposition == .ticketed)
        #expect(verdict.facts.subject == "DSK|Disk|C:||CRITICAL|MB-DISK.DSK.S.P2.Alm")
        #expect(verdict.facts.priority == 2)
        #expect(verdict.step(.rewrite)?.rule?.place == "ITPConfig.ini:10")
        #expect(verdict.draft.subject == verdict.facts.subject)
    }

    @Test("a module that does not exist ends the event as a module error does")
    func noModule() throws {
        var bench = try Bench("[ALERT REWRITE]\nx=PROCESS;ITP-ISR-Foo.mod\n[PROCESSING]\nEVT:MB-DHCP-S=PFX")
        let rewriting = try bench.send("x")
        #expect(rewriting.disposition == .unparseable)
        #expect(rewriting.reason == "the module FOO, named at ITPConfig.ini:10, does not exist")
        let processing = try bench.send(dhcp)
        #expect(processing.disposition == .unparseable)
        #expect(processing.reason == "the module PFX, named at ITPConfig.ini:12, does not exist")
    }

    @Test("a subject that is not parsable ends with the sentence that says why")
    func unparseable() throws {
        var bench = try Bench()
        let verdict = try bench.send("hello")
        #expect(verdict.disposition == .unparseable)
        #expect(
            verdict.reason
                == "the subject has 1 field where 6 are needed: Category|Source|Data1|Data2|Data3|MonSetID")
        #expect(verdict.trace.steps.map(\.stage) == [.clock, .rewrite, .parse])
        #expect(verdict.facts.priority == 0)
    }

    @Test("action Log is logged; a word of DropCodes is dropped in any case; another word counts as Alm")
    func codes() throws {
        var bench = try Bench("DropCodes=inf, CHK")
        let logged = try bench.send("A|B||||N.EVT.S.P3.log")
        #expect(logged.disposition == .logged && logged.reason == "the MonSetID's action is Log")
        let dropped = try bench.send("A|B||||N.EVT.S.P3.Inf")
        #expect(dropped.disposition == .droppedCode)
        #expect(dropped.reason == "the action Inf is in DropCodes at ITPConfig.ini:9")
        #expect(dropped.step(.codes)?.rule?.text == "DropCodes=inf, CHK")
        #expect(try bench.send("A|B||||N.EVT.S.P3.cHk").disposition == .droppedCode)
        #expect(try bench.send("A|B||||N.EVT.S.P3.Foo").disposition == .ticketed)
    }

    @Test("class 1 is never allowed, whatever else the event is")
    func restricted() throws {
        var bench = try Bench("[RESTRICTED]\nevt=1\nDSK=0")
        let verdict = try bench.send(dhcp)
        #expect(verdict.disposition == .restricted)
        #expect(verdict.reason == "the category EVT is class 1 (never) at ITPConfig.ini:10")
        #expect(verdict.step(.restricted)?.rule?.text == "evt=1")
        #expect(verdict.trace.steps.last?.stage == .restricted)
        // It did not reach stage 13: the next is no duplicate of it.
        #expect(try bench.send(dhcp).disposition == .restricted)
        #expect(try bench.send("A|B||||N.DSK.S.P3.Alm").disposition == .ticketed)
    }

    @Test("a tenant lifts a common restriction with class 0, what it does not name falls back")
    func lifted() throws {
        var bench = try Bench(
            "[RMM_SETTINGS_TWO]\n[RESTRICTED]\nEVT=1\nBKP=1\n[RESTRICTED_TWO]\nEVT=0\n[ORG globex]\nMSP=two")
        let toGlobex = { (event: inout Event) in event.organisation.id = "globex" }
        #expect(try bench.send(dhcp).disposition == .restricted)
        let verdict = try bench.send(dhcp, toGlobex)
        #expect(verdict.disposition == .ticketed && verdict.facts.tenant == "two")
        #expect(verdict.step(.restricted)?.rule?.place == "ITPConfig.ini:14")
        #expect(try bench.send("A|B||||N.BKP.S.P3.Alm", toGlobex).disposition == .restricted)
    }

    @Test("Act without an RMM goes on with Fail, Req ends as failed; both say why")
    func remediation() throws {
        var bench = try Bench("[REMEDIATION]\nN.SVC=Restart")
        let act = try bench.send("A|B||||N.SVC.S.P3.Act")
        #expect(act.disposition == .ticketed)
        #expect(act.step(.remediation)?.decided == "Fail: no RMM is configured")
        #expect(act.draft.description.contains("Remediation: Fail."))
        let request = try bench.send("A|B||||N.SVC.S.P3.Req")
        #expect(request.disposition == .failed)
        #expect(request.reason == "the procedure cannot start: no RMM is configured")
    }

    @Test("a tenant without settings is never served by the primary's PSA")
    func noTenant() throws {
        var bench = try Bench()
        let verdict = try bench.send(dhcp) { $0.organisation.tenant = "nobody" }
        #expect(verdict.disposition == .unparseable && verdict.delivery == nil)
        #expect(verdict.reason == "the tenant 'nobody' has no section [RMM_SETTINGS_nobody]")
    }

    @Test("the same delivery again is a redelivery, under the first receipt; nothing else happens")
    func redelivery() throws {
        var bench = try Bench()
        let event = bench.event(dhcp) { $0.deliveryID = "api:1" }
        #expect(try bench.decide(event).disposition == .ticketed)
        // Deciding the same record again, as after a crash, is none.
        #expect(try bench.verdict(event).disposition != .redelivery)
        let again = try bench.send("unparseable") { $0.deliveryID = "api:1" }
        #expect(again.disposition == .redelivery)
        #expect(again.reason == "the same delivery was accepted before as receipt \(event.receipt)")
        #expect(again.changes.isEmpty && again.trace.steps.last?.stage == .intake)
        #expect(try bench.send("hello") { $0.deliveryID = "api:2" }.disposition == .unparseable)
        #expect(try bench.send(dhcp) { $0.deliveryID = "api:2" }.disposition == .redelivery)
    }

    @Test("deciding the same twice gives the same")
    func deterministic() throws {
        var bench = try Bench(
            "[ORG a]\nName=Acme\n[ORG b]\nName=Acme\n[PSA REWRITE]\nMB-DHCP-S.EVT.S=c;t <agent>;A,B,C")
        let event = bench.event(dhcp) { $0.organisation.name = "ACME" }
        let (first, second) = (try bench.verdict(event), try bench.verdict(event))
        #expect(first.disposition == second.disposition && first.reason == second.reason)
        #expect(first.trace == second.trace && first.changes == second.changes)
        #expect(first.delivery == second.delivery && first.facts == second.facts)
        #expect(first.facts.organisation == "a")
    }
}
