/// Readable text of HTML mail: blocks become lines, cells of a table stand in their order with tabs between them.
///
/// Not a renderer: it takes any bytes, in one pass, and what is no markup is text. Scripts, styles and comments are left
/// out. It is bounded by its input: no byte is looked at more than a few times.
public struct ReadableHTML {
    private var scanner: HTMLScanner
    private let limit: Int
    private var out: [UInt8] = []
    /// The separator that goes before the next visible byte.
    private var pending = Gap.none
    private var preformatted = 0
    /// Where the link that is open began in the output, and where it leads.
    private var link: (address: [UInt8], start: Int)?

    /// Separators, the stronger ones later.
    private enum Gap: Int, Comparable {
        case none
        case blank
        case cell
        case line
        case paragraph

        static func < (one: Gap, other: Gap) -> Bool { one.rawValue < other.rawValue }
    }

    private init(_ html: [UInt8], limit: Int) {
        scanner = HTMLScanner(html)
        self.limit = limit
        out.reserveCapacity(min(limit, html.count))
    }

    /// The text of `html`, which has to be UTF-8; at most about `limit` bytes of it.
    public static func text(_ html: [UInt8], limit: Int) -> String {
        var reader = ReadableHTML(html, limit: limit)
        reader.run()
        return String(decoding: reader.out, as: UTF8.self)
    }

    private mutating func run() {
        while out.count < limit, let token = scanner.next() {
            switch token {
            case .text(let range): addText(range)
            case .open(let name, let attributes): open(name, attributes)
            case .close(let name): close(name)
            }
        }
    }

    private mutating func open(_ name: String, _ attributes: Range<Int>) {
        switch name {
        case "br": breakLine()
        case "td", "th": ask(.cell)
        case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "ul", "ol", "hr": ask(.paragraph)
        case "pre":
            ask(.paragraph)
            preformatted += 1
        case "li":
            ask(.line)
            add(Array("- ".utf8))
        case "a":
            let address = scanner.attribute("href", in: attributes) ?? []
            link = isWebAddress(address) ? (address, out.count) : nil
        case "img":
            let words = scanner.attribute("alt", in: attributes) ?? []
            if !words.isEmpty { add(Array("[".utf8) + words + Array("]".utf8)) }
        default:
            if ReadableHTML.lineTags.contains(name) { ask(.line) }
        }
    }

    private mutating func close(_ name: String) {
        switch name {
        case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "ul", "ol": ask(.paragraph)
        case "pre":
            ask(.paragraph)
            preformatted = max(0, preformatted - 1)
        case "a": closeLink()
        default:
            if ReadableHTML.lineTags.contains(name) { ask(.line) }
        }
    }

    private static let lineTags: Set<String> = [
        "div", "tr", "li", "dt", "dd", "dl", "section", "article", "header", "footer", "center", "form", "fieldset",
        "tbody", "thead", "tfoot", "caption", "address", "aside", "main", "nav", "body", "option", "title",
    ]

    private func isWebAddress(_ address: [UInt8]) -> Bool {
        let start = String(decoding: address.prefix(8), as: UTF8.self).lowercased()
        return start.hasPrefix("http://") || start.hasPrefix("https://")
    }

    /// Where a link leads follows its text, unless the text says it already.
    private mutating func closeLink() {
        guard let (address, start) = link else { return }
        link = nil
        guard address.count < 2048, !address.contains(where: { $0 <= 0x20 }) else { return }
        let words = out[min(start, out.count)...].drop { $0 <= 0x20 }
        guard !words.isEmpty, !words.elementsEqual(address) else { return }
        out += Array(" <".utf8) + address + Array(">".utf8)
    }

    private mutating func ask(_ gap: Gap) { pending = max(pending, gap) }

    /// A second break makes an empty line.
    private mutating func breakLine() {
        pending = pending >= .line ? .paragraph : .line
    }

    private mutating func addText(_ range: Range<Int>) {
        var decoder = HTMLCharacters(range)
        while let unit = decoder.next(scanner.bytes) {
            switch unit {
            case .space where preformatted == 0: ask(.blank)
            case .space: add([UInt8(ascii: " ")])
            case .newline where preformatted == 0: ask(.blank)
            case .newline: preformattedLine()
            case .byte(let byte): addByte(byte)
            case .characters(let bytes): add(bytes)
            }
            if out.count >= limit { return }
        }
    }

    private mutating func preformattedLine() {
        if out.isEmpty || pending >= .line { return }
        out.append(UInt8(ascii: "\n"))
    }

    private mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { addByte(byte) }
    }

    private mutating func addByte(_ byte: UInt8) {
        if pending != .none {
            if !out.isEmpty {
                switch pending {
                case .none: break
                case .blank: out.append(UInt8(ascii: " "))
                case .cell:
                    if out.last != UInt8(ascii: "\n") { out.append(UInt8(ascii: "\t")) }
                case .line: out.append(UInt8(ascii: "\n"))
                case .paragraph: out += [UInt8(ascii: "\n"), UInt8(ascii: "\n")]
                }
            }
            pending = .none
        }
        out.append(byte)
    }
}
