import Decisions
import Events
import Formats
import Platform
import Service
import Settings
import Storage
import TestSupport
import Vendors

@testable import Sandbox

/// What can happen next. Each step is one that the real threads could take at that moment.
extension World {
    private enum Step: CaseIterable {
        case post
        case decide
        case lane
        case network
        case mailLane
        case mailNetwork
        case answer
        case time
    }

    /// Runs until nothing is left to happen.
    mutating func run() throws {
        for _ in 0..<20_000 {
            // A change of a status is on its way but seldom, so that moment is looked for.
            let isChanging = calls.contains { $0.call.method == "PATCH" }
            if posted > 0, killsLeft > 0, random.oneIn(isChanging ? 3 : posted >= toPost ? 25 : 60) {
                try kill(power: random.oneIn(2))
                continue
            }
            if script.isEmpty, posted < toPost, !psa.tickets.isEmpty, random.oneIn(20) { try workByHand() }
            let steps = try Step.allCases.filter { try isPossible($0) }
            guard !steps.isEmpty else {
                guard killsLeft > 0 else { return }
                try kill(power: false)
                continue
            }
            // Time passes only now and then while there is something else to do,
            // and alerts come slowly enough for the first tickets to be there when the last ones come.
            let others = steps.filter { $0 != .time && ($0 != .post || steps.count < 3 || posted % 3 == 0) }
            let step = others.isEmpty || random.oneIn(12) ? steps[random.pick(0...steps.count - 1)] : pick(others)
            try take(step)
        }
        violations.append("the world does not come to rest")
    }

    private mutating func pick(_ steps: [Step]) -> Step { steps[random.pick(0...steps.count - 1)] }

    private func isPossible(_ step: Step) throws -> Bool {
        switch step {
        case .post: posted < toPost
        case .decide: !toDecider.isEmpty || hasRecords
        case .lane: !toLane.isEmpty
        case .network: !calls.isEmpty
        case .mailLane: !mail.toLane.isEmpty
        case .mailNetwork: !mail.calls.isEmpty
        case .answer: !questions.isEmpty
        case .time: script.isEmpty && (timers.next != nil || !ghosts.isEmpty)
        }
    }

    var hasRecords: Bool { writer.map { reader.position <= $0.durableSequence } ?? false }

    private mutating func take(_ step: Step) throws {
        switch step {
        case .post: try post()
        case .decide: try decide()
        case .lane:
            // Different problems' messages may overtake each other; a lane takes them as they come.
            let message = toLane.removeFirst()
            for effect in lane.handle(message, now: now) { take(effect) }
        case .network: try moveCall()
        case .mailLane: moveMailLane()
        case .mailNetwork: try moveMail()
        case .answer: answerQuestion()
        case .time: passTime()
        }
    }

    mutating func take(_ effect: LaneStation.Effect) {
        switch effect {
        case .call(let row, let call):
            calls.append(Call(row: row, call: call))
            mostCalls = max(mostCalls, calls.count)
        case .counted(let meter): toDecider.append(.counted(lane: account.lane, meter: meter))
        case .declareIntent(let row): toDecider.append(.intent(lane: account.lane, row: row))
        case .report(let row, let report): toDecider.append(.report(lane: account.lane, row: row, report))
        case .credentials: break
        case .condition(.open): dangers["circuit", default: 0] += 1
        case .condition, .closedDoubles: break
        }
    }

    // MARK: - Intake

    private mutating func post() throws {
        guard var journal = writer else { return }
        let isScripted = !script.isEmpty
        let batch = (0..<min(toPost - posted, random.pick(1...3))).map { _ in alert() }
        posted += batch.count
        // Long enough, now and then, for a duplicate window to pass.
        if isScripted {
            advance(by: 50 * batch.count)
        } else if random.oneIn(3) {
            advance(by: random.pick(0...90_000))
        }
        let dies = killsLeft > 0 && random.oneIn(15)
        if dies { disk.die(after: random.pick(0...2)) }
        let entries = batch.map {
            JournalEntry(
                type: JournalRecordType(rawValue: UInt16(AlertRecord.recordType)), payload: $0.encoded)
        }
        do {
            _ = try journal.append(entries)
            writer = journal
            // The answer goes out only now: from here on the alert may not be lost.
            for alert in batch { acknowledged[alert.receipt] = items(alert) }
        } catch {
            writer = journal
            guard dies else { throw error }
            dangers["killed during an append", default: 0] += 1
        }
        if dies { try kill(power: random.oneIn(2)) }
    }

