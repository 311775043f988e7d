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

    private let spare: SpareSegment
    private let folder: JournalFolder
    private let clock: any Clock
    private let onTrouble: @Sendable (String?) -> Void
    private let onCompressed: @Sendable (Target, Outcome) -> Void
    private let onFailure: @Sendable (SystemError) -> Void
    private let isWanted = Atomic(false)
    private let target = Guarded<Target?>(nil)
    private let bell = Mailbox<Void>()
    private let thread = Guarded<SystemThread?>(nil)

    /// `onTrouble` is told where there is no room for a spare: the journal does without. `onFailure` is told when the disk
    /// fails: it will not hold the records either.
    init(
        _ spare: SpareSegment, of folder: JournalFolder, clock: any Clock,
        onTrouble: @escaping @Sendable (String?) -> Void,
        onCompressed: @escaping @Sendable (Target, Outcome) -> Void,
        onFailure: @escaping @Sendable (SystemError) -> Void
    ) throws(SystemError) {
        self.spare = spare
        self.folder = folder
        self.clock = clock
        self.onTrouble = onTrouble
        self.onCompressed = onCompressed
        self.onFailure = onFailure
        let started = try SystemThread(name: "itp-segments", niceness: 5) { [self] in run() }
        thread.with { $0 = started }
    }

    /// Has a spare prepared if there is none.
    func prepare() {
        guard spare.isMissing, !isWanted.exchange(true, ordering: .relaxed) else { return }
        bell.wake()
    }

    /// Has a segment compressed; there is one at a time.
    func compress(_ next: Target) {
        target.with { $0 = next }
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
            if spare.isMissing, clock.monotonicNanoseconds >= mayTryAt, isWanted.load(ordering: .relaxed) {
                do throws(SystemError) {
                    try spare.prepare()
                    isWanted.store(false, ordering: .relaxed)
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
