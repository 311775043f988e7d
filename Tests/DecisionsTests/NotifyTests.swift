import Decisions
import Events
import Formats
import Settings
import Testing

/// Stage 14: for each key and class a case each way. 2026-11-21 is a Saturday; the help desk is never staffed here unless a
/// test says so.
struct NotifyTests {
    private static let closed = "WD_Start=08:00\nWD_End=16:59\nWE_Start=00:00\nWE_End=00:00\nTimeZone=UTC\n"
    private static let pager = "NotifyProcess=OpsGenie\nNotifyKey=env:KEY\n"

    private func sent(
        _ keys: String, _ subject: String = "EVT|Disk|C|x|y|MB-DISK.EVT.S.P2.Alm", more: String = "",
        hours: String = closed, agent: String = "fs1.branch.servers.acme", _ change: (inout Event) -> Void = { _ in }
    ) throws -> Verdict {
        var bench = try Bench(more, primary: Bench.primary + hours + keys + "\n")
        return try bench.send(subject, agent: agent, change)
    }

    private func channels(_ verdict: Verdict) -> [String] {
        verdict.notifications.map { $0.message.channel.rawValue }
    }

    @Test("without a word about notifications nobody is told, and the trace says nothing")
    func nothing() throws {
        let verdict = try sent("")
        #expect(verdict.notifications.isEmpty && verdict.step(.notify) == nil)
    }

    @Test(
        "NotifyPriority: up to it and not below",
        arguments: [
            ("", "P2", true), ("", "P3", false), ("NotifyPriority=3\n", "P3", true),
            ("NotifyPriority=1\n", "P2", false),
            ("NotifyPriority=0\n", "P1", false), ("NotifyPriority=1\n", "P1", true),
        ])
    func priority(key: String, priority: String, isTold: Bool) throws {
        let verdict = try sent(
            key + Self.pager + "NotifyOCEmail=a@b", "EVT|Disk|C|x|y|MB-DISK.EVT.S.\(priority).Alm")
        #expect(channels(verdict) == (isTold ? ["oncall", "page"] : []))
        if !isTold {
            #expect(verdict.step(.notify)?.decided == "nobody is told: no channel is for this priority and class")
        }
    }

    @Test("host class W is never paged nor mailed, whatever the priority; the NOC is told unless NOC_Restrict")
    func workstations() throws {
        let keys = Self.pager + "NotifyOCEmail=a@b\nNotifyPriority=9\nNOC-Notify=Y\nNOC_Email=n@b\nNOC_AlertLevel=3\n"
        let wkstn = "pc1.branch.wkstns.acme"
        #expect(channels(try sent(keys, agent: wkstn)) == ["noc"])
        #expect(channels(try sent(keys + "NOC_Restrict=Y", agent: wkstn)).isEmpty)
        #expect(channels(try sent(keys + "NOC_Restrict=Y")) == ["oncall", "page", "noc"])
    }

    @Test(
        "NOC_AlertLevel is its own measure; NOC-Notify switches it; NOC_Always tells it also while staffed",
        arguments: [
            ("NOC-Notify=Y\n", closed, true), ("NOC-Notify=N\n", closed, false), ("", closed, false),
            ("NOC-Notify=Y\nNOC_AlertLevel=1\n", closed, false), ("NOC-Notify=Y\nNotifyPriority=0\n", closed, true),
            ("NOC-Notify=Y\n", "TimeZone=UTC\n", false), ("NOC-Notify=Y\nNOC_Always=Y\n", "TimeZone=UTC\n", true),
        ])
    func noc(keys: String, hours: String, isTold: Bool) throws {
        let verdict = try sent(keys + "NOC_Email=noc@msp.example\nName=Example MSP", hours: hours)
        #expect(channels(verdict) == (isTold ? ["noc"] : []))
        guard let message = verdict.notifications.first?.message else { return }
        #expect(message.subject == "NOC Example MSP: P2 acme: EVT|Disk|C|x|y|MB-DISK.EVT.S.P2.Alm")
        #expect(message.body.hasPrefix("Tenant: Example MSP\n") && message.recipients == ["noc@msp.example"])
    }

    @Test("the org's PriNotify staff are mailed with the on-call staff, each once, or alone")
    func staff() throws {
        let org = "[ORG acme]\nName=Acme Dental\nPriNotify=boss@acme.example; a@b"
        let both = try sent("NotifyOCEmail=a@b, c@d", more: org)
        #expect(both.notifications.map(\.message.recipients) == [["a@b", "c@d", "boss@acme.example"]])
        #expect(try sent("", more: org).notifications.map(\.message.recipients) == [["boss@acme.example", "a@b"]])
    }

