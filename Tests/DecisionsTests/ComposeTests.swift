import Decisions
import Events
import Formats
import Testing

struct ComposeTests {
    @Test(
        "the PSA rewrite takes the most specific key, and for each key the org's section, the tenant's, the common one")
    func precedence() throws {
        let keys = [dhcp, "MB-DHCP-S.EVT.S.1033", "mb-dhcp-s.evt.s"]
        let sections = ["PSA REWRITE_acme", "PSA_REWRITE_TWO", "PSA REWRITE"]
        var places: [(section: String, key: String)] = []
        for key in keys { for section in sections { places.append((section, key)) } }
        // Of all places from `first` on, the first has to win.
        for first in places.indices {
            let text = places[first...].enumerated().map { offset, place in
                "[\(place.section)]\n\"\(place.key)\"=c;text \(first + offset);T\(first + offset),S,I"
            }.joined(separator: "\n")
            var bench = try Bench("[RMM_SETTINGS_TWO]\n[ORG acme]\nMSP=TWO\n" + text)
            let verdict = try bench.send(dhcp)
            #expect(verdict.draft.subject == "text \(first)", "\(places[first])")
            #expect(verdict.draft.classification == .init(type: "T\(first)", subtype: "S", item: "I"))
            #expect(verdict.step(.compose)?.rule?.place == "ITPConfig.ini:13")
            #expect(verdict.draft.internalNote.contains("decided by ITPConfig.ini:10, ITPConfig.ini:13"))
        }
    }

    @Test("the host class of a rewrite's key is the event's own, not the monitor's")
    func realClass() throws {
        var bench = try Bench("[PSA REWRITE]\nMB-DHCP-S.EVT.S=c;server\nMB-DHCP-S.EVT.W=c;workstation")
        #expect(try bench.send(dhcp, agent: "pc1.wkstns.acme").draft.subject == "workstation")
        #expect(try bench.send(dhcp, agent: "ups.network.acme").draft.subject == dhcp)
    }

    @Test("a subject over 100 UTF-16 units is cut at a word's end, its full text heads the body")
    func cut() throws {
        var bench = try Bench("PSA_Subject=<cf:s>\n[GLOBAL]\nDeDupPeriod=0")
        let send = { (bench: inout Bench, text: String) in
            try bench.send("\(dhcp)") {
                $0.agent.customFields = [Event.Field(name: "s", value: text)]
                $0.body = "body"
            }.draft
        }
        let words = String(repeating: "nine char ", count: 9) + "ninechars"
        #expect(words.utf16.count == 99)
        #expect(try send(&bench, words + "1").subject == words + "1")
        #expect(try send(&bench, words + "12").subject == String(repeating: "nine char ", count: 9).dropLast() + "…")
        // The cut falls between two words: the whole word before it stays.
        #expect(try send(&bench, words + " more").subject == words + "…")
        let long = String(repeating: "x", count: 101)
        #expect(try send(&bench, long).subject == String(repeating: "x", count: 99) + "…")
        #expect(try send(&bench, long).description == long + "\n\nbody")
        let faces = String(repeating: "😀", count: 51)
        #expect(try send(&bench, faces).subject == String(repeating: "😀", count: 49) + "…")
        #expect(try send(&bench, "a\r\nb\nc").subject == "a b c")
        #expect(try send(&bench, "short").description == "body")
    }

