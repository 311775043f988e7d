import Platform

/// A row of `Tests/Fixtures/http/requests.txt`: what is sent, and what must come of it.
struct RequestRow: Sendable, CustomStringConvertible {
    var line: Int
    var name: String
    /// What is sent in one piece; before each further piece `100 Continue` is awaited.
    var pieces: [[UInt8]]
    var statuses: [Int]
    /// The code of the refusal that ends it.
    var code: String?
    var closes: Bool

    var description: String { "line \(line): \(name)" }
    var bytes: [UInt8] { Array(pieces.joined()) }

    /// The statuses but for `100`, which is a matter of how the bytes come.
    var finals: [Int] { statuses.filter { $0 != 100 } }
}

/// The table, and the rules of writing it.
enum RequestTable {
    struct Unreadable: Error { var line: Int }

    static func rows() throws -> [RequestRow] {
        let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/http"
        let text = String(decoding: try Files.read("\(folder)/requests.txt", maxBytes: 1 << 20), as: UTF8.self)
        var rows: [RequestRow] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty && !line.hasPrefix("#") {
            let cells = cut(line)
            guard cells.count == 3 else { throw Unreadable(line: index + 1) }
            rows.append(try row(index + 1, cells))
        }
        return rows
    }

    /// Three cells: what follows the second separator may hold more of them.
    private static func cut(_ line: Substring) -> [Substring] {
        var cells: [Substring] = []
        var rest = line
        while cells.count < 2, let separator = rest.firstRange(of: " | ") {
            cells.append(rest[..<separator.lowerBound])
            rest = rest[separator.upperBound...]
        }
        return cells + [rest]
    }

    private static func row(_ line: Int, _ cells: [Substring]) throws -> RequestRow {
        var row = RequestRow(
            line: line, name: String(cells[1]), pieces: try pieces(cells[2], line), statuses: [], closes: false)
        for word in cells[0].split(separator: " ") where word != "-" {
            let parts = word.split(separator: "!", omittingEmptySubsequences: false)
            guard let status = Int(parts[0]) else { throw Unreadable(line: line) }
            row.statuses.append(status)
            guard parts.count == 2 else { continue }
            row.closes = true
            if !parts[1].isEmpty { row.code = String(parts[1]) }
        }
        return row
    }

    private static func pieces(_ text: Substring, _ line: Int) throws -> [[UInt8]] {
        var pieces: [[UInt8]] = [[]]
        var rest = text
        func add(_ bytes: some Sequence<UInt8>) { pieces[pieces.count - 1] += bytes }
        while let character = rest.popFirst() {
            guard character == "\\" else {
                add(character == "¶" ? Array("\r\n".utf8) : Array(String(character).utf8))
                continue
            }
            switch rest.popFirst() {
            case "r": add([0x0D])
            case "n": add([0x0A])
            case "t": add([0x09])
            case "0": add([0])
            case "\\": add([0x5C])
            case "|": pieces.append([])
            case "x":
                guard let byte = UInt8(rest.prefix(2), radix: 16) else { throw Unreadable(line: line) }
                rest = rest.dropFirst(2)
                add([byte])
            case "{":
                let inside = rest.prefix { $0 != "}" }
                rest = rest.dropFirst(inside.count + 1)
                let parts = inside.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, let count = Int(parts[0]) else { throw Unreadable(line: line) }
                let once = try self.pieces(parts[1], line).joined()
                for _ in 0..<count { add(once) }
            default: throw Unreadable(line: line)
            }
        }
        return pieces
    }
}