    @Test("the on-call mail's subject begins as the contract says, and its body holds the whole detail")
    func mail() throws {
        let verdict = try sent(
            "NotifyOCEmail=a@b\nRMM_EmailFrom=rmm@msp.example",
            more: "[ORG acme]\nName=Acme Dental\n[PSA REWRITE]\nMB-DISK.EVT.S=D1;Disk is full;A,B,C"
        ) { $0.body = "C: has 0 bytes left." }
        let message = try #require(verdict.notifications.first?.message)
        #expect(message.subject == "Priority Alert Notification: P2 Acme Dental: Disk is full")
        #expect(message.from == "rmm@msp.example" && message.priority == 2 && message.lane == "mail:")
        for line in [
            "Customer: Acme Dental (acme)", "Agent: fs1.branch.servers.acme", "Host class: S", "Priority: P2 High",
            "Subject: EVT|Disk|C|x|y|MB-DISK.EVT.S.P2.Alm", "C: has 0 bytes left.",
        ] { #expect(message.body.contains(line), "\(line)") }
    }

    @Test(
        "NotifySubject and NotifyBody take macros, \\n and \\\"; a subject stays one line, and values bring no new macros"
    )
    func texts() throws {
        let verdict = try sent(
            Self.pager + #"NotifySubject=P<priority>\n<data1> <nonsense>"# + "\n"
                + #"NotifyBody={"say":"<agent>\n\"<data1>\""}"#, "EVT|Disk|<org>|x|y|MB-DISK.EVT.S.P1.Alm")
        let message = try #require(verdict.notifications.first?.message)
        #expect(message.subject == "P1 <org> <nonsense>")
        #expect(message.body == "{\"say\":\"fs1.branch.servers.acme\n\"<org>\"\"}")
        let plain = try #require(try sent(Self.pager).notifications.first?.message)
        #expect(plain.subject == "P2 acme: EVT|Disk|C|x|y|MB-DISK.EVT.S.P2.Alm")
        #expect(plain.body.hasPrefix("P2 EVT|Disk|C|x|y|MB-DISK.EVT.S.P2.Alm\nCustomer: acme\nAgent: fs1."))
    }

    @Test("long texts are cut")
    func bounds() throws {
        let verdict = try sent(Self.pager + "NotifyOCEmail=a@b\nNotifyBody=<data1>", long) {
            $0.body = String(repeating: "b", count: 100_000)
        }
        #expect(verdict.notifications.map(\.message.body.count).allSatisfy { $0 <= 16_385 })
        #expect(verdict.notifications.last?.message.body.count == 4097)
        #expect(verdict.notifications.map(\.message.subject.count).allSatisfy { $0 <= 201 })
    }

    private let long = "EVT|Disk|\(String(repeating: "d", count: 9000))|x|y|MB-DISK.EVT.S.P2.Alm"

    @Test("PageWait is carried along, for P1 15 seconds at most")
    func wait() throws {
        let wait = { (keys: String, priority: Int) in
            try sent(Self.pager + keys, "EVT|Disk|C|x|y|MB-DISK.EVT.S.P\(priority).Alm").notifications.map(\.wait)
        }
        #expect(try wait("", 2) == [.seconds(60)] && wait("", 1) == [.seconds(15)])
        #expect(try wait("PageWait=5", 1) == [.seconds(5)] && wait("PageWait=0", 2) == [.seconds(0)])
    }

    @Test("a tenant that sets any Notify key inherits none of the pager's keys, and sees no other's key")
    func tenants() throws {
        let more = "[ORG globex]\nMSP=TWO\n[RMM_SETTINGS_TWO]\n"
        let org: (inout Event) -> Void = { $0.organisation.id = "globex" }
        let inherits = try sent(Self.pager + "NotifyOCEmail=a@b", more: more + "Name=Two", org)
        #expect(inherits.notifications.map(\.message.lane) == ["mail:", "page:two"])
        let own = try sent(Self.pager + "NotifyOCEmail=a@b", more: more + "NotifyPriority=9", org)
        #expect(own.notifications.isEmpty)
        let mail = try sent(
            Self.pager + "NotifyOCEmail=a@b", more: more + "NotifyProcess=Email\nNotifyEmail=two@x", org)
        #expect(mail.notifications.map(\.message.recipients) == [["two@x"]])
    }

    @Test(
        "an update is told only if its ticket turns out to be closed; a resolved event ends the problem and tells nobody"
    )
    func updates() throws {
        var bench = try Bench(
            "[GLOBAL]\nDeDupPeriod=0", primary: Bench.primary + Self.closed + Self.pager)
        let subject = "EVT|Disk|C|x|y|MB-DISK.EVT.S.P2.Alm"
        let first = try bench.send(subject)
        #expect(first.notifications.map(\.timing) == [.atOnce] && first.ended == nil)
        let update = try bench.send(subject)
        #expect(update.disposition == .updated && update.notifications.map(\.timing) == [.ifNew])
        #expect(update.step(.notify)?.decided == "page if its ticket turns out to be closed")
        let resolved = try bench.send(subject) { $0.state = .resolved }
        #expect(resolved.notifications.isEmpty && resolved.ended == first.notifications.first?.problem)
    }

    @Test("what becomes no ticket tells nobody")
    func others() throws {
        let keys = Self.pager + "NotifyOCEmail=a@b\nNOC-Notify=Y\nNOC_Email=n@b\nDropCodes=Inf\n"
        for monitor in ["MB-X.EVT.S.P1.Inf", "MB-X.EVT.S.P1.Log", "MB-X.EVT.S.P1.Req"] {
            #expect(try sent(keys, "EVT|Disk|C|x|y|\(monitor)").notifications.isEmpty)
        }
        #expect(try sent(keys, "EVT|Disk|C|x|y|MB-X.EVT.S.P1.Act").notifications.count == 3)
    }

    @Test("the decision looks at the present, not at the time of the alert, and the same present gives the same trace")
    func present() throws {
        var bench = try Bench("", primary: Bench.primary + Self.closed + Self.pager)
        let event = bench.event("EVT|Disk|C|x|y|MB-DISK.EVT.S.P2.Alm")
        let monday = try #require(Instant(rfc3339: "2026-11-23T09:00:00Z"))
        let decide = { (present: Instant?) throws -> Verdict in
            let prepared = Pipeline.prepare(event, bench.$settings)
            let decision = try Pipeline.decide(prepared, bench.$settings, memory: bench.memory, present: present)
            guard case .verdict(let verdict) = decision else { throw NoVerdict() }
            return verdict
        }
        #expect(try channels(decide(nil)) == ["page"] && channels(decide(monday)).isEmpty)
        #expect(try decide(monday).trace == decide(monday).trace)
        // A present before the alert would be a clock that was set back.
        #expect(try decide(Instant(milliseconds: 0)).trace == decide(nil).trace)
    }
}