    @Test("the tail of Windows events goes where CleanBody is set, and the link stays unless it is suppressed")
    func body() throws {
        let fill = { (event: inout Event) in
            event.body = "The service stopped.\r\nFor MORE information, see Help.\r\n"
            event.link = "https://rmm.example/1"
        }
        var plain = try Bench()
        #expect(
            try plain.send(dhcp, fill).draft.description
                == "The service stopped.\r\nFor MORE information, see Help.\n\nhttps://rmm.example/1")
        var clean = try Bench("CleanBody=Y\nSuppressLCLink=Y")
        #expect(try clean.send(dhcp, fill).draft.description == "The service stopped.")
        var global = try Bench("[GLOBAL]\nSuppressLCLink=Y")
        #expect(try global.send(dhcp, fill).draft.description.hasSuffix("see Help."))
    }

    @Test("of the notes the first key that is there counts, Common is added to every ticket")
    func notes() throws {
        let keys = ["MB-DHCP-S.S.1033.None", "MB-DHCP-S.S.1033", "MB-DHCP-S.S..None", "MB-DHCP-S.S"]
        for first in keys.indices {
            let lines = keys[first...].reversed().map { "\($0)=note \($0)" }.joined(separator: "\n")
            var bench = try Bench("[TICKET NOTES]\nCommon=common\n\(lines)\n[INTERNAL NOTES]\n\(lines)")
            let draft = try bench.send(dhcp).draft
            #expect(draft.description == "common\n\nnote \(keys[first])")
            #expect(draft.internalNote.hasPrefix("note \(keys[first])\n\nITP event "))
        }
        var bench = try Bench("[TICKET NOTES]\nN.S.1.Fail=failed\nN.S=any\n[INTERNAL NOTES]\nCommon=<eventguid>")
        let act = try bench.send("SVC|x|1|||N.SVC.S.P3.Act")
        #expect(
            act.draft.description
                == "Remediation: Fail. The procedure could not start: no line of [REMEDIATION] fits N.SVC.\n\nfailed")
        #expect(act.draft.internalNote.hasPrefix(act.delivery?.action.reference.description ?? "-"))
        #expect(try bench.send("SVC|x|2|||N.SVC.S.P3.Alm").draft.description == "any")
    }

    @Test("a note's file is filled with macros, a PSA's own tags pass untouched")
    func files() throws {
        var bench = try Bench(
            "[TICKET NOTES]\nCommon=FILE:a.txt", notes: ["a.txt": "On <agent>: {T:5} <who> <data2>\n"])
        #expect(
            try bench.send("A|B|1|<agent>||N.EVT.S.P3.Alm").draft.description
                == "On fs1.branch.servers.acme: {T:5} <who> <agent>\n")
    }

    @Test(
        "every macro stands for what the specification says",
        arguments: [
            ("agent", "fs1.branch.servers.acme"), ("AgentMG", "branch.servers.acme"), ("agentid", "guid-1"),
            ("estatus", "New"), ("estatus1", "N"), ("rstatus", "None"), ("rstatus1", "N"), ("hostclass", "S"),
            ("hostos", "2019"), ("data1", "1033"), ("data2", "SYSTEM"), ("data3", "ERROR"), ("eventtype", "type"),
            ("priority", "3"), ("subject", dhcp), ("altsubject", "the text"), ("eventcode", "DHC"),
            ("eventguid", "00000000-0000-7000-8000-000000000001"), ("CF:Site", "12"), ("CF2:site", "12"),
            ("CF10:Site", "12"), ("CF:Empty", "???"), ("CF:None", "???"), ("CF11:Site", "<CF11:Site>"),
            ("CF1:Site", "<CF1:Site>"), ("org", "Acme Dental"), ("orgid", "acme"), ("source", "DHCP Server"),
            ("time", "2026-11-21T02:14:07.250Z"), ("count", "0"), ("nothing", "<nothing>"),
        ])
    func macros(name: String, value: String) throws {
        var bench = try Bench(
            "[PSA REWRITE]\nMB-DHCP-S.EVT.S=DHC;the text\n[TICKET NOTES]\nCommon=<\(name)>\n"
                + "[ORG acme]\nName=Acme Dental\nCF:Empty=")
        let verdict = try bench.send(dhcp) {
            $0.agent.guid = "guid-1"
            $0.agent.operatingSystem = "Windows Server 2019 Standard"
            $0.eventType = "type"
            $0.agent.customFields = [Event.Field(name: "Site", value: "12")]
        }
        #expect(verdict.draft.description == value)
    }

    @Test("the organisation's custom fields and name fill what the alert leaves open, and the trace says so")
    func organisation() throws {
        var bench = try Bench(
            "[ORG acme]\nName=Acme Dental\nServiceLevel=Gold\nCF:Site=12\nCF:Floor=3\n[TICKET NOTES]\nCommon=<cf:site> <CF:Floor>"
        )
        let verdict = try bench.send(dhcp) {
            $0.organisation.id = ""
            $0.agent.customFields = [Event.Field(name: "SITE", value: "own")]
        }
        #expect(verdict.draft.description == "own 3")
        #expect(verdict.draft.company.name == "Acme Dental" && verdict.draft.company.orgID == "acme")
        #expect(verdict.trace.steps.first?.rule?.place == "ITPConfig.ini:9")
        let named = try bench.send("EVT|DHCP|1|||N.EVT.S.P3.Alm") {
            $0.organisation.name = "ACME dental"
            $0.organisation.id = "ACME dental"
        }
        #expect(named.draft.company.orgID == "acme")
    }

    @Test(
        "the board goes by service level and host type, by service level, else it is the default; the trace says which",
        arguments: [
            ("Gold", "fs1.servers.acme", "Gold Servers", "Gold.S"),
            ("Gold", "pc1.wkstns.acme", "Gold Desks", "Gold.Workstation"),
            ("GOLD", "ups.acme", "Gold Board", "service level GOLD"),
            ("Silver", "fs1.servers.acme", "Alerts", "the default: no board for service level Silver"),
            ("", "fs1.servers.acme", "Alerts", "the default: no service level"),
        ])
    func boards(level: String, agent: String, board: String, why: String) throws {
        var bench = try Bench("PSA_CW_Gold=Gold Board\nPSA_CW_gold.s=Gold Servers\nPSA_CW_Gold.Workstation=Gold Desks")
        let verdict = try bench.send(dhcp, agent: agent) { $0.organisation.serviceLevel = level }
        #expect(verdict.draft.board == board)
        #expect(verdict.step(.compose)?.decided.contains("board '\(board)' (\(why))") == true)
    }

    @Test("company, status, source and priority are given in the words of the configuration")
    func words() throws {
        var bench = try Bench(
            "PSA_TicketNew=Fresh\nPSA_P3=Urgent\nPSA_CW_Source=ITP\nPSA_DefaultCompany=Catch\nPSA_Org_MatchByID=Y\n"
                + "[COMPANY MAP]\nacme=19301")
        let draft = try bench.send(dhcp).draft
        #expect(draft.status == "Fresh" && draft.priorityName == "Urgent" && draft.source == "ITP")
        #expect(draft.company.mapped == "19301" && draft.company.fallback == "Catch" && draft.company.matchByID)
        #expect(draft.agent == "fs1.branch.servers.acme" && draft.priority == 3)
        var plain = try Bench()
        let other = try plain.send("A|B||||N.EVT.S.P6.Alm").draft
        #expect(other.status == nil && other.priorityName == nil && other.source == "Monitor Alerts")
        #expect(other.company.mapped == nil && other.company.fallback == nil && !other.company.matchByID)
    }
}
