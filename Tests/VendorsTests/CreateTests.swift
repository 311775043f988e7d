import Events
import Formats
import Testing
import Vendors

struct CreateTests {
    @Test("a new ticket: names are resolved, the intent is declared, one POST is sent, exactly as the contract has it")
    func happyPath() throws {
        var rig = try Rig()
        #expect(try rig.deliver() == .created(Rig.ticket(101), remarks: []))
        #expect(
            rig.log == [
                "GET company/companies", "GET company/companies/statuses", "GET service/boards",
                "GET service/boards/7/statuses", "GET service/priorities", "GET service/sources",
                "GET service/boards/7/typeSubTypeItemAssociations", "intent 1", "POST service/tickets",
            ])
        let credentials = "Basic YWNtZStwdWJsaWMta2V5OnByaXZhdGUta2V5LXZhbHVl"
        let headers = [
            VendorCall.Header("Authorization", credentials), VendorCall.Header("clientId", "guid"),
            VendorCall.Header("Accept", "application/json"),
        ]
        let first = try #require(rig.calls.first)
        #expect(first.headers == headers && first.body.isEmpty && first.isIdempotent)
        #expect(
            first.url
                == "https://psa.example/v4_6_release/apis/3.0/company/companies?conditions=%28name%3D%22Acme%20Dental%22"
                + "%20or%20identifier%3D%22Acme%20Dental%22%29%20and%20deletedFlag%3DFalse&pageSize=1000&page=1")
        let post = try #require(rig.calls.last)
        #expect(post.method == "POST" && !post.isIdempotent)
        #expect(post.url == "https://psa.example/v4_6_release/apis/3.0/service/tickets")
        #expect(post.headers == headers + [VendorCall.Header("Content-Type", "application/json; charset=utf-8")])
        #expect(
            String(decoding: post.body, as: UTF8.self)
                == #"{"summary":"The subject","recordType":"ServiceTicket","board":{"id":7},"company":{"id":1},"#
                + #""externalXRef":"\#(Rig.reference)","initialDescription":"The text","#
                + #""initialInternalAnalysis":"ITP event \#(Rig.reference)","status":{"id":71},"priority":{"id":31},"#
                + #""type":{"id":21},"subType":{"id":22},"item":{"id":23},"source":{"name":"Monitor Alerts"},"#
                + #""impact":"Medium"}"#)
    }

    @Test(
        "PSA_URL is a host or a base URL, with or without codebase and version",
        arguments: [
            "psa.example", "https://psa.example", "https://psa.example//", "psa.example/v4_6_release",
            "https://psa.example/v4_6_release/apis/3.0/",
        ])
    func urls(url: String) throws {
        var rig = try Rig(url: url)
        #expect(try rig.deliver() == .created(Rig.ticket(101), remarks: []))
        #expect(rig.calls.last?.url == "https://psa.example/v4_6_release/apis/3.0/service/tickets")
    }

    @Test("in the cloud a ticket opens at the host without api-, a path of one's own is kept")
    func otherURLs() throws {
        var cloud = try Rig(url: "api-na.myconnectwise.net/v2026_1/apis/3.0")
        cloud.scripted["GET /v2026_1/apis/3.0/company/companies"] = [.status(500)]
        _ = try cloud.deliver()
        #expect(cloud.calls.first?.url.hasPrefix("https://api-na.myconnectwise.net/v2026_1/apis/3.0/company/") == true)
        var local = try Rig(url: "http://127.0.0.1:9090/connectwise")
        local.scripted["GET /connectwiseservice/boards"] = []
        _ = try local.deliver()
        #expect(
            local.calls.first?.url.hasPrefix("http://127.0.0.1:9090/connectwise/v4_6_release/apis/3.0/company") == true)
    }

    @Test(
        "companies: what [COMPANY MAP] says, else the name, then the identifier",
        arguments: [
            (nil, "Acme Dental", 1), (nil, "acmedental", 1), ("Catch All", "Acme Dental", 9), ("9", "Acme Dental", 9),
            ("CatchAll", "", 9), (nil, "Two", 12), (nil, "1", nil), (nil, "", nil),
        ] as [(String?, String, Int64?)])
    func companies(mapped: String?, name: String, id: Int64?) throws {
        var rig = try Rig()
        // A name goes before another company's identifier; a company that is barred before it makes room.
        rig.psa.lists["company/companies"]?.insert(FakeConnectWise.company(11, "Eleven", "Two"), at: 0)
        rig.psa.lists["company/companies"]?.append(FakeConnectWise.company(13, "Two", "x", status: 2))
        rig.psa.lists["company/companies"]?.append(FakeConnectWise.company(12, "Two", "y"))
        rig.psa.lists["company/companies"]?.append(FakeConnectWise.company(14, "Acme", "acmedental", status: 2))
        let report = try rig.deliver {
            $0.company.mapped = mapped
            $0.company.name = name
        }
        if let id {
            #expect(report == .created(Rig.ticket(101), remarks: []))
            #expect(rig.psa.tickets[101]?["company"]?["id"]?.integer == id)
        } else {
            #expect(report == .refused(reason: "no company for '\(name)'; write [COMPANY MAP] or PSA_DefaultCompany"))
            #expect(rig.count("POST service/tickets") == 0)
        }
    }

    @Test("with PSA_Org_MatchByID the org's ID stands in the name's place")
    func byID() throws {
        var rig = try Rig()
        let report = try rig.deliver {
            $0.company.matchByID = true
            $0.company.orgID = "CATCHALL"
        }
        #expect(report == .created(Rig.ticket(101), remarks: []))
        #expect(rig.psa.tickets[101]?["company"]?["id"]?.integer == 9)
    }

    @Test(
        "an inactive or barred company is no match: the default company takes the ticket and the trace says so",
        arguments: [("Stark", "inactive"), ("Bar", "barred from saving")])
    func barred(name: String, why: String) throws {
        var rig = try Rig()
        let report = try rig.deliver {
            $0.company.name = name
            $0.company.fallback = "Catch All"
        }
        #expect(
            report
                == .created(
                    Rig.ticket(101),
                    remarks: [
                        "the company '\(name)' is \(why)", "no company for '\(name)'",
                        "taken by the default company 'Catch All'",
                    ]))
        let refused = try rig.deliver {
            $0.company.name = "Nobody"
            $0.company.fallback = name
        }
        #expect(
            refused
                == .refused(
                    reason:
                        "no company for 'Nobody', the company '\(name)' is \(why), nor the default company '\(name)'"))
    }

    @Test("what is not there is left out with a remark, and the ticket is made")
    func remarks() throws {
        var rig = try Rig()
        let report = try rig.deliver {
            $0.status = "Stale"
            $0.priorityName = "Urgent"
            $0.source = "Elsewhere"
            $0.classification.item = "DNS"
        }
        #expect(
            report
                == .created(
                    Rig.ticket(101),
                    remarks: [
                        "no status 'Stale' on the board: its default", "no priority 'Urgent': the PSA's default",
                        "no source 'Elsewhere': left out", "'DNS' is not associated with the type: left out",
                    ]))
        let ticket = try #require(rig.psa.tickets[101])
        for key in ["status", "priority", "source", "item"] { #expect(ticket[key] == nil) }
        #expect(ticket["subType"]?["id"]?.integer == 22)
    }

    @Test("classification: the deepest level that is associated counts, an unknown type gives none")
    func classification() throws {
        var rig = try Rig()
        let noSubtype = try rig.deliver { $0.classification = .init(type: "server", subtype: "Mail", item: "x") }
        #expect(
            noSubtype
                == .created(Rig.ticket(101), remarks: ["'Mail', 'x' is not associated with the type: left out"]))
        #expect(rig.psa.tickets[101]?["type"]?["id"]?.integer == 21 && rig.psa.tickets[101]?["subType"] == nil)
        let noType = try rig.deliver { $0.classification = .init(type: "Moon", subtype: "Disk") }
        #expect(noType == .created(Rig.ticket(102), remarks: ["no type 'Moon' on the board: no classification"]))
        #expect(
            try rig.deliver { $0.classification = .init(type: "Server", subtype: "Disk") }
                == .created(Rig.ticket(103), remarks: []))
        #expect(rig.psa.tickets[103]?["subType"]?["id"]?.integer == 24 && rig.psa.tickets[103]?["item"] == nil)
        #expect(try rig.deliver { $0.classification = .init() } == .created(Rig.ticket(104), remarks: []))
    }

    @Test("names may be IDs, a name goes before an ID, Information may be called Info, no status means New")
    func names() throws {
        var rig = try Rig()
        let report = try rig.deliver {
            $0.board = "alerts"
            $0.priorityName = "Information"
            $0.status = "72"
        }
        #expect(report == .created(Rig.ticket(101), remarks: []))
        #expect(rig.psa.tickets[101]?["priority"]?["id"]?.integer == 32)
        #expect(rig.psa.tickets[101]?["status"]?["id"]?.integer == 72)
        rig.psa.lists["service/boards/70/statuses"] = []
        rig.psa.lists["service/boards/70/typeSubTypeItemAssociations"] = []
        _ = try rig.deliver { $0.board = "7" }
        #expect(rig.psa.tickets[102]?["board"]?["id"]?.integer == 70)
        #expect(rig.psa.tickets[102]?["status"] == nil)
    }

    @Test(
        "a board that is missing or inactive refuses the ticket",
        arguments: [("Nowhere", "does not exist"), ("Old", "is inactive")])
    func boards(name: String, why: String) throws {
        var rig = try Rig()
        #expect(try rig.deliver { $0.board = name } == .refused(reason: "the board '\(name)' \(why) in ConnectWise"))
        #expect(!rig.log.contains { $0.hasPrefix("intent") })
    }

    @Test("a quote in a company's name stays within its literal")
    func quoting() throws {
        var rig = try Rig()
        _ = try rig.deliver { $0.company.name = #"A" or id=1 or name="B\"# }
        let query = HTTPTarget(try #require(rig.calls.first).url).queryItems.first?.value
        let literal = #""A\" or id=1 or name=\"B\\""#
        #expect(query == "(name=\(literal) or identifier=\(literal)) and deletedFlag=False")
    }
}
