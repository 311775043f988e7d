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
    /// The last record's sequence; 0 until the present segment is large enough for spares to be of use.
    private let durable = Atomic<UInt64>(0)
    /// How many spares there were when the thread was last woken for them.
    private let known = Atomic(-1)
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

    /// Alerts were written, up to this sequence, into a segment that is large enough for spares to be of use.
    func noteWrite(upTo sequence: UInt64) {
        durable.store(sequence, ordering: .relaxed)
        let ready = spares.ready
        // Once for each number: the thread sees to it by itself from then on.
        if known.load(ordering: .relaxed) != ready, known.exchange(ready, ordering: .relaxed) != ready { bell.wake() }
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
            let isAsked = durable.load(ordering: .relaxed) > 0
            let soon = isAsked ? demand.nextLook(ready: spares.ready) : nil
            bell.wait(seconds: soon ?? SegmentUpkeep.fullDiskSeconds)
            if bell.isClosed { return }
            let (now, last) = (clock.monotonicNanoseconds, durable.load(ordering: .relaxed))
            if last > 0, now >= mayTryAt, demand.wantsOne(ready: spares.ready, durable: last, now: now) {
                do throws(SystemError) {
                    try spares.prepare()
                    // It may be taken already.
                    known.store(-1, ordering: .relaxed)
                } catch {
                    guard error.isOutOfSpace else { return onFailure(error) }
                    onTrouble("no room for the next journal segment: \(error)")
                    mayTryAt = clock.monotonicNanoseconds + UInt64(SegmentUpkeep.fullDiskSeconds) * 1_000_000_000
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
