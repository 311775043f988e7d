import Storage

/// The journal's size and pace, for whoever watches it.
struct JournalMeasures: Sendable {
    /// The last record that is on disk.
    var durable: UInt64 = 0
    var segments = 0
    var bytes: UInt64 = 0
    /// How long batches took to be on disk, the answers to their senders included.
    var writeTimes = Histogram.quick

    mutating func note(_ writer: JournalWriter) {
        durable = writer.durableSequence
        segments = writer.segments.count
        bytes = writer.bytes
    }
}
