import Dispatch
import Events
import Platform
import Storage

/// What is too large to stand among the records: written and synced by a thread of its own, and only then given a place among
/// them, by a record that names it. Batches of small alerts go on meanwhile.
extension JournalRunner {
    /// Bodies in one durable write, and their bytes, beyond which no further one is added.
    private static let bodiesAtOnce = 64
    private static let bodyBytesAtOnce = 16 << 20

    func runBodies() {
        while true {
            while writeBodies() {}
            let isDone = state.with { $0.isClosed && $0.waitingBodies.isEmpty && $0.bodyWriter != nil }
            if isDone { return }
            bodyBell.wait(seconds: JournalRunner.retentionSeconds)
        }
    }

    /// Writes some bodies and waits until their records are written too; false where none waits, or the writer is with another.
    private func writeBodies() -> Bool {
        let work = state.with { state -> (batch: [Submission], writer: JournalWriter)? in
            guard !state.waitingBodies.isEmpty, let writer = state.bodyWriter else { return nil }
            state.bodyWriter = nil
            var (count, bytes) = (0, 0)
            while count < min(state.waitingBodies.count, JournalRunner.bodiesAtOnce),
                bytes < JournalRunner.bodyBytesAtOnce
            {
                bytes += state.waitingBodies[count].alert.bodyBytes
                count += 1
            }
            let batch = Array(state.waitingBodies.prefix(count))
            state.waitingBodies.removeFirst(count)
            return (batch, writer)
        }
        guard let (batch, owned) = work else { return false }
        var writer = owned
        write(batch, &writer)
        // Every body so far has its place, or never gets one: a segment that begins now may say so.
        writer.watermark = feed.durable
        let done = writer
        let mustTend = state.with { state in
            state.bodyWriter = done
            state.bodyBytes = done.bytes
            return state.compressed != nil || done.segments.count != state.bodySegments
        }
        if mustTend { bell.wake() }
        return true
    }

    private func write(_ batch: [Submission], _ writer: inout JournalWriter) {
        let first: UInt64
        do {
            first = try writer.append(
                batch.map { JournalEntry(type: JournalRunner.recordType, payload: $0.alert.bodyField) })
        } catch {
            refuse(batch, error)
            return
        }
        let placed = DispatchGroup()
        let heads = batch.enumerated().map { index, submission in
            placed.enter()
            return Submission(
                alert: submission.alert, body: first + UInt64(index), awaited: submission.waiting.awaited,
                done: { failure in
                    submission.waiting.done(failure)
                    placed.leave()
                })
        }
        // Whoever waits here was let in before: they are neither too many nor too late.
        state.with { state in
            for head in heads { state.waiting.add(head) }
        }
        bell.wake()
        placed.wait()
    }
}
