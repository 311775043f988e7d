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

    /// Appends a string in quotes, with the escapes that RFC 8259 demands and no others.
    public static func quote(_ text: String, into out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        escape(text, into: &out)
        out.append(UInt8(ascii: "\""))
    }

    private static func escape(_ text: String, into out: inout [UInt8]) {
        // Most texts need no escape: they are taken as a whole.
        let isTaken: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            if needsEscapes(UnsafeRawBufferPointer(bytes)) {
                escape(UnsafeRawBufferPointer(bytes), into: &out)
            } else {
                out.append(contentsOf: bytes)
            }
        }
        if isTaken == nil { Array(text.utf8).withUnsafeBytes { escape($0, into: &out) } }
    }

    /// Appends UTF-8 as it stands between the quotes.
    public static func escape(_ text: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        // What stands between two escapes is taken in one piece.
        var start = 0
        var index = 0
        while index < text.count {
            if index + 8 <= text.count {
                let plain = EightBytes(text, at: index).unescapedOfString
                index += plain
                if plain == 8 { continue }
            }
            let byte = text[index]
            index += 1
            guard needsEscape(byte) else { continue }
            out.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<index - 1]))
            start = index
            switch byte {
            case UInt8(ascii: "\""): out.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): out.append(contentsOf: "\\\\".utf8)
            case 0x0A: out.append(contentsOf: "\\n".utf8)
            case 0x0D: out.append(contentsOf: "\\r".utf8)
            case 0x09: out.append(contentsOf: "\\t".utf8)
            default: out.append(contentsOf: "\\u00\(hex(byte))".utf8)
            }
        }
        out.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start...]))
    }

    /// Whether there is a byte that JSON escapes; sixteen bytes at a time, as a trace has hundreds.
    public static func needsEscapes(_ raw: UnsafeRawBufferPointer) -> Bool {
        guard raw.count >= 16 else { return raw.contains(where: needsEscape) }
        let last = raw.count - 16
        var offset = 0
        var found = SIMDMask<SIMD16<Int8>>(repeating: false)
        while true {
            // The last sixteen bytes may overlap those before them.
            let chunk = raw.loadUnaligned(fromByteOffset: min(offset, last), as: SIMD16<UInt8>.self)
            found .|= chunk .< blank
            found .|= chunk .== quoteMark
            found .|= chunk .== backslash
            found .|= chunk .== delete
            guard offset < last else { break }
            offset += 16
        }
        // `any` would look at the sixteen one by one.
        let halves = unsafeBitCast(found, to: SIMD2<UInt64>.self)
        return halves.x | halves.y != 0
    }

    private static var blank: SIMD16<UInt8> { SIMD16(repeating: 0x20) }
    private static var quoteMark: SIMD16<UInt8> { SIMD16(repeating: 0x22) }
    private static var backslash: SIMD16<UInt8> { SIMD16(repeating: 0x5C) }
    private static var delete: SIMD16<UInt8> { SIMD16(repeating: 0x7F) }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F
    }
}

extension EightBytes {
    /// How many of the bytes stand before the first that JSON escapes.
    @inline(__always)
    var unescapedOfString: Int { EightBytes.count(before: marksOfString | marks(of: 0x7F)) }
}
