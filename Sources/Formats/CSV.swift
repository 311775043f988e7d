/// Comma-separated values by RFC 4180, safe to open in a spreadsheet.
public enum CSV {
    /// One record with its line end. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    public static func record(_ cells: [String]) -> [UInt8] {
        var out: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            append(cell, to: &out)
        }
        out += [0x0D, 0x0A]
        return out
    }

    private static func append(_ cell: String, to out: inout [UInt8]) {
        var bytes = Array(cell.utf8)
        // Blanks before it do not keep a spreadsheet from calculating.
        let first = bytes.first { $0 > 0x20 }
        if let first, "=+-@".utf8.contains(first) { bytes.insert(UInt8(ascii: "'"), at: 0) }
        guard bytes.contains(where: { ",\"\r\n".utf8.contains($0) }) else {
            out += bytes
            return
        }
        out.append(UInt8(ascii: "\""))
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { out.append(byte) }
            out.append(byte)
        }
        out.append(UInt8(ascii: "\""))
    }
}