    /// A technician does something to a ticket: the next alert of its problem reopens it or needs a new one, and what was
    /// touched is not closed.
    private mutating func workByHand() throws {
        guard !psa.tickets.isEmpty else { return }
        let ids = psa.tickets.map(\.id)
        let id = ids[random.pick(0...ids.count - 1)]
        let other = ids[random.pick(0...ids.count - 1)]
        let work: TechnicianWork
        switch random.pick(0...5) {
        case 0: work = .note("I am looking into it", isInternal: true)
        case 1 where other != id: work = .merge(into: other)
        default: work = .status("Closed")
        }
        try psa.perform(work, on: id, now: now.milliseconds)
        switch work {
        case .note: dangers["touched ticket", default: 0] += 1
        case .merge: dangers["merged ticket", default: 0] += 1
        default: dangers["closed ticket", default: 0] += 1
        }
    }

    private func items(_ alert: AlertRecord) -> Int { alert.peer == "batch" ? 2 : 1 }

    private mutating func alert() -> AlertRecord {
        lastReceived = max(lastReceived, now)
        let receipt = Identifier(milliseconds: now.milliseconds, random: (random.next(), random.next()))
        let isScripted = !script.isEmpty
        let one = isScripted ? script.removeFirst() : alertText()
        let isBatch = !isScripted && random.oneIn(6)
        let body = isBatch ? "{\"alerts\":[\(one),\(alertText())]}" : one
        return AlertRecord(
            receipt: receipt, receivedAt: lastReceived, source: "api", peer: "127.0.0.1",
            deliveryID: nil, body: Array(body.utf8)
        ).marked(isBatch)
    }

    private mutating func alertText() -> String {
        let machine = World.machines[random.pick(0...3)]
        let subject: String
        switch random.pick(0...9) {
        case 0: subject = "EVT|Print|1|a|b|MB-PRINT.EVT.S.P4.Alm"
        case 1: subject = "not parsable"
        case 2: subject = "STS|Agent|1|a|b|MB-OFF.STS.S.P3.Alm"
        case 3, 4: subject = "PCH|Patch|KB\(random.pick(1...3))|a|b|MB-PATCH.PCH.S.P3.Alm"
        default: subject = "EVT|Disk|\(random.pick(1...3))|a|b|MB-DISK.EVT.S.P2.Alm"
        }
        let state = random.oneIn(8) ? "resolved" : "firing"
        return "{\"subject\":\"\(subject)\",\"agent\":\"\(machine).servers.acme\",\"state\":\"\(state)\"}"
    }

    // MARK: - Decider

    mutating func decide() throws {
        let count = random.pick(0...min(4, toDecider.count))
        let messages = Array(toDecider.prefix(count))
        toDecider.removeFirst(count)
        try ledger.begin()
        for message in messages { try decider.handle(message, now: now) }
        let durable = writer?.durableSequence ?? 0
        for _ in 0..<random.pick(0...3) {
            guard let record = try reader.next(upTo: durable) else { break }
            let prepared = PreparedRecord(try AlertRecord(decoding: record.payload), $settings)
            try decider.handle(.record(sequence: record.sequence, prepared), now: now)
        }
        try decider.release(now: now)
        if killsLeft > 0, random.oneIn(40) {
            dangers["killed before a commit", default: 0] += 1
            try ledger.rollback()
            return try kill(power: random.oneIn(2))
        }
        try ledger.commit()
        if killsLeft > 0, random.oneIn(40) {
            dangers["killed after a commit", default: 0] += 1
            return try kill(power: random.oneIn(2))
        }
        carryOut(decider.takeEffects())
    }

    private mutating func answerQuestion() {
        let (event, request) = questions.remove(at: random.pick(0...questions.count - 1))
        guard !random.oneIn(3) else { return }
        let answer = random.oneIn(2) ? InputAnswer.unknown : .value(now.description)
        toDecider.append(.answer(event: event, question: request.name, answer))
    }

    /// Time goes on to whatever comes next by itself.
    private mutating func passTime() {
        let next = ([timers.next].compactMap(\.self) + ghosts.map(\.arrives)).min() ?? now
        advance(by: Int(max(0, (next - now).milliseconds)) + random.pick(0...20))
    }

    mutating func advance(by milliseconds: Int) {
        now = now + Instant.Span(milliseconds: Int64(milliseconds))
        for ghost in ghosts where ghost.arrives <= now {
            if ghost.call.method == "POST" { dangers["late POST", default: 0] += 1 }
            _ = perform(ghost.call)
        }
        ghosts.removeAll { $0.arrives <= now }
        for timer in timers.due(now: now) { toDecider.append(.due(timer)) }
    }
}

extension AlertRecord {
    /// The peer tells the test how many items the alert holds; the pipeline does not look at it.
    fileprivate func marked(_ isBatch: Bool) -> AlertRecord {
        var alert = self
        if isBatch { alert.peer = "batch" }
        return alert
    }
}
