import Decisions
import Events
import Testing

/// What decides in a stage, as tables: each class and key each way.
struct StageTableTests {
    /// A kind of day and how long after the tests' start, a Saturday of November 21, it comes.
    struct Day: CustomTestStringConvertible {
        var kind: String
        var after: Int64
        /// `Class4_*` knows weekdays and weekends; holidays count as the latter.
        var classFour: String { kind == "WD" ? "WD" : "WE" }
        var testDescription: String { kind }
    }

    static let days = [
        Day(kind: "WD", after: -24 * 3_600_000), Day(kind: "WE", after: 0), Day(kind: "HO", after: 24 * 3_600_000),
    ]

    @Test(
        "each class of [RESTRICTED] on each kind of day, in and out of each of the three hours, by the common line and by the tenant's",
        arguments: days, 0..<8)
    func restricted(day: Day, open: Int) throws {
        let (isStaffed, isCovered, isClassFour) = (open & 1 != 0, open & 2 != 0, open & 4 != 0)
        // The other kinds of day have the opposite hours: they must not count.
        let hours = { (prefix: String, kinds: [String], kind: String, isOpen: Bool) in
            kinds.map { "\(prefix)\($0)_Start=00:00\n\(prefix)\($0)_End=\(($0 == kind) == isOpen ? "23:59" : "00:00")" }
                .joined(separator: "\n")
        }
        let all = ["WD", "WE", "HO"]
        var bench = try Bench(
            """
            TimeZone=UTC
            HolidaySets=0
            \(hours("", all, day.kind, isStaffed))
            \(hours("Class4_", ["WD", "WE"], day.classFour, isClassFour))
            [RMM_SETTINGS_TWO]
            Name=Two
            [HOLIDAYSET_0]
            1122=A day off
            [COVERAGE]
            TimeZone=UTC
            HolidaySets=0
            \(hours("", all, day.kind, isCovered))
            [RESTRICTED]
            C0=0
            C1=1
            C2=2
            C3=3
            C4=4
            [RESTRICTED_TWO]
            C0=1
            C1=0
            C2=4
            C3=2

            """)
        let allows = [0: true, 1: false, 2: isStaffed, 3: isCovered, 4: isClassFour]
        let common = ["C0": 0, "C1": 1, "C2": 2, "C3": 3, "C4": 4, "C5": 0]
        // C4 and C5 fall back: to the common line, and to none.
        let two = common.merging(["C0": 1, "C1": 0, "C2": 4, "C3": 2]) { $1 }
        for (tenant, classes) in [("", common), ("TWO", two)] {
            for (category, number) in classes {
                let verdict = try bench.send(
                    "A|B|1|||N.\(category).S.P3.Alm", agent: "s.servers.\(tenant)x", after: day.after
                ) { $0.organisation.tenant = tenant }
                #expect(
                    verdict.disposition == (allows[number] == true ? .ticketed : .restricted),
                    "\(category) of '\(tenant)' is class \(number)")
            }
        }
    }

    @Test(
        "each action word, where nothing is dropped, where the tenant drops it, and where another one does",
        arguments: [
            ("Alm", .ticketed, .droppedCode), ("Act", .ticketed, .droppedCode), ("Req", .failed, .droppedCode),
            ("Log", .logged, .logged), ("Inf", .ticketed, .droppedCode), ("chk", .ticketed, .droppedCode),
        ] as [(String, Disposition, Disposition)])
    func codes(word: String, plain: Disposition, dropped: Disposition) throws {
        var bench = try Bench(
            "[RMM_SETTINGS_TWO]\nDropCodes=alm,Act,REQ,Log,Inf,Chk\n[RMM_SETTINGS_THREE]\nDropCodes=Xyz,Alma")
        for (tenant, expected) in [("", plain), ("two", dropped), ("three", plain)] {
            let verdict = try bench.send("A|B|1|||N.EVT.S.P3.\(word)", agent: "s.servers.x\(tenant)") {
                $0.organisation.tenant = tenant
            }
            #expect(verdict.disposition == expected, "'\(tenant)'")
        }
    }

    @Test("a tenant's rewrite rules go before the common ones; what they do not name the common ones decide")
    func rewrites() throws {
        var bench = try Bench(
            """
            [RMM_SETTINGS_TWO]
            [ALERT REWRITE]
            noise=CANCEL
            plain=REWRITE;EVT|Common|1|||N.EVT.S.P3.Alm
            [ALERT REWRITE_TWO]
            loud noise=REWRITE;EVT|Two|1|||N.EVT.S.P3.Alm

            """)
        let send = { (bench: inout Bench, subject: String, tenant: String) in
            try bench.send(subject, agent: "\(subject.count).servers.\(tenant)") { $0.organisation.tenant = tenant }
        }
        #expect(try send(&bench, "loud noise", "").disposition == .cancelled)
        #expect(try send(&bench, "loud noise", "two").facts.subject.contains("|Two|"))
        #expect(try send(&bench, "noise", "two").disposition == .cancelled)
        #expect(try send(&bench, "plain", "two").facts.subject.contains("|Common|"))
        #expect(try send(&bench, "neither", "two").disposition == .unparseable)
    }

    @Test("a tenant's blacklist, notes and internal notes lie over the common ones, key by key")
    func overlays() throws {
        var bench = try Bench(
            """
            [RMM_SETTINGS_TWO]
            [BLACKLIST]
            lab=Y
            printers=Y
            [BLACKLIST_TWO]
            lab=N
            kiosk=Y
            [TICKET NOTES]
            Common=common
            N.S=common note
            M.S=common M
            [TICKET NOTES_TWO]
            N.S=note of two
            [INTERNAL NOTES]
            Common=common inside
            [INTERNAL NOTES_TWO]
            Common=inside two

            """)
        let send = { (bench: inout Bench, monitor: String, group: String, tenant: String) in
            try bench.send("EVT|A|1|||\(monitor).EVT.S.P3.Alm", agent: "s\(tenant).\(group).servers.x") {
                $0.organisation.tenant = tenant
            }
        }
        for (group, primary, two) in [
            ("lab", Disposition.blacklisted, .ticketed), ("printers", .blacklisted, .blacklisted),
            ("kiosk", .ticketed, .blacklisted), ("office", .ticketed, .ticketed),
        ] as [(String, Disposition, Disposition)] {
            #expect(try send(&bench, "N", group, "").disposition == primary, "\(group)")
            #expect(try send(&bench, "N", group, "two").disposition == two, "\(group)")
        }
        #expect(try send(&bench, "N", "a", "").draft.description == "common\n\ncommon note")
        #expect(try send(&bench, "N", "a", "two").draft.description == "common\n\nnote of two")
        #expect(try send(&bench, "M", "b", "two").draft.description == "common\n\ncommon M")
        #expect(try send(&bench, "N", "c", "").draft.internalNote.hasPrefix("common inside\n\n"))
        #expect(try send(&bench, "N", "c", "two").draft.internalNote.hasPrefix("inside two\n\n"))
    }

    @Test("custom fields go by CF and CF2 to CF10; one that is unknown or empty shows as ???", arguments: 2...10)
    func customFields(number: Int) throws {
        var bench = try Bench("[TICKET NOTES]\nCommon=<CF\(number):Site> <cf\(number):Empty> <CF\(number):None>")
        let draft = try bench.send(dhcp) {
            $0.agent.customFields = [Event.Field(name: "site", value: "12"), Event.Field(name: "Empty", value: "")]
        }.draft
        #expect(draft.description == "12 ??? ???")
    }

    @Test(
        "each PSA_P key names its priority; P6 to P9 without a name are the PSA's default",
        arguments: zip(1...9, ["Critical", "High", "Medium", "Low", "Information", nil, nil, nil, nil]))
    func priorities(number: Int, standard: String?) throws {
        var plain = try Bench()
        var named = try Bench("PSA_P\(number)=Mine")
        var zero = try Bench("PSA_P\(number)=0")
        let subject = "EVT|A|1|||N.EVT.S.P\(number).Alm"
        #expect(try plain.send(subject).draft.priorityName == standard)
        #expect(try named.send(subject).draft.priorityName == "Mine")
        #expect(try zero.send(subject).draft.priorityName == standard)
    }
}
