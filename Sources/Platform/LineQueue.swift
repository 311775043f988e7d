import Dispatch

/// What a `LineQueue` writes to. One thread alone calls it; it may wait as long as it likes.
public protocol LineWriter: Sendable {
    /// What is written in one piece.
    associatedtype Line: Sendable
    /// Writes one; false where it is lost.
    mutating func write(_ line: Line) -> Bool
    /// The line that says how many were lost before it.
    func notice(ofLost lost: Int) -> Line
}

/// A bounded queue of lines and the thread that writes them: nobody else ever waits for whoever reads them. What does not fit,
/// or cannot be written, is dropped and counted, and said once lines flow again.
public final class LineQueue<Writer: LineWriter>: Sendable {
    private struct Batch: Sendable {
        var lines: [Writer.Line] = []
        /// How many were dropped after its last line.
        var lost = 0
        var isLast = false
    }

    private struct State: Sendable {
        var waiting: [Writer.Line] = []
        var bytes = 0
        /// Dropped since the last batch was taken.
        var lost = 0
        var dropped = 0
        var isClosed = false
    }

    private let state = Guarded(State())
    private let arrived = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let maxBytes: Int

    /// Starts the thread. `maxBytes` is what may wait while the writer is at work, which holds as much again.
    public init(_ writer: Writer, name: String, maxBytes: Int) throws(SystemError) {
        self.maxBytes = maxBytes
        _ = try SystemThread(name: name) { [self] in run(writer) }
    }

    /// How many lines were dropped since the beginning.
    public var dropped: Int { state.with { $0.dropped } }

    /// Takes a line of that many bytes, or drops it. Never waits.
    public func put(_ line: Writer.Line, bytes: Int) {
        let isFirst = state.with { state in
            // After a dropped line the next ones are dropped as well, so that the gap is in one place.
            guard !state.isClosed, state.lost == 0, state.bytes + bytes <= maxBytes else {
                state.lost += 1
                state.dropped += 1
                return false
            }
            state.waiting.append(line)
            state.bytes += bytes
            return state.waiting.count == 1
        }
        if isFirst { arrived.signal() }
    }

    /// Takes no more and waits until all is written, so long at most: a writer that is stuck is left behind.
    public func finish(seconds: Int) {
        let isFirst = state.with { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        arrived.signal()
        _ = ended.wait(timeout: .now() + .seconds(seconds))
    }

    private func run(_ given: Writer) {
        var writer = given
        var lost = 0
        while true {
            let batch = next()
            var flows = true
            for line in batch.lines {
                flows = writer.write(line)
                if flows { continue }
                lost += 1
                state.with { $0.dropped += 1 }
            }
            lost += batch.lost
            if lost > 0, flows, writer.write(writer.notice(ofLost: lost)) { lost = 0 }
            if batch.isLast { break }
        }
        ended.signal()
    }

    /// Waits for lines, or for the end.
    private func next() -> Batch {
        while true {
            let batch = state.with { state in
                let batch = Batch(lines: state.waiting, lost: state.lost, isLast: state.isClosed)
                (state.waiting, state.bytes, state.lost) = ([], 0, 0)
                return batch
            }
            if batch.isLast || !batch.lines.isEmpty { return batch }
            arrived.wait()
        }
    }
}
