import Platform
import Storage
import Synchronization

/// A thread for the long writes around the journal that no alert should wait for: zeroes for the next segment, and the
/// compressing of old ones.
final class SegmentUpkeep: Sendable {
    /// A segment, by its stream and its first sequence.
    struct Target: Sendable, Hashable {
        var isOfBodies: Bool
        var first: UInt64
    }

    /// What came of compressing it.
    enum Outcome: Sendable, Equatable {
        case made
        /// It is damaged, and stays as it is.
        case damaged
        /// Something else went wrong; another time.
        case failed
    }

    /// The wait after a full disk before the next try.
    private static let fullDiskSeconds = 60

    private let spares: SpareSegments
    private let folder: JournalFolder
    private let clock: any Clock
    private let onTrouble: @Sendable (String?) -> Void
    private let onCompressed: @Sendable (Target, Outcome) -> Void
    private let onFailure: @Sendable (SystemError) -> Void
    /// The bytes of all records so far.
    private let written = Atomic<UInt64>(0)
    /// One more than how many spares had been taken when the thread was last woken for them; 0 until they are of use.
    private let asked = Atomic(0)
    private let target = Guarded<Target?>(nil)
    private let bell = Mailbox<Void>()
    private let thread = Guarded<SystemThread?>(nil)

    /// `onTrouble` is told where there is no room for a spare: the journal does without. `onFailure` is told when the disk
    /// fails: it will not hold the records either.
    init(
        _ spares: SpareSegments, of folder: JournalFolder, clock: any Clock,
        onTrouble: @escaping @Sendable (String?) -> Void,
        onCompressed: @escaping @Sendable (Target, Outcome) -> Void,
        onFailure: @escaping @Sendable (SystemError) -> Void
    ) throws(SystemError) {
        self.spares = spares
        self.folder = folder
        self.clock = clock
        self.onTrouble = onTrouble
        self.onCompressed = onCompressed
        self.onFailure = onFailure
        let started = try SystemThread(name: "itp-segments", niceness: 5) { [self] in run() }
        thread.with { $0 = started }
    }

    /// The journal has written; `written`: the bytes of all its records so far, `wantsSpare`: whether the present segment is
    /// large enough for spares to be of use.
    func noteWrite(_ written: UInt64, wantsSpare: Bool) {
        self.written.store(written, ordering: .relaxed)
        guard wantsSpare else { return }
        let now = spares.taken + 1
        // Once for each that is taken: the thread sees to the rest by itself.
        if asked.load(ordering: .relaxed) != now, asked.exchange(now, ordering: .relaxed) != now { bell.wake() }
    }

    /// Has a segment compressed; there is one at a time.
    func compress(_ next: Target) {
        target.with { $0 = next }
        bell.wake()
    }

    /// Ends the thread.
    func stop() {
        spares.close()
        bell.close()
        thread.with { $0 }?.join()
    }

    private func run() {
        var demand = SpareDemand(spares: folder.limits.spares)
        var mayTryAt: UInt64 = 0
        while true {
            let isAsked = asked.load(ordering: .relaxed) > 0
            let soon = isAsked ? demand.nextLook(ready: spares.ready) : nil
            bell.wait(seconds: soon ?? SegmentUpkeep.fullDiskSeconds)
            if bell.isClosed { return }
            if asked.load(ordering: .relaxed) > 0, clock.monotonicNanoseconds >= mayTryAt {
                do throws(SystemError) {
                    try prepare(&demand)
                } catch {
                    guard error.isOutOfSpace else { return onFailure(error) }
                    mayTryAt = clock.monotonicNanoseconds + UInt64(SegmentUpkeep.fullDiskSeconds) * 1_000_000_000
                    onTrouble("no room for the next journal segment: \(error)")
                }
            }
            // The zeroes are for alerts that come now; what is old waits for them.
            let next = target.with { target in
                defer { target = nil }
                return target
            }
            if let next { compressNow(next) }
        }
    }

    /// Makes a spare if it is time for one; beyond the first only where the disk has plenty of room.
    private func prepare(_ demand: inout SpareDemand) throws(SystemError) {
        let ready = spares.ready
        let (now, bytes) = (clock.monotonicNanoseconds, written.load(ordering: .relaxed))
        guard demand.wantsOne(ready: ready, written: bytes, now: now) else { return }
        if ready > 0 {
            guard try spares.hasPlenty() else { return }
        }
        try spares.prepare()
    }

    private func compressNow(_ target: Target) {
        do {
            let stream = target.isOfBodies ? folder.bodies : folder
            onCompressed(target, try stream.compress(target.first) ? .made : .damaged)
        } catch {
            onTrouble("an old journal segment could not be compressed: \(error)")
            onCompressed(target, .failed)
        }
    }
}
