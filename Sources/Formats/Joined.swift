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
        for index in 0..<count {
            isASCII = isASCII && buffer[index] < 0x80
            buffer[index] = lowercased(buffer[index])
        }
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
