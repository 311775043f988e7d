import Testing

@testable import Service

/// When the next spare segment is made.
@Suite struct SpareDemandTests {
    private let quiet = Int(SpareDemand.quietBytes)

    /// What looks so many milliseconds apart find, each with so many spares and so many bytes since the last look.
    private func looks(_ spares: Int, _ looks: [(after: UInt64, ready: Int, bytes: Int)]) -> [Bool] {
        var demand = SpareDemand(spares: spares)
        var (now, written): (UInt64, Int) = (1_000_000_000_000, 1 << 20)
        return looks.map { look in
            now += look.after * 1_000_000
            written += look.bytes
            return demand.wantsOne(ready: look.ready, written: UInt64(written), now: now)
        }
    }

    @Test("where there is none, one is made at once, however many alerts come")
    func none() {
        #expect(looks(4, [(0, 0, 5 << 20), (1, 0, 5 << 20), (5000, 0, 0)]) == [true, true, true])
    }

    @Test("the others are made after a quiet second each, and none beyond as many as there may be")
    func quietSeconds() {
        let found = looks(
            3, [(0, 1, 0), (500, 1, 0), (500, 1, 0), (999, 2, 0), (1, 2, quiet - 1), (1000, 3, 0), (1000, 3, 0)])
        #expect(found == [false, false, true, false, true, false, false])
    }

    @Test("a second with many alerts is not quiet, nor is one that was not looked at")
    func busy() {
        #expect(looks(4, [(0, 1, 0), (1000, 1, quiet), (1000, 1, 0)]) == [false, false, true])
        #expect(looks(4, [(0, 1, 0), (2000, 1, 0), (1999, 1, 0)]) == [false, false, true])
    }

    @Test("what is told after more is no burst")
    func backwards() {
        #expect(looks(4, [(0, 1, 0), (1000, 1, -30), (1000, 1, 40)]) == [false, true, true])
    }

    @Test("it looks again each second while one is wanted")
    func again() {
        let demand = SpareDemand(spares: 2)
        #expect(demand.nextLook(ready: 0) == 1)
        #expect(demand.nextLook(ready: 1) == 1)
        #expect(demand.nextLook(ready: 2) == nil)
    }
}
