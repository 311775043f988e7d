public import Events
public import Formats
import Glibc

/// Where chance comes from: the system in production, a seed in tests.
public protocol RandomSource: Sendable {
    /// The next 64 random bits.
    func next() -> UInt64
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

extension RandomSource {
    /// A new identifier of that time.
    public func identifier(at time: Instant) -> Identifier {
        Identifier(milliseconds: time.milliseconds, random: (next(), next()))
    }

    /// That many random bytes, for tokens.
    public func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
