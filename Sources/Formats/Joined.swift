/// Texts one after the other, in one piece of memory of the right size from the start. An interpolation grows as it goes; where
/// a text is made for each event that is the greater part of its cost.
public func joined(_ parts: String...) -> String { joined(parts, separator: "") }

/// The same with a separator between them.
public func joined(_ parts: [String], separator: String) -> String {
    guard let first = parts.first else { return "" }
    if parts.count == 1 { return first }
    var count = separator.utf8.count * (parts.count - 1)
    for part in parts { count += part.utf8.count }
    return String(unsafeUninitializedCapacity: count) { buffer in
        var end = 0
        copy(first, to: buffer, at: &end)
        for part in parts[1...] {
            if !separator.isEmpty { copy(separator, to: buffer, at: &end) }
            if !part.isEmpty { copy(part, to: buffer, at: &end) }
        }
        return end
    }
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
