public import Events
public import Formats
import Glibc

/// Where chance comes from: the system in production, a seed in tests.
public protocol RandomSource: Sendable {
    /// The next 64 random bits.
    func next() -> UInt64

    /// The next 128 random bits.
    func pair() -> (UInt64, UInt64)
}

/// The kernel's random numbers (getrandom), fit for secrets.
public struct SystemRandom: RandomSource {
    /// The kernel's random numbers.
    public init() {}

    /// The next 64 random bits.
    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

/// The kernel's random numbers, fetched many at a time: for receipts, of which there are thousands a second.
public final class BufferedRandom: RandomSource {
    private static let numbersAtOnce = 32

    private let numbers = Guarded<[UInt64]>([])

    /// The kernel's random numbers.
    public init() {}

    /// The next 64 random bits; each is handed out once.
    public func next() -> UInt64 {
        numbers.with { BufferedRandom.next(&$0) }
    }

    /// The next 128 random bits.
    public func pair() -> (UInt64, UInt64) {
        numbers.with { (BufferedRandom.next(&$0), BufferedRandom.next(&$0)) }
    }

    private static func next(_ numbers: inout [UInt64]) -> UInt64 {
        if numbers.isEmpty { numbers = fetch() }
        return numbers.removeLast()
    }

    private static func fetch() -> [UInt64] {
        var fresh = [UInt64](repeating: 0, count: numbersAtOnce)
        // 256 bytes are as much as one call gives; it fails for more alone.
        let code = unsafe fresh.withUnsafeMutableBytes { unsafe getentropy($0.baseAddress, $0.count) }
        precondition(code == 0, "the kernel has no random numbers")
        return fresh
    }
}

extension RandomSource {
    /// A new identifier of that time.
    public func identifier(at time: Instant) -> Identifier {
        Identifier(milliseconds: time.milliseconds, random: pair())
    }

    /// The next 128 random bits.
    public func pair() -> (UInt64, UInt64) { (next(), next()) }

    /// That many random bytes, for tokens.
    public func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
