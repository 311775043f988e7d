import CPlatform
import Glibc

/// The list that epoll fills. Safe from outside: only what the last `wait` wrote can be read.
@safe
struct EpollEvents {
    private var list: [epoll_event]
    private(set) var count = 0

    init(capacity: Int) { unsafe list = [epoll_event](repeating: epoll_event(), count: capacity) }

    /// Asks what is ready, and waits so long if nothing is. A signal in between is no harm: the next turn asks again.
    mutating func poll(_ epoll: Int32, waitMilliseconds: Int32 = 0) {
        count = max(0, unsafe Int(epoll_wait(epoll, &list, Int32(list.count), waitMilliseconds)))
    }

    func token(at index: Int) -> UInt64 {
        precondition(index < count)
        return unsafe withUnsafePointer(to: list[index]) { unsafe itp_epoll_token($0) }
    }

    func ready(at index: Int) -> UInt32 {
        precondition(index < count)
        return unsafe list[index].events
    }
}
