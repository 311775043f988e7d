import Decisions
import Dispatch
import Events
import Formats
import Platform
import Settings
import Vendors

/// Reads records of which alerts hold only the ID: one search at a time, for as many as wait, again and again until the
/// Auditor answers. What waits is on record in the ledger and asked again after a start.
final class RecordRunner: Sendable {
    /// Records that wait; more are not looked for.
    private static let waitingLimit = 5000
    private static let firstPause = 5
    private static let longestPause = 900

    private struct Question: Sendable {
        var event: Identifier
        var name: String
        var id: String
    }

    private struct State: Sendable {
        var settings: NetwrixSettings?
        var waiting: [Question] = []
        var isBusy = false
        var pause = RecordRunner.firstPause
        var isStopped = false
    }

    private let state = Guarded(State())
    private let queue = DispatchQueue(label: "itp-records")
    private let courier: Courier
    private let answer: @Sendable (_ event: Identifier, _ question: String, RecordAnswer) -> Void
    private let trouble: @Sendable (String?) -> Void

    /// `trouble` hears of what is wrong with the Auditor, and that it is well again.
    init(
        _ courier: Courier, answer: @escaping @Sendable (Identifier, String, RecordAnswer) -> Void,
        trouble: @escaping @Sendable (String?) -> Void
    ) {
        self.courier = courier
        self.answer = answer
        self.trouble = trouble
    }

    func take(_ settings: NetwrixSettings?) {
        let isOther = state.with { state in
            defer { state.settings = settings }
            return state.settings != settings
        }
        guard isOther else { return }
        // Nothing is wrong with what is not asked; whoever waits is asked for at once, or in vain.
        trouble(nil)
        next()
    }

    func ask(_ event: Identifier, _ question: String, _ id: String) {
        let takes = state.with { state in
            guard state.waiting.count < RecordRunner.waitingLimit else { return false }
            state.waiting.append(Question(event: event, name: question, id: id))
            return true
        }
        guard takes else {
            return answer(event, question, .missing("\(RecordRunner.waitingLimit) records wait already"))
        }
        next()
    }

    func stop() { state.with { $0.isStopped = true } }

    /// Begins a search if something waits and none is under way.
    private func next() {
        let (turn, unasked) = state.with { state -> ((NetwrixSettings, [Question])?, [Question]) in
            guard !state.isBusy, !state.isStopped, !state.waiting.isEmpty else { return (nil, []) }
            guard let settings = state.settings else {
                defer { state.waiting = [] }
                return (nil, state.waiting)
            }
            state.isBusy = true
            return ((settings, Array(state.waiting.prefix(NetwrixAPI.recordsLimit))), [])
        }
        for question in unasked { answer(question.event, question.name, .missing("there is no [NETWRIX]")) }
        guard let (settings, questions) = turn else { return }
        let search = NetwrixAPI.search(questions.map(\.id), settings)
        var call = OutgoingCall(
            method: search.method, url: search.url, headers: search.headers.map { ($0.name, $0.value) },
            body: search.body, isIdempotent: true, totalTimeoutSeconds: Double(NetwrixAPI.timeoutSeconds),
            maxReplyBytes: NetwrixAPI.maxReplyBytes)
        if !settings.user.isEmpty { call.login = OutgoingCall.Login(user: settings.user, password: settings.password) }
        courier.send(call) { [self] outcome in
            queue.async { [self] in take(NetwrixAPI.result(of: LaneRunner.translated(outcome)), questions.count) }
        }
    }

    private func take(_ result: NetwrixAPI.Result, _ count: Int) {
        switch result {
        case .found(let records):
            let answered = state.with { state in
                defer { state.waiting.removeFirst(count) }
                state.isBusy = false
                state.pause = RecordRunner.firstPause
                return Array(state.waiting.prefix(count))
            }
            for question in answered {
                let record = records[question.id].map { RecordAnswer.found($0) }
                answer(question.event, question.name, record ?? .missing("the Auditor has no such record"))
            }
            trouble(nil)
            next()
        case .later(let reason):
            let pause = state.with { state in
                defer { state.pause = min(state.pause * 2, RecordRunner.longestPause) }
                return state.pause
            }
            trouble("Netwrix Auditor cannot be asked: \(reason)\nAlerts that hold only an ID wait for their record.")
            queue.asyncAfter(deadline: .now() + .seconds(pause)) { [weak self] in
                guard let self else { return }
                state.with { $0.isBusy = false }
                next()
            }
        }
    }
}
