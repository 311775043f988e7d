/// When the next spare segment is made: at once where there is none, the others in quiet seconds, so that their zeroes do not
/// stand in the way of alerts.
struct SpareDemand: Sendable {
    /// So few bytes of records in a second are quiet.
    static let quietBytes: UInt64 = 256 << 10
    private static let second: UInt64 = 1_000_000_000

    private let spares: Int
    private var looked: (at: UInt64, written: UInt64) = (0, 0)

    /// `spares`: how many there may be.
    init(spares: Int) {
        self.spares = spares
    }

    /// Whether to make one now. `ready`: how many there are; `written`: the bytes of all records so far; `now` in nanoseconds, by
    /// the clock that only goes forwards.
    mutating func wantsOne(ready: Int, written: UInt64, now: UInt64) -> Bool {
        if ready == 0 { return true }
        guard ready < spares, now - looked.at >= SpareDemand.second else { return false }
        // What is known from a longer time ago says nothing of this second. Two threads that write one after the other may tell
        // their bytes the other way round.
        let isQuiet =
            now - looked.at < 2 * SpareDemand.second && written < looked.written + SpareDemand.quietBytes
        looked = (now, written)
        return isQuiet
    }

    /// After how many seconds to look again; nil where nothing is wanted.
    func nextLook(ready: Int) -> Int? { ready < spares ? 1 : nil }
}
