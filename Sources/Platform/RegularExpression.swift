import CPCRE2
public import Formats

/// A regular expression of PCRE2: UTF-8, upper and lower case alike, `^` and `$` the ends of the text unless `(?m)` is said.
///
/// It is interpreted, not compiled to machine code: nothing has to be both writable and executable, and every limit holds.
/// Many threads may use one at the same time.
@safe public final class RegularExpression: PatternMatcher {
    /// A longer expression is refused.
    public static let maxPatternBytes = 4096
    /// Of a longer text, only the beginning is looked at.
    public static let maxTextBytes = 64 << 10
    /// Backtracking from one start in the text.
    public static let maxMatches: UInt32 = 1_000_000
    /// How deep backtracking may nest.
    public static let maxDepth: UInt32 = 100_000
    /// Memory for backtracking.
    public static let maxHeapKibibytes: UInt32 = 16 << 10
    /// Items of the expression tried and bytes moved over, in one text: some tens of milliseconds.
    public static let maxSteps = 4_000_000

    /// The compiler that the settings are loaded with.
    public static let compiler: PatternCompiler = { pattern throws(PatternFault) in try RegularExpression(pattern) }

    /// The names of its groups.
    public let groups: Set<String>
    private let named: [(name: String, group: UInt32)]
    // It is never changed after it was made, and PCRE2 lets any number of threads match by it.
    private nonisolated(unsafe) let code: OpaquePointer

    /// Compiles an expression.
    public init(_ pattern: String) throws(PatternFault) {
        let bytes = Array(pattern.utf8)
        var fault: Int32 = 0
        var offset = 0
        let compiled = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe itp_pcre_compile(
                buffer.baseAddress, buffer.count, RegularExpression.maxPatternBytes, &fault, &offset)
        }
        guard let compiled = unsafe compiled else {
            throw PatternFault(offset: offset, what: RegularExpression.message(fault))
        }
        unsafe code = compiled
        var named: [(name: String, group: UInt32)] = []
        let count = unsafe itp_pcre_name_count(compiled)
        for index in 0..<count {
            var group: UInt32 = 0
            if let name = unsafe itp_pcre_name(compiled, index, &group) {
                named.append((unsafe String(cString: name), group))
            }
        }
        self.named = named
        groups = Set(named.map(\.name))
    }

    deinit { unsafe itp_pcre_free(code) }

    /// Looks for the expression in a text.
    public func match(_ text: String) -> PatternMatch {
        let bytes = RegularExpression.beginning(of: text)
        guard let data = unsafe itp_pcre_data(code) else { return .limitExceeded("there is no memory to match in") }
        defer { unsafe itp_pcre_data_free(data) }
        var limits = itp_pcre_limits(
            matches: RegularExpression.maxMatches, depth: RegularExpression.maxDepth,
            heap_kibibytes: RegularExpression.maxHeapKibibytes, steps: RegularExpression.maxSteps)
        let result = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe itp_pcre_match(code, buffer.baseAddress, buffer.count, data, &limits)
        }
        if itp_pcre_is_no_match(result) != 0 { return .none }
        if itp_pcre_is_callout(result) != 0 {
            return .limitExceeded("it takes more than \(RegularExpression.maxSteps) steps")
        }
        guard result > 0 else { return .limitExceeded(RegularExpression.message(result)) }
        var found: [String: String] = [:]
        for (name, group) in named where found[name] == nil {
            var start = 0
            var end = 0
            guard unsafe itp_pcre_group(data, group, &start, &end) != 0, end <= bytes.count else { continue }
            found[name] = String(decoding: bytes[start..<end], as: UTF8.self)
        }
        return .groups(found)
    }

    /// The bytes that are looked at; a character is not cut in two.
    private static func beginning(of text: String) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(maxTextBytes + 1))
        guard bytes.count > maxTextBytes else { return bytes }
        var end = maxTextBytes
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(bytes[..<end])
    }

    private static func message(_ fault: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 256)
        unsafe itp_pcre_message(fault, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
}
