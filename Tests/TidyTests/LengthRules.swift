/// No file is longer than what can be read in one go.
let maxFileLines = 400
/// No function is longer than a screen or two.
let maxFunctionLines = 70

/// Whether a file is too long.
func fileLengthComplaints(_ path: String, _ text: String) -> [String] {
    let count = text.utf8.count { $0 == 0x0A }
    return count > maxFileLines ? ["\(path): \(count) lines; split it by ideas, \(maxFileLines) is the limit"] : []
}

/// Functions and initialisers that are too long.
func functionLengthComplaints(_ path: String, _ text: String) -> [String] {
    let code = codeOnly(text)
    let starts = ["func", "init", "deinit"].flatMap { occurrences(of: $0, in: code) }.sorted()
    return starts.compactMap { start in
        // `self.init(` and `.init(` are calls.
        if start > 0, code[start - 1] == UInt8(ascii: ".") { return nil }
        guard let open = bodyStart(after: start, in: code) else { return nil }
        let first = line(of: start, in: code)
        let count = line(of: blockEnd(from: open, in: code), in: code) - first + 1
        guard count > maxFunctionLines else { return nil }
        return "\(path):\(first): a function of \(count) lines; give its parts names, \(maxFunctionLines) is the limit"
    }
}

/// Where the brace stands that opens a declaration's body; nil where it has none (a requirement of a protocol).
private func bodyStart(after start: Int, in code: [UInt8]) -> Int? {
    var depth = 0
    var lastWord: UInt8 = 0
    for offset in start..<code.count {
        switch code[offset] {
        case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: "{") where depth == 0: return offset
        case UInt8(ascii: "}") where depth == 0: return nil
        case 0x0A where depth == 0:
            // The signature goes on where its line ends in the midst of something, or the next begins so.
            let next = code[offset...].drop { $0 == 0x20 || $0 == 0x0A }
            let goesOn = ["->", "where", "throws", "async", "{", ">"].contains { next.starts(with: $0.utf8) }
            if !goesOn, lastWord != UInt8(ascii: "<"), lastWord != UInt8(ascii: ",") { return nil }
        default: break
        }
        if depth < 0 { return nil }
        if code[offset] != 0x20, code[offset] != 0x0A { lastWord = code[offset] }
    }
    return nil
}

private func blockEnd(from open: Int, in code: [UInt8]) -> Int {
    var depth = 0
    for offset in open..<code.count {
        if code[offset] == UInt8(ascii: "{") { depth += 1 }
        if code[offset] == UInt8(ascii: "}") {
            depth -= 1
            if depth == 0 { return offset }
        }
    }
    return code.count
}
