public import Events
public import Storage

/// The one station for everything that waits: a heap of timer rows by their time. What is durable about them is in the
/// ledger; this only knows when to call.
public struct TimerStation: Sendable {
    private var heap: [TimerRow] = []

    /// A station without timers.
    public init() {}

    /// When the next timer is due; nil without one.
    public var next: Instant? { heap.first?.due }

    /// Adds a timer.
    public mutating func set(_ timer: TimerRow) {
        heap.append(timer)
        var child = heap.count - 1
        while child > 0, before(heap[child], heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out every timer that is due, the earliest first.
    public mutating func due(now: Instant) -> [TimerRow] {
        var fired: [TimerRow] = []
        while let first = heap.first, first.due <= now {
            fired.append(first)
            removeFirst()
        }
        return fired
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && before(heap[child], heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func before(_ left: TimerRow, _ right: TimerRow) -> Bool {
        (left.due, left.number) < (right.due, right.number)
    }
}
