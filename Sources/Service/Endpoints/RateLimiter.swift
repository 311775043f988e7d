import Formats
import HTTPServer
import Platform
import Settings
import Synchronization

/// How often each sender may ask: a bucket for each address, that fills up steadily. What is asked beyond that costs the service
/// little and the others nothing.
final class RateLimiter: Sendable {
    /// Addresses that are remembered. Beyond that those whose buckets are full are forgotten, which changes nothing for them;
    /// if there are none, all are.
    static let maxAddresses = 65_536

    private struct Bucket: Sendable {
        /// In units of one request divided by the nanoseconds that it takes to earn one.
        var level: UInt64
        var since: UInt64
    }

    private struct State: Sendable {
        var limit: RateLimit?
        var buckets: [IPAddress: Bucket] = [:]
    }

    private let state: Guarded<State>
    /// Whether there is a limit: without one nothing is looked up.
    private let isOn: Atomic<Bool>

    init(_ limit: RateLimit?) {
        state = Guarded(State(limit: limit))
        isOn = Atomic(limit != nil)
    }

    /// Another limit from now on; what was used up stays so.
    func apply(_ limit: RateLimit?) {
        state.with { $0.limit = limit }
        isOn.store(limit != nil, ordering: .relaxed)
    }

    /// How many addresses are remembered.
    var count: Int { state.with { $0.buckets.count } }

    /// Nil where the peer may ask now, and that is counted; else 429 with the time after which it may. Who comes through a Unix
    /// socket has no limit.
    func refusal(_ peer: HTTPPeer, at time: @autoclosure () -> UInt64) -> HTTPResponse? {
        guard isOn.load(ordering: .relaxed), let address = peer.address else { return nil }
        let now = time()
        let key = RateLimiter.key(address)
        let wait = state.with { state -> UInt64 in
            guard let limit = state.limit else { return 0 }
            let cost = UInt64(limit.seconds) * 1_000_000_000 / UInt64(limit.count)
            let capacity = UInt64(limit.seconds) * 1_000_000_000
            var bucket = state.buckets[key] ?? Bucket(level: capacity, since: now)
            bucket.level = min(capacity, bucket.level + (now > bucket.since ? now - bucket.since : 0))
            bucket.since = now
            let wait = bucket.level >= cost ? 0 : cost - bucket.level
            if wait == 0 { bucket.level -= cost }
            if state.buckets.count >= RateLimiter.maxAddresses, state.buckets[key] == nil {
                RateLimiter.forget(&state.buckets, capacity, now)
            }
            state.buckets[key] = bucket
            return wait
        }
        guard wait > 0 else { return nil }
        var response = HTTPResponse.problem(
            status: 429, detail: "too many requests from \(peer.host); [LISTEN] RateLimit says how many there may be")
        response.headers.append(("Retry-After", String((wait + 999_999_999) / 1_000_000_000)))
        return response
    }

    /// Whoever has an IPv6 network has 2^64 addresses of it.
    private static func key(_ address: IPAddress) -> IPAddress {
        address.isIPv4 ? address : IPAddress(high: address.high, low: 0)
    }

    private static func forget(_ buckets: inout [IPAddress: Bucket], _ capacity: UInt64, _ now: UInt64) {
        buckets = buckets.filter { $0.value.level + (now > $0.value.since ? now - $0.value.since : 0) < capacity }
        if buckets.count >= maxAddresses { buckets = [:] }
    }
}
