/// Texts one after the other, in one piece of memory of the right size from the start. An interpolation grows as it goes; where
/// a text is made for each event that is the greater part of its cost.
public func joined(_ parts: String...) -> String { joined(parts, separator: "") }

/// The same with a separator between them.
public func joined(_ parts: [String], separator: String) -> String {
    if parts.count == 1 { return parts[0] }
    return String(unsafeUninitializedCapacity: bytes(of: parts, separator)) { join(parts, separator, in: $0) }
}

/// The same in small letters: for keys, by which what differs only in case is found.
public func joinedInSmallLetters(_ parts: [String], separator: String = "") -> String {
    var isASCII = true
    let text = String(unsafeUninitializedCapacity: bytes(of: parts, separator)) { buffer in
        let count = join(parts, separator, in: buffer)
        let written = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
        isASCII = areASCII(UnsafeBufferPointer(written))
        if isASCII { makeSmall(written) }
        return count
    }
    return isASCII ? text : text.lowercased()
}

private func bytes(of parts: [String], _ separator: String) -> Int {
    parts.reduce(separator.utf8.count * max(0, parts.count - 1)) { $0 + $1.utf8.count }
}

/// Gives how many bytes it has written.
private func join(_ parts: [String], _ separator: String, in buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var end = 0
    for (index, part) in parts.enumerated() {
        if index > 0, !separator.isEmpty { copy(separator, to: buffer, at: &end) }
        if !part.isEmpty { copy(part, to: buffer, at: &end) }
    }
    return end
}

private func copy(_ text: String, to buffer: UnsafeMutableBufferPointer<UInt8>, at end: inout Int) {
    let start = end
    let copied: Int? = text.utf8.withContiguousStorageIfAvailable { bytes in
        UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[start...])
            .copyMemory(from: UnsafeRawBufferPointer(bytes))
        return bytes.count
    }
    if let copied {
        end += copied
        return
    }
    for byte in text.utf8 {
        buffer[end] = byte
        end += 1
    }
}

extension [UInt8] {
    /// Appends a text.
    public mutating func append(_ text: String) {
        let isTaken: Void? = text.utf8.withContiguousStorageIfAvailable { append(contentsOf: $0) }
        if isTaken == nil { append(contentsOf: text.utf8) }
    }
}

/// The paragraphs of a text, one after the other in one piece of memory, with an empty line between two. Empty ones are left out.
public struct Paragraphs {
    private var bytes: [UInt8] = []

    /// Makes a text without paragraphs, with room for so many bytes.
    public init(room: Int) { bytes.reserveCapacity(room) }

    /// Adds a paragraph.
    public mutating func add(_ paragraph: String) { add { $0.append(paragraph) } }

    /// Adds a part of a text without the blanks at its ends.
    public mutating func addTrimmed(_ paragraph: Substring) {
        add { bytes in paragraph.withBytes { bytes.append(contentsOf: withoutBlanks($0)) } }
    }

    /// Adds a paragraph that is written piece by piece.
    public mutating func add(_ write: (inout [UInt8]) -> Void) {
        let end = bytes.count
        if end > 0 { bytes.append("\n\n") }
        let start = bytes.count
        write(&bytes)
        if bytes.count == start { bytes.removeLast(start - end) }
    }

    /// The whole text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}
