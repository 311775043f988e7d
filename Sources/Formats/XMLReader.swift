/// What is wrong with an XML text, and where.
public struct XMLFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The offset in bytes, from 0.
    public var offset: Int
    /// Half a sentence.
    public var what: String

    /// For instance `byte 12: a document type is not taken`.
    public var description: String { "byte \(offset): \(what)" }
}

/// Reads XML into the same tree as JSON: an element is an object of its children, an attribute `@name`, text beside children
/// or attributes `#text`, an element with text alone a string, and what is repeated an array.
///
/// Document types and entities of one's own are refused: there is nothing that could be expanded or fetched.
public struct XMLReader {
    /// Nesting deeper than this is refused.
    public static let depthLimit = 64
    /// Elements and attributes in one document.
    public static let nodesLimit = 100_000

    private let bytes: [UInt8]
    private var at = 0
    private var nodes = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The document as an object with its root element. UTF-8, or what the declaration says of Latin letters.
    public static func read(_ bytes: [UInt8]) throws(XMLFault) -> JSON {
        var reader = XMLReader(Charset.utf8(bytes, charset: declaredCharset(bytes)))
        return try reader.document()
    }

    private static func declaredCharset(_ bytes: [UInt8]) -> String {
        let head = String(decoding: bytes.prefix(200), as: UTF8.self)
        guard let found = head.firstRange(of: "encoding="), head.hasPrefix("<?xml") else { return "utf-8" }
        return String(head[found.upperBound...].dropFirst().prefix { $0 != "\"" && $0 != "'" })
    }

    private mutating func document() throws(XMLFault) -> JSON {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        try skipMisc()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "<") else { throw fault("an element was expected") }
        let (name, value) = try element(depth: 1)
        try skipMisc()
        guard at == bytes.count else { throw fault("text after the root element") }
        return .members([(name, value)])
    }

    /// Blanks, comments and processing instructions between elements.
    private mutating func skipMisc() throws(XMLFault) {
        while true {
            skipBlanks()
            if starts("<!--") {
                try skip(past: "-->")
            } else if starts("<?") {
                try skip(past: "?>")
            } else if starts("<!") {
                throw fault("a document type is not taken")
            } else {
                return
            }
        }
    }

    private mutating func element(depth: Int) throws(XMLFault) -> (String, JSON) {
        guard depth <= XMLReader.depthLimit else { throw fault("nested deeper than \(XMLReader.depthLimit) levels") }
        try count()
        at += 1
        let name = try self.name()
        var members: [JSON.Member] = []
        while true {
            skipBlanks()
            if starts("/>") {
                at += 2
                return (name, members.isEmpty ? .string("") : .object(members))
            }
            if starts(">") {
                at += 1
                break
            }
            try count()
            let attribute = try self.name()
            skipBlanks()
            guard starts("=") else { throw fault("'=' was expected after an attribute's name") }
            at += 1
            skipBlanks()
            members.append(JSON.Member("@" + attribute, .string(try attributeValue())))
        }
        let text = try content(of: name, into: &members, depth: depth)
        if members.isEmpty { return (name, .string(text)) }
        if !text.trimmed.isEmpty { members.append(JSON.Member("#text", .string(text))) }
        return (name, .object(members))
    }

    private mutating func content(
        of name: String, into members: inout [JSON.Member], depth: Int
    ) throws(XMLFault) -> String {
        var text: [UInt8] = []
        while true {
            guard at < bytes.count else { throw fault("the text ends inside <\(name)>") }
            if starts("</") {
                at += 2
                let closed = try self.name()
                guard closed == name else { throw fault("</\(closed)> where </\(name)> was expected") }
                skipBlanks()
                guard starts(">") else { throw fault("'>' was expected") }
                at += 1
                return String(decoding: text, as: UTF8.self)
            } else if starts("<!--") {
                try skip(past: "-->")
            } else if starts("<![CDATA[") {
                at += 9
                let start = at
                try skip(past: "]]>")
                text += bytes[start..<at - 3]
            } else if starts("<?") {
                try skip(past: "?>")
            } else if starts("<") {
                let (child, value) = try element(depth: depth + 1)
                XMLReader.add(value, child, to: &members)
            } else if starts("&") {
                text += try reference()
            } else {
                text.append(bytes[at])
                at += 1
            }
        }
    }

    /// A second element of one name makes an array of both.
    private static func add(_ value: JSON, _ name: String, to members: inout [JSON.Member]) {
        guard let known = members.lastIndex(where: { $0.name == name }) else {
            members.append(JSON.Member(name, value))
            return
        }
        if case .array(let earlier) = members[known].value {
            members[known].value = .null
            members[known].value = .array(earlier + [value])
        } else {
            members[known].value = .array([members[known].value, value])
        }
    }

    private mutating func attributeValue() throws(XMLFault) -> String {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else {
            throw fault("an attribute's value in quotes was expected")
        }
        let quote = bytes[at]
        at += 1
        var value: [UInt8] = []
        while at < bytes.count, bytes[at] != quote {
            guard bytes[at] != UInt8(ascii: "<") else { throw fault("'<' in an attribute's value") }
            if bytes[at] == UInt8(ascii: "&") {
                value += try reference()
            } else {
                value.append(bytes[at])
                at += 1
            }
        }
        guard at < bytes.count else { throw fault("an attribute's value is not closed") }
        at += 1
        return String(decoding: value, as: UTF8.self)
    }

    /// `&lt;`, `&#62;`, `&#x3E;` and the like: the five names of XML and numbers.
    private mutating func reference() throws(XMLFault) -> [UInt8] {
        guard let end = bytes[at...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
            throw fault("'&' begins a reference; write &amp;")
        }
        let name = String(decoding: bytes[at + 1..<end], as: UTF8.self)
        let scalar: Unicode.Scalar?
        switch name {
        case "lt": scalar = "<"
        case "gt": scalar = ">"
        case "amp": scalar = "&"
        case "quot": scalar = "\""
        case "apos": scalar = "'"
        default:
            let digits = name.dropFirst(name.hasPrefix("#x") ? 2 : 1)
            let number = name.hasPrefix("#") ? UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10) : nil
            scalar = number.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
        }
        guard let scalar else { throw fault("the reference &\(name); is not known") }
        at = end + 1
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func name() throws(XMLFault) -> String {
        let start = at
        while at < bytes.count, !isBlank(bytes[at]), !"<>/=\"'&".utf8.contains(bytes[at]) { at += 1 }
        guard at > start else { throw fault("a name was expected") }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func count() throws(XMLFault) {
        nodes += 1
        guard nodes <= XMLReader.nodesLimit else { throw fault("more than \(XMLReader.nodesLimit) elements") }
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private mutating func skipBlanks() {
        while at < bytes.count, isBlank(bytes[at]) { at += 1 }
    }

    private func starts(_ word: String) -> Bool { bytes[at...].starts(with: word.utf8) }

    private mutating func skip(past word: String) throws(XMLFault) {
        let start = at
        while at < bytes.count {
            if starts(word) {
                at += word.utf8.count
                return
            }
            at += 1
        }
        at = start
        throw fault("what begins here is not closed by \(word)")
    }

    private func fault(_ what: String) -> XMLFault { XMLFault(offset: at, what: what) }
}
