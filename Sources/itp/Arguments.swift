import Formats

/// The words of a command line, sorted into options and the rest.
struct Arguments {
    /// What a command takes.
    struct Accepted {
        /// Options that take a value, with the word for it in the help.
        var values: [String: String] = [:]
        /// Options that take none.
        var flags: [String] = []
        /// How many words may stand beside the options.
        var words: ClosedRange<Int> = 0...0
        /// What the first of these words may be; empty = anything.
        var choices: [String] = []
        /// Whether the words, but for such a first one, are files or folders.
        var takesPaths = false
    }

    private(set) var values: [String: String] = [:]
    private(set) var flags: Set<String> = []
    private(set) var words: [String] = []

    /// Reads a command's arguments. Throws `UsageError`.
    init(_ arguments: [String], _ accepted: Accepted) throws {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word.count > 2 else {
                words.append(word)
                continue
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if accepted.flags.contains(name) {
                flags.insert(name)
            } else if accepted.values[name] != nil {
                guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
                    throw UsageError("--\(name) needs a value")
                }
                values[name] = value
            } else {
                let near = nearestName(to: name, among: accepted.flags + accepted.values.keys.sorted())
                throw UsageError("unknown option --\(name)" + (near.map { "; did you mean --\($0)?" } ?? ""))
            }
        }
        guard accepted.words.contains(words.count) else {
            throw UsageError(
                words.count < accepted.words.lowerBound ? "an argument is missing" : "'\(words.last ?? "")' is too much"
            )
        }
    }

    subscript(name: String) -> String? { values[name] }

    func has(_ flag: String) -> Bool { flags.contains(flag) }
}

/// The command line cannot be understood: exit code 2.
struct UsageError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
