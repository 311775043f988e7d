/// How often something took how long, in steps that are set beforehand: adding to it costs the same however much it holds.
struct Histogram: Sendable {
    /// The upper ends of the steps, in nanoseconds; what took longer is counted beyond the last.
    let bounds: [UInt64]
    /// One more than there are bounds.
    private(set) var counts: [Int]
    private(set) var sumNanoseconds: UInt64 = 0
    private(set) var count = 0

    /// For what this machine does by itself.
    static let quick = Histogram(milliseconds: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500])
    /// For what somebody else has to answer.
    static let slow = Histogram(milliseconds: [
        10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000,
    ])

    private init(milliseconds: [Double]) {
        bounds = milliseconds.map { UInt64($0 * 1_000_000) }
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func add(nanoseconds: UInt64) {
        var step = 0
        while step < bounds.count, nanoseconds > bounds[step] { step += 1 }
        counts[step] += 1
        sumNanoseconds &+= nanoseconds
        count += 1
    }

    /// The milliseconds within which that share of all was done, read between the steps; nil where there is none.
    func milliseconds(of share: Double) -> Double? {
        guard count > 0 else { return nil }
        let wanted = Double(count) * share
        var below = 0
        for (step, here) in counts.enumerated() where here > 0 {
            defer { below += here }
            guard Double(below + here) >= wanted else { continue }
            let low = step == 0 ? 0 : Double(bounds[step - 1])
            // Of what took longer than the last step nothing more is known.
            let high = step < bounds.count ? Double(bounds[step]) : low
            return (low + (high - low) * (wanted - Double(below)) / Double(here)) / 1_000_000
        }
        return nil
    }
}
