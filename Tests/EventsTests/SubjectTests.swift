import Events
import Testing

struct SubjectTests {
    @Test("the example of the specification is read field by field")
    func example() throws {
        let subject = try ParsableSubject(parsing: "EVT|DHCP Server|1033|SYSTEM|ERROR|MB-DHCP-S.EVT.S.P3.Alm")
        #expect(subject.category == "EVT")
        #expect(subject.source == "DHCP Server")
        #expect(subject.data == ["1033", "SYSTEM", "ERROR"])
        #expect(
            subject.monitor
                == MonSetID(name: "MB-DHCP-S", category: "EVT", hostClass: .server, priority: 3, action: .alarm))
    }

    @Test("blanks around fields do not count, data may be empty, letters come in any case")
    func tolerance() throws {
        let subject = try ParsableSubject(parsing: " DSK | Disk |||| n . DSK . w . p9 . aLm ")
        #expect(subject.data == ["", "", ""])
        #expect(
            subject.monitor
                == MonSetID(name: "n", category: "DSK", hostClass: .workstation, priority: 9, action: .alarm))
    }

    @Test(
        "a subject that is not parsable says what is wrong and what is needed",
        arguments: [
            ("hello", "the subject has 1 field where 6 are needed: Category|Source|Data1|Data2|Data3|MonSetID"),
            (
                "a|b|c|d|e|f|g",
                "the subject has 7 fields where 6 are needed: Category|Source|Data1|Data2|Data3|MonSetID"
            ),
            ("|b|c|d|e|f", "the subject lacks its category or its source: Category|Source|Data1|Data2|Data3|MonSetID"),
            ("a| |c|d|e|f", "the subject lacks its category or its source: Category|Source|Data1|Data2|Data3|MonSetID"),
            (
                "a|b|c|d|e|N.C.S.P3",
                "the MonSetID 'N.C.S.P3' has 4 sub-fields where 5 are needed: Name.Category.HostClass.Priority.Action"
            ),
            (
                "a|b|c|d|e|N.C.S.P3.Alm.",
                "the MonSetID 'N.C.S.P3.Alm.' has 6 sub-fields where 5 are needed: "
                    + "Name.Category.HostClass.Priority.Action"
            ),
            ("a|b|c|d|e|.C.S.P3.Alm", "the MonSetID '.C.S.P3.Alm' lacks a name or a category"),
            ("a|b|c|d|e|N..S.P3.Alm", "the MonSetID 'N..S.P3.Alm' lacks a name or a category"),
            ("a|b|c|d|e|N.C.Q.P3.Alm", "the host class 'Q' of the MonSetID 'N.C.Q.P3.Alm' is none of S, W, A, X"),
            ("a|b|c|d|e|N.C.S.P0.Alm", "the priority 'P0' of the MonSetID 'N.C.S.P0.Alm' is none of P1 … P9"),
            ("a|b|c|d|e|N.C.S.P10.Alm", "the priority 'P10' of the MonSetID 'N.C.S.P10.Alm' is none of P1 … P9"),
            ("a|b|c|d|e|N.C.S.3.Alm", "the priority '3' of the MonSetID 'N.C.S.3.Alm' is none of P1 … P9"),
            ("a|b|c|d|e|N.C.S.P3.", "the action '' of the MonSetID 'N.C.S.P3.' is no word such as Alm, Act or Log"),
            (
                "a|b|c|d|e|N.C.S.P3.A-m",
                "the action 'A-m' of the MonSetID 'N.C.S.P3.A-m' is no word such as Alm, Act or Log"
            ),
        ])
    func faults(text: String, sentence: String) {
        let fault = #expect(throws: SubjectFault.self) { try ParsableSubject(parsing: text) }
        #expect(fault?.description == sentence)
    }

    @Test(
        "actions are words in any case; any other word is kept as it is written",
        arguments: [
            ("ALM", .alarm, "Alm"), ("act", .act, "Act"), ("Req", .request, "Req"), ("lOG", .log, "Log"),
            ("Inf", .code("Inf"), "Inf"), ("chk", .code("chk"), "chk"),
        ] as [(String, MonitorAction, String)])
    func actions(word: String, action: MonitorAction, shown: String) {
        #expect(MonitorAction(word: word) == action)
        #expect(action.word == shown)
    }

    @Test("an agent's name begins with its machine, its groups follow")
    func agent() {
        var agent = Event.Agent()
        agent.name = "fs1.branch.servers.acme"
        #expect(agent.machine == "fs1")
        #expect(agent.groups == ["branch", "servers", "acme"])
        agent.machineGroup = "wkstns.acme"
        #expect(agent.groups == ["wkstns", "acme"])
        agent = Event.Agent()
        #expect(agent.machine.isEmpty && agent.groups.isEmpty)
    }
}
