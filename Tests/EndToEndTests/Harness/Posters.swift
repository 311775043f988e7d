import Formats
import Platform
import TestSupport

/// A bounded client: posts alerts over several connections, each again until it is answered, to a service that may be
/// gone and come back elsewhere.
final class Posters: Sendable {
    private struct State: Sendable {
        var address: String?
        /// Indices of alerts that wait to be posted, the next last.
        var waiting: [Int]
        var inFlight = 0
        /// By the alert's index: the ID with which it was accepted.
        var answered: [Int: String] = [:]
        /// No more than so many are answered until it is raised.
        var limit = 0
        var isAbandoned = false
    }

    private let alerts: [Alert]
    private let state: Guarded<State>
    private let threads = Guarded<[SystemThread]>([])

    init(_ alerts: [Alert], connections: Int) throws {
        self.alerts = alerts
        state = Guarded(State(waiting: Array(alerts.indices.reversed())))
        for number in 1...connections {
            let thread = try SystemThread(name: "itp-poster-\(number)") { [self] in run() }
            threads.with { $0.append(thread) }
        }
    }

    /// The accepted alerts: their IDs by index.
    var answered: [Int: String] { state.with { $0.answered } }

    /// Posts to this address from now on, until so many alerts are answered.
    func post(to address: String, limit: Int) {
        state.with {
            $0.address = address
            $0.limit = limit
        }
    }

    /// Waits until so many alerts are answered.
    func wait(for count: Int, seconds: Int = 30) throws {
        guard waitUntil(seconds: seconds, { state.with { $0.answered.count >= count } }) else {
            throw Trouble("only \(answered.count) of \(count) alerts were answered")
        }
    }

    /// Ends the threads.
    func end() {
        state.with { $0.isAbandoned = true }
        for thread in threads.with({ $0 }) { thread.join() }
    }

    private func run() {
        var connection: (address: String, Connection)?
        while !state.with({ $0.isAbandoned }) {
            guard let (index, address) = next() else {
                letPass(milliseconds: 1)
                continue
            }
            do {
                if connection?.address != address { connection = (address, try Connection(address)) }
                let answer = try connection?.1.ask("POST", "/v1/alerts", Alert.headers, alerts[index].body)
                let id = answer?.status == 200 ? answer?.json["ids"]?.array?.first?.string : nil
                settle(index, id)
            } catch {
                // The service is gone; the alert may or may not have been accepted, so it is posted again.
                connection = nil
                settle(index, nil)
                letPass(milliseconds: 1)
            }
        }
    }

    private func next() -> (Int, String)? {
        state.with { state in
            guard let address = state.address, state.answered.count + state.inFlight < state.limit,
                let index = state.waiting.popLast()
            else { return nil }
            state.inFlight += 1
            return (index, address)
        }
    }

    private func settle(_ index: Int, _ id: String?) {
        state.with { state in
            state.inFlight -= 1
            if let id {
                state.answered[index] = id
            } else {
                state.waiting.append(index)
            }
        }
    }
}
