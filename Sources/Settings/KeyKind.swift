import Formats

/// What may stand behind a key.
enum KeyKind: Sendable {
    case text
    /// May be `env:NAME` or `file:/path`; never shown.
    case secret
    case flag
    case integer(ClosedRange<Int>)
    /// Out of range, the nearest end of the range is taken, with a warning.
    case clamped(ClosedRange<Int>)
    /// `8:00`, `08:00` or `08:00:00`.
    case time
    /// `10`, `10s`, `5m`, `24h`, `31d`; the unit for a bare number in seconds.
    case duration(unit: Int)
    /// `1048576`, `64K`, `64 MiB`.
    case bytes
    case oneOf([String])

    /// What is wrong with a value, as half a sentence; nil where nothing is. An empty value is the default of every key.
    func fault(in value: String) -> String? {
        guard !value.isEmpty else { return nil }
        switch self {
        case .text, .secret:
            return nil
        case .flag:
            return parseFlag(value) == nil ? "'\(value)' is neither true nor false; write Y or N" : nil
        case .integer(let range), .clamped(let range):
            guard let number = Int(value) else { return "'\(value)' is no whole number; write \(words(range))" }
            if case .clamped = self { return nil }
            return range.contains(number) ? nil : "\(number) is out of range; write \(words(range))"
        case .time:
            return parseMinuteOfDay(value) == nil ? "'\(value)' is no time of day; write for instance 08:00" : nil
        case .duration:
            return parseDuration(value, unit: 1) == nil
                ? "'\(value)' is no length of time; write for instance 90s, 5m, 24h or 31d" : nil
        case .bytes:
            return parseBytes(value) == nil ? "'\(value)' is no size; write for instance 64 MiB" : nil
        case .oneOf(let words):
            guard !words.contains(where: { $0.equalsIgnoringCase(value) }) else { return nil }
            let near = nearestName(to: value, among: words).map { "did you mean \($0)? " } ?? ""
            return "'\(value)' is not known here; \(near)write one of \(words.joined(separator: ", "))"
        }
    }

    private func words(_ range: ClosedRange<Int>) -> String {
        range.upperBound == SectionKind.anyNumber.upperBound
            ? "\(range.lowerBound) or more, at most \(range.upperBound)" : "\(range.lowerBound) … \(range.upperBound)"
    }
}

/// True is a non-zero number, T, True, Y, Yes, On; false is 0, F, False, N, No, Off, empty; nil is anything else.
func parseFlag(_ value: String) -> Bool? {
    if let number = Int(value) { return number != 0 }
    switch value.lowercased() {
    case "t", "true", "y", "yes", "on": return true
    case "f", "false", "n", "no", "off", "": return false
    default: return nil
    }
}

/// The minute of the day of `8:00`, `08:00` or `08:00:00`; nil for anything else.
func parseMinuteOfDay(_ value: String) -> Int? {
    let parts = value.split(separator: ":", omittingEmptySubsequences: false)
    let isDigit = { (byte: UInt8) in byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    guard parts.count == 2 || parts.count == 3,
        parts.allSatisfy({ (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) }),
        let hour = Int(parts[0]), let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
    else { return nil }
    if parts.count == 3, Int(parts[2]) != 0 { return nil }
    return hour * 60 + minute
}

/// Seconds of a number with a unit (s, m, h, d, w); a bare number counts in `unit` seconds.
func parseDuration(_ value: String, unit: Int) -> Int? {
    let text = value.trimmed.lowercased()
    let digits = text.prefix { $0.isNumber }
    guard let number = Int(digits), number >= 0 else { return nil }
    let factors = ["": unit, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    guard let factor = factors[text.dropFirst(digits.count).trimmed] else { return nil }
    let (seconds, overflow) = number.multipliedReportingOverflow(by: factor)
    // A hundred years: whoever writes more has slipped, and reckoning with it must not overflow.
    return overflow || seconds > 3_155_760_000 ? nil : seconds
}

/// Bytes of a number with a unit: K, M, G with or without `B` or `iB`, always powers of 1024.
func parseBytes(_ value: String) -> Int? {
    let text = value.trimmed.lowercased()
    let digits = text.prefix { $0.isNumber }
    guard let number = Int(digits) else { return nil }
    var unit = text.dropFirst(digits.count).trimmed
    for suffix in ["ib", "b"] where unit.hasSuffix(suffix) {
        unit.removeLast(suffix.count)
        break
    }
    guard let shift = ["": 0, "k": 10, "m": 20, "g": 30, "t": 40][unit] else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
    return overflow || bytes > 1 << 50 ? nil : bytes
}
