/// When the next spare segment is made: at once where there is none, the others in quiet seconds, so that their zeroes do not
/// stand in the way of alerts. One spare follows another after a second at the earliest.
struct SpareDemand: Sendable {
    /// So few alerts in a second are quiet.
    static let quietAlerts: UInt64 = 256
    private static let second: UInt64 = 1_000_000_000

    private let spares: Int
    private var looked: (at: UInt64, durable: UInt64) = (0, 0)

    /// `spares`: how many there may be.
    init(spares: Int) {
        self.spares = spares
    }

    /// Whether to make one now. `ready`: how many there are; `durable`: the sequence of the last record; `now` in nanoseconds, by
    /// the clock that only goes forwards.
    mutating func wantsOne(ready: Int, durable: UInt64, now: UInt64) -> Bool {
        if ready == 0 { return true }
        guard ready < spares, now - looked.at >= SpareDemand.second else { return false }
        // What is known from a longer time ago says nothing of this second. Two threads that write one after the other may tell
        // their sequences the other way round.
        let isQuiet =
            now - looked.at < 2 * SpareDemand.second && durable < looked.durable + SpareDemand.quietAlerts
        looked = (now, durable)
        return isQuiet
    }

    /// After how many seconds to look again; nil where nothing is wanted.
    func nextLook(ready: Int) -> Int? { ready < spares ? 1 : nil }
}
