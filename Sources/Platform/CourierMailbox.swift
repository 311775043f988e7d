import CCurl

/// What callers and the courier's thread share: the waiting calls, bounded, and the wish to stop.
@safe final class CourierMailbox: @unchecked Sendable {
    private enum State: Sendable {
        case running
        case stopping(reason: String)
        /// The multi handle is gone.
        case ended(reason: String)
    }

    private struct Shared: Sendable {
        var waiting: [Courier.Job] = []
        var state = State.running
        var failure: String?
    }

    /// What the thread has to do next.
    struct Errand: Sendable {
        var jobs: [Courier.Job]
        /// Why to stop, where it has to; `jobs` are then all that waited.
        var stopReason: String?
    }

    let settings: Courier.Settings
    /// Used by the courier's thread alone, but for `curl_multi_wakeup`, which may be called from any thread as long as the
    /// handle exists: `shared` sees to that.
    let multi: UnsafeMutableRawPointer
    private let shared = Guarded(Shared())

    init(multi: UnsafeMutableRawPointer, settings: Courier.Settings) {
        unsafe self.multi = unsafe multi
        self.settings = settings
    }

    /// Takes a call in and wakes the thread; the answer is the reason for a refusal, or nil.
    func add(_ job: Courier.Job) -> String? {
        shared.with { shared in
            switch shared.state {
            case .stopping(let reason), .ended(let reason): return reason
            case .running: break
            }
            guard shared.waiting.count < settings.maxWaitingCalls else { return "courier queue full" }
            shared.waiting.append(job)
            wake()
            return nil
        }
    }

    /// Asks the thread to stop.
    func askToStop() {
        shared.with { shared in
            guard case .running = shared.state else { return }
            shared.state = .stopping(reason: "courier stopped")
            wake()
        }
    }

    /// Writes one byte to a descriptor of libcurl's that never blocks, which is why it may happen behind the lock.
    private func wake() { unsafe curl_multi_wakeup(multi) }

    /// Up to `free` calls for the thread to start.
    func take(free: Int) -> Errand {
        shared.with { shared in
            if case .stopping(let reason) = shared.state {
                defer { shared.waiting = [] }
                return Errand(jobs: shared.waiting, stopReason: reason)
            }
            let jobs = Array(shared.waiting.prefix(free))
            shared.waiting.removeFirst(jobs.count)
            return Errand(jobs: jobs, stopReason: nil)
        }
    }

    /// Notes that libcurl itself has failed: the thread stops.
    func fail(reason: String) {
        shared.with { shared in
            shared.failure = reason
            if case .running = shared.state { shared.state = .stopping(reason: "courier failed: \(reason)") }
        }
    }

    /// Gives the multi handle back; nothing may be attached to it any more.
    func end() {
        shared.with { shared in
            var reason = "courier stopped"
            switch shared.state {
            case .ended: return
            case .stopping(let given): reason = given
            case .running: break
            }
            shared.state = .ended(reason: reason)
        }
        unsafe curl_multi_cleanup(multi)
    }

    var failure: String? { shared.with { $0.failure } }
}
