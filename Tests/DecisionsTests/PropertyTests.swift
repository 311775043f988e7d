import Decisions
import Events
import Formats
import Platform
import Settings
import TestSupport
import Testing

/// What holds for every event under every configuration.
struct PropertyTests {
    private static let words = [
        "EVT", "DSK", "MB-DHCP-S", "MB-PATCH", "MB-OFF", "acme", "globex", "noise", "é", "𝄞", "|", ".", ";", "=",
        "<agent>",
        "<CF:x>", "", " ", "\t", "KB503", "P3", "Alm", "S", "*", "\u{0}", "\\n", "日本", "REWRITE", "ſ", "İ", "1033",
    ]

    private static func text(_ random: inout SeededRandom, _ parts: ClosedRange<Int>) -> String {
        (0..<random.pick(parts)).map { _ in words[random.pick(0...(words.count - 1))] }.joined()
    }

    private static func monitor(_ random: inout SeededRandom) -> String {
        let names = ["MB-DHCP-S", "MB-PATCH", "MB-OFF", "MB-X"]
        let categories = ["EVT", "UPD", "STS", "SVC", "BKP"]
        let actions = ["Alm", "Act", "Req", "Log", "Inf", "act"]
        return
            "\(names[random.pick(0...3)]).\(categories[random.pick(0...4)]).\("SWAX".randomElement(using: &random) ?? "S")"
            + ".P\(random.pick(1...9)).\(actions[random.pick(0...5)])"
    }

    private static func subject(_ random: inout SeededRandom) -> String {
        if random.oneIn(5) { return text(&random, 0...12) }
        return
            "EVT|\(text(&random, 1...2))x|\(random.pick(1...3))|\(random.oneIn(3) ? "KB\(random.pick(1...4))" : "")||"
            + monitor(&random)
    }

    /// A configuration of random lines in sections of every kind. What is an error keeps it from loading: then `nil`.
    private static func settings(_ random: inout SeededRandom) -> Settings? {
        var lines = [
            "DeDupPeriod=\(random.pick(0...3))", "PFSummaryPeriod=15", "DirectPass=\(random.oneIn(2) ? "Y" : "N")",
        ]
        lines.insert("[GLOBAL]", at: 0)
        lines += ["[RMM_SETTINGS]", "DropCodes=Inf", "CleanBody=Y", "WD_Start=22:00", "WD_End=05:59", "TimeZone=UTC"]
        lines += ["[RMM_SETTINGS_TWO]", "Name=Two", "[ORG globex]", "MSP=TWO", "[PROCESSING]", "UPD:MB-PATCH=PFS"]
        lines += ["STS:MB-OFF=STS", "[RESTRICTED]"]
        for category in ["EVT", "SVC", "BKP"] where random.oneIn(2) {
            lines.append("\(category)=\(random.pick(0...4))")
        }
        lines.append("[RESTRICTED_TWO]\nBKP=\(random.pick(0...4))")
        lines.append("[ALERT REWRITE]")
        for number in 0..<random.pick(0...5) {
            let action = ["CANCEL", "REWRITE;\(subject(&random))", "PROCESS;Webroot"][random.pick(0...2)]
            lines.append("\"w\(number)\(text(&random, 1...2))\"=\(action)")
        }
        lines.append("[REMEDIATION]\n*.SVC=Restart;a,<data1>;b,\(text(&random, 0...2))")
        if random.oneIn(2) { lines.append("[BLACKLIST]\nglobex=Y") }
        if random.oneIn(3) {
            lines.append("[SILENCE s]\nOrg=acme\nWeekly=Mon 00:00-23:59\nAuthor=a\nReason=r")
        }
        lines.append("[PSA REWRITE]\nMB-X.EVT.S=\(text(&random, 0...3));\(text(&random, 0...9))")
        lines.append("[TICKET NOTES]\nCommon=\(text(&random, 0...9))")
        let text = Bench.primary + lines.joined(separator: "\n")
        let file = ConfigurationFiles.File(name: "ITPConfig.ini", bytes: Array(text.utf8))
        return Settings.load(
            ConfigurationFiles(files: [file]), zones: zones, patterns: RegularExpression.compiler
        ) { _ throws(SecretFault) in "s" }.settings
    }

