/// A regular expression, ready for use. The core has none of its own: the shell hands it a compiler.
public protocol PatternMatcher: Sendable {
    /// The names of its groups.
    var groups: Set<String> { get }
    /// Looks for it in a text. The cost is bounded, whatever expression and text are.
    func match(_ text: String) -> PatternMatch
}

/// What looking for a regular expression in a text gave.
public enum PatternMatch: Sendable, Equatable {
    /// It does not occur.
    case none
    /// It occurs; the texts of the named groups that took part in it.
    case groups([String: String])
    /// It would have cost too much to find out; the reason, as half a sentence.
    case limitExceeded(String)
}

/// Why a regular expression cannot be compiled.
public struct PatternFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The place in the expression, in bytes from 0.
    public var offset: Int
    /// What is wrong there.
    public var what: String

    /// Makes a fault.
    public init(offset: Int, what: String) {
        self.offset = offset
        self.what = what
    }

    /// For instance `byte 4: missing closing parenthesis`.
    public var description: String { "byte \(offset): \(what)" }
}

/// Compiles a regular expression, or throws a `PatternFault`.
public typealias PatternCompiler = @Sendable (_ pattern: String) throws(PatternFault) -> any PatternMatcher
