/// Something that is wrong with the configuration, or will surprise somebody.
public struct Finding: Sendable, Equatable {
    /// How much it matters.
    public enum Severity: String, Sendable {
        /// The configuration cannot be used.
        case error
        /// An error for `itp check`; at load a warning, so that an old file still loads.
        case lapse
        /// It works, but perhaps not as meant.
        case warning
    }

    /// How much it matters.
    public var severity: Severity
    /// The file in which it stands, as messages show it.
    public var file: String
    /// The line, from 1; 0 where it is about the file as a whole.
    public var line: Int
    /// What is wrong, and what to write instead.
    public var message: String
    /// The tenant in whose section it stands, in the form in which section names are compared; nil where it is everybody's.
    public var tenant: String?

    /// Makes a finding.
    public init(_ severity: Severity, _ file: String, _ line: Int, _ message: String) {
        self.severity = severity
        self.file = file
        self.line = line
        self.message = message
    }
}

extension Finding: CustomStringConvertible {
    /// `file:line: error|warning: message`, as `itp check` prints it.
    public var description: String {
        "\(file)\(line > 0 ? ":\(line)" : ""): \(severity == .warning ? "warning" : "error"): \(message)"
    }
}
