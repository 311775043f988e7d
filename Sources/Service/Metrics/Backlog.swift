/// Since when the oldest record waits that is not decided: times are noted now and then, so that it costs next to nothing.
struct Backlog: Sendable {
    private struct Mark: Sendable {
        var sequence: UInt64
        var nanoseconds: UInt64
    }

    /// Between two marks.
    private static let spacingNanoseconds: UInt64 = 1_000_000_000
    /// Marks that are kept: beyond it, every other is forgotten.
    private static let limit = 4096

    private var marks: [Mark] = []
    /// The last record that is durable.
    private(set) var durable: UInt64 = 0

    /// Records up to this one are durable.
    mutating func note(_ sequence: UInt64, at now: UInt64) {
        guard sequence > durable || marks.isEmpty else { return }
        durable = sequence
        if let last = marks.last, now - last.nanoseconds < Backlog.spacingNanoseconds {
            marks[marks.count - 1].sequence = sequence
            return
        }
        if marks.count == Backlog.limit {
            marks = marks.indices.filter { !$0.isMultiple(of: 2) }.map { marks[$0] }
        }
        marks.append(Mark(sequence: sequence, nanoseconds: now))
    }

    /// How many records wait, and how long the oldest of them has waited, exact to about a second.
    mutating func waiting(after watermark: UInt64, now: UInt64) -> (records: UInt64, nanoseconds: UInt64) {
        guard durable > watermark else {
            marks = []
            return (0, 0)
        }
        if let first = marks.firstIndex(where: { $0.sequence > watermark }) { marks.removeFirst(first) }
        let since = marks.first?.nanoseconds ?? now
        return (durable - watermark, now > since ? now - since : 0)
    }
}
