import Formats

/// Why a subject or a MonSetID cannot be read.
public struct SubjectFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence: what is wrong and what was needed.
    public var description: String

    init(_ description: String) { self.description = description }
}

/// The fields of a text between separators of one byte, without the blanks around each.
func trimmedFields(of text: some StringProtocol, separatedBy separator: UInt8) -> [String] {
    text.utf8.withContiguousStorageIfAvailable { trimmedFields(of: $0, separator) }
        ?? Array(text.utf8).withUnsafeBufferPointer { trimmedFields(of: $0, separator) }
}

private func trimmedFields(of bytes: UnsafeBufferPointer<UInt8>, _ separator: UInt8) -> [String] {
    var fields: [String] = []
    fields.reserveCapacity(6)
    var start = 0
    for position in 0...bytes.count where position == bytes.count || bytes[position] == separator {
        var (from, to) = (start, position)
        while from < to, isBlank(bytes[from]) { from += 1 }
        while to > from, isBlank(bytes[to - 1]) { to -= 1 }
        fields.append(String(decoding: UnsafeBufferPointer(rebasing: bytes[from..<to]), as: UTF8.self))
        start = position + 1
    }
    return fields
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

/// The six fields of a subject that ITP can act on: `Category|Source|Data1|Data2|Data3|MonSetID`.
public struct ParsableSubject: Sendable, Equatable {
    /// The event's category, for instance `EVT`.
    public var category: String
    /// What raised it, for instance `DHCP Server`.
    public var source: String
    /// The three data fields; each may be empty. Data1 is the event's ID.
    public var data: [String]
    /// The monitor that raised it.
    public var monitor: MonSetID

    /// Reads a subject; blanks around the fields do not count. Throws `SubjectFault`.
    public init(parsing subject: String) throws(SubjectFault) {
        let fields = trimmedFields(of: subject, separatedBy: UInt8(ascii: "|"))
        guard fields.count == 6 else {
            throw SubjectFault(
                "the subject has \(fields.count) field\(fields.count == 1 ? "" : "s") where 6 are needed: "
                    + "Category|Source|Data1|Data2|Data3|MonSetID")
        }
        guard !fields[0].isEmpty, !fields[1].isEmpty else {
            throw SubjectFault(
                "the subject lacks its category or its source: Category|Source|Data1|Data2|Data3|MonSetID")
        }
        category = fields[0]
        source = fields[1]
        data = Array(fields[2...4])
        monitor = try MonSetID(parsing: fields[5])
    }
}
