extension JSON {
    /// The value as compact JSON text in UTF-8.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        write(into: &out)
        return out
    }

    /// The value as compact JSON text.
    public var compact: String { String(decoding: bytes, as: UTF8.self) }

    /// The value as JSON text for people: two blanks a level, a member a line.
    public var pretty: String {
        var out: [UInt8] = []
        write(into: &out, indent: 0)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends the compact text to bytes that exist already.
    public func write(into out: inout [UInt8]) { write(into: &out, indent: nil) }

    private func write(into out: inout [UInt8], indent: Int?) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text): out.append(contentsOf: text.utf8)
        case .string(let text): JSON.quote(text, into: &out)
        case .array(let elements):
            JSON.list(elements, "[", "]", indent, &out) { element, inner, out in
                element.write(into: &out, indent: inner)
            }
        case .object(let members):
            JSON.list(members, "{", "}", indent, &out) { member, inner, out in
                JSON.quote(member.name, into: &out)
                out.append(UInt8(ascii: ":"))
                if inner != nil { out.append(0x20) }
                member.value.write(into: &out, indent: inner)
            }
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ indent: Int?, _ out: inout [UInt8],
        _ write: (Element, Int?, inout [UInt8]) -> Void
    ) {
        out.append(UInt8(ascii: open))
        for (index, element) in elements.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            newLine(indent.map { $0 + 1 }, &out)
            write(element, indent.map { $0 + 1 }, &out)
        }
        if !elements.isEmpty { newLine(indent, &out) }
        out.append(UInt8(ascii: close))
    }

    private static func newLine(_ indent: Int?, _ out: inout [UInt8]) {
        guard let indent else { return }
        out.append(0x0A)
        out.append(contentsOf: repeatElement(0x20, count: indent * 2))
    }

    /// Whether there is a byte that JSON escapes; eight bytes at a time, as a trace has hundreds.
    private static func needsEscapes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        guard raw.count >= 8 else { return bytes.contains(where: needsEscape) }
        var found: UInt64 = 0
        for offset in stride(from: 0, to: raw.count, by: 8) {
            // The last eight bytes may overlap those before them.
            let word = raw.loadUnaligned(fromByteOffset: min(offset, raw.count - 8), as: UInt64.self)
            // A byte below 0x20 borrows its highest bit in the subtraction; the three others become zero by the exclusive
            // or, and a zero borrows it from 1.
            found |= (word &- 0x2020_2020_2020_2020) & ~word
            found |= zeros(word ^ 0x2222_2222_2222_2222)
            found |= zeros(word ^ 0x5C5C_5C5C_5C5C_5C5C)
            found |= zeros(word ^ 0x7F7F_7F7F_7F7F_7F7F)
        }
        return found & 0x8080_8080_8080_8080 != 0
    }

    /// Sets the highest bit of bytes, of one at least where one is zero and of none where none is.
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- 0x0101_0101_0101_0101) & ~word }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F
    }

    /// Appends a string in quotes, with the escapes that RFC 8259 demands and no others.
    public static func quote(_ text: String, into out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        // Most texts need no escape: they are taken as a whole.
        let isTaken = text.utf8.withContiguousStorageIfAvailable { bytes in
            guard !needsEscapes(bytes) else { return false }
            out.append(contentsOf: bytes)
            return true
        }
        guard isTaken != true else {
            out.append(UInt8(ascii: "\""))
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): out.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): out.append(contentsOf: "\\\\".utf8)
            case 0x0A: out.append(contentsOf: "\\n".utf8)
            case 0x0D: out.append(contentsOf: "\\r".utf8)
            case 0x09: out.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F: out.append(contentsOf: "\\u00\(hex(byte))".utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
