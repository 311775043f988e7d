import Platform
import Storage
import Synchronization

/// A thread for the long writes around the journal that no alert should wait for.
final class SegmentUpkeep: Sendable {
    /// The wait after a full disk before the next try.
    private static let fullDiskSeconds = 60

    private let spare: SpareSegment
    private let clock: any Clock
    private let onTrouble: @Sendable (String?) -> Void
    private let onFailure: @Sendable (SystemError) -> Void
    private let isWanted = Atomic(false)
    private let bell = Mailbox<Void>()
    private let thread = Guarded<SystemThread?>(nil)

    /// `onTrouble` is told where there is no room for a spare: the journal does without. `onFailure` is told when the disk
    /// fails: it will not hold the records either.
    init(
        _ spare: SpareSegment, clock: any Clock, onTrouble: @escaping @Sendable (String?) -> Void,
        onFailure: @escaping @Sendable (SystemError) -> Void
    ) throws(SystemError) {
        self.spare = spare
        self.clock = clock
        self.onTrouble = onTrouble
        self.onFailure = onFailure
        let started = try SystemThread(name: "itp-segments") { [self] in run() }
        thread.with { $0 = started }
    }

    /// Has a spare prepared if there is none.
    func prepare() {
        guard spare.isMissing, !isWanted.exchange(true, ordering: .relaxed) else { return }
        bell.wake()
    }

    /// Ends the thread.
    func stop() {
        spare.close()
        bell.close()
        thread.with { $0 }?.join()
    }

    private func run() {
        var mayTryAt: UInt64 = 0
        while true {
            bell.wait(seconds: SegmentUpkeep.fullDiskSeconds)
            if bell.isClosed { return }
            guard spare.isMissing, clock.monotonicNanoseconds >= mayTryAt, isWanted.load(ordering: .relaxed) else {
                continue
            }
            do throws(SystemError) {
                try spare.prepare()
                isWanted.store(false, ordering: .relaxed)
            } catch {
                guard error.isOutOfSpace else { return onFailure(error) }
                onTrouble("no room for the next journal segment: \(error)")
                mayTryAt = clock.monotonicNanoseconds + UInt64(SegmentUpkeep.fullDiskSeconds) * 1_000_000_000
            }
        }
    }
}
