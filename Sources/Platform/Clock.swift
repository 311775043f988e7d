public import Events
import Glibc

/// Where the time comes from. The core is handed instants; only the shell asks a clock.
public protocol Clock: Sendable {
    /// The wall clock's time. It may jump.
    var now: Instant { get }
    /// Nanoseconds on a clock that only goes forwards, from an arbitrary start; for durations and time-outs.
    var monotonicNanoseconds: UInt64 { get }
}

/// The clock of the machine.
public struct SystemClock: Clock {
    /// The clock of the machine.
    public init() {}

    /// CLOCK_REALTIME in milliseconds.
    public var now: Instant {
        let time = read(CLOCK_REALTIME)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// CLOCK_MONOTONIC.
    public var monotonicNanoseconds: UInt64 {
        let time = read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Nanoseconds of processor time that the calling thread has had; for measuring work beside others that run.
    public var threadNanoseconds: UInt64 {
        let time = read(CLOCK_THREAD_CPUTIME_ID)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private func read(_ id: clockid_t) -> timespec {
        var time = timespec()
        unsafe clock_gettime(id, &time)
        return time
    }
}

/// Lets time pass on this thread; a signal may make it less.
public func letTimePass(nanoseconds: UInt64) {
    var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    _ = unsafe clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nil)
}
