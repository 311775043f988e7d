import Dispatch
import Glibc
import Platform

/// Waits for a condition that another process brings about: asks again and again, 10 ms apart, until it holds or the time
/// is over; gives whether it holds. What can say by itself that it is done (a pipe, a semaphore) is waited for there.
public func waitUntil(seconds: Int = 20, _ holds: () throws -> Bool) rethrows -> Bool {
    let clock = SystemClock()
    let end = clock.monotonicNanoseconds + UInt64(seconds) * 1_000_000_000
    while true {
        if try holds() { return true }
        guard clock.monotonicNanoseconds < end else { return false }
        letPass(milliseconds: 10)
    }
}

/// Lets some milliseconds pass on this thread: for `waitUntil`, and for a test that kills at a moment which a seed has
/// picked. It is never a way to wait for something to have happened.
public func letPass(milliseconds: Int) { poll(nil, 0, Int32(milliseconds)) }

/// Runs blocking work on a thread of its own, so that it stalls no other test, but within the task of the test, which
/// what it expects counts for.
public func onThread<Result>(_ name: String, _ work: () throws -> Result) async throws -> Result {
    try await withTaskExecutorPreference(OwnThread(name)) { try work() }
}

/// The same for what computes for long: one such work after the other, so that it leaves a processor to the other tests, some
/// of which talk to servers that give up after a time.
public func inTurn<Result>(_ work: () throws -> Result) async throws -> Result {
    try await withTaskExecutorPreference(OwnThread.ofLongWork) { try work() }
}

/// Runs a task's jobs on a queue that nothing else uses.
private final class OwnThread: TaskExecutor {
    static let ofLongWork = OwnThread("itp-long-work")

    private let queue: DispatchQueue

    init(_ name: String) { queue = DispatchQueue(label: name) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