    private static func event(_ number: Int, at time: Instant, _ random: inout SeededRandom) -> Event {
        let id = Identifier(milliseconds: 0, random: (1, UInt64(number)))
        var event = Event(id: id, receipt: id, receivedAt: time, source: "api", subject: subject(&random))
        event.state = random.oneIn(6) ? .resolved : .firing
        event.body = text(&random, 0...30)
        event.agent.name = random.oneIn(8) ? text(&random, 0...4) : "m\(random.pick(0...2)).servers.acme"
        event.agent.operatingSystem = ["", "Windows 10", "Windows Server 2022", "mac", "Linux 5"][random.pick(0...4)]
        event.organisation.id = ["acme", "globex", "", "x"][random.pick(0...3)]
        if random.oneIn(30) { event.organisation.tenant = "nobody" }
        if random.oneIn(5) { event.deliveryID = "d\(random.pick(0...9))" }
        if random.oneIn(9) { event.correlationKey = "k\(random.pick(0...3))" }
        event.agent.customFields = random.oneIn(4) ? [Event.Field(name: "x", value: text(&random, 0...2))] : []
        return event
    }

    /// An event that waits: its inputs so far, the question or hold, and when that is due.
    private struct Waiting {
        var event: Event
        var inputs: [String: InputAnswer]
        var name: String
        var due: Instant
        var isHold: Bool
    }

    @Test(
        "nothing traps; each event ends once, or waits with a due time and always comes back",
        arguments: 1...60 as ClosedRange<UInt64>)
    func everyEvent(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var found = Self.settings(&random)
        while found == nil { found = Self.settings(&random) }
        let settings = try #require(found)
        var desk = Desk(settings: settings)
        for number in 1...150 {
            desk.now = desk.now + .seconds(random.pick(0...120))
            try desk.fire()
            try desk.take(Self.event(number, at: desk.now, &random), [:])
        }
        var turns = 0
        while let next = desk.waiting.map(\.due).min() {
            turns += 1
            try #require(turns < 10_000, "seed \(seed): events wait for ever")
            desk.now = max(desk.now, next)
            try desk.fire()
        }
        #expect(desk.endings.count == 150, "seed \(seed)")
        #expect(desk.endings.values.allSatisfy { $0 == 1 }, "seed \(seed)")
    }

    /// Decides in order and keeps the memory, and fires timers as the service does.
    private struct Desk {
        let settings: Shared<Settings>
        var memory = TableMemory()
        var now = Bench.start
        var waiting: [Waiting] = []
        var endings: [Identifier: Int] = [:]

        init(settings: Settings) { self.settings = Shared(wrappedValue: settings) }

        mutating func take(_ event: Event, _ inputs: [String: InputAnswer]) throws {
            let prepared = Pipeline.prepare(event, settings, inputs: inputs)
            switch try Pipeline.decide(prepared, settings, memory: memory, inputs: inputs) {
            case .verdict(let verdict):
                endings[event.id, default: 0] += 1
                #expect(!verdict.trace.steps.isEmpty && !verdict.reason.isEmpty)
                #expect(verdict.trace.compact.utf8.count < 1 << 20)
                #expect((verdict.delivery == nil) == (verdict.state == .confirmed))
                if let draft = verdict.delivery?.action.draft {
                    #expect(draft.subject.utf16.count <= 100 && !draft.subject.contains(where: \.isNewline))
                }
                try apply(verdict.changes)
            case .needs(let request, _):
                #expect(inputs[request.name] == nil, "a question is asked once")
                #expect(request.patience.milliseconds > 0)
                waiting.append(
                    Waiting(
                        event: event, inputs: inputs, name: request.name, due: now + request.patience, isHold: false))
            case .parked(let hold, _):
                #expect(hold.until > now && inputs[hold.name] == nil)
                try apply(hold.changes)
                waiting.append(
                    Waiting(event: event, inputs: inputs, name: hold.name, due: hold.until, isHold: true))
            }
        }

        private mutating func apply(_ changes: [MemoryChange]) throws {
            for change in changes {
                memory.apply(change)
                guard case .cancelHold(let event, let name, let reason) = change,
                    let index = waiting.firstIndex(where: { $0.event.id == event && $0.name == name })
                else { continue }
                let held = waiting.remove(at: index)
                try take(held.event, held.inputs.merging([name: .value(reason)]) { $1 })
            }
        }

        mutating func fire() throws {
            while let index = waiting.indices.filter({ waiting[$0].due <= now }).min(by: {
                waiting[$0].due < waiting[$1].due
            }) {
                let due = waiting.remove(at: index)
                let answer = due.isHold ? Hold.release(at: due.due) : InputAnswer.unknown
                try take(due.event, due.inputs.merging([due.name: answer]) { $1 })
            }
        }
    }
}
