/// Texts one after the other, in one piece of memory of the right size from the start. An interpolation grows as it goes; where
/// a text is made for each event that is the greater part of its cost.
public func joined(_ parts: String...) -> String {
    var count = 0
    for part in parts { count += part.utf8.count }
    return String(unsafeUninitializedCapacity: count) { buffer in
        var end = 0
        for part in parts {
            let copied: Void? = part.utf8.withContiguousStorageIfAvailable { bytes in
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[end...])
                    .copyMemory(from: UnsafeRawBufferPointer(bytes))
                end += bytes.count
            }
            guard copied == nil else { continue }
            for byte in part.utf8 {
                buffer[end] = byte
                end += 1
            }
        }
        return end
    }
}
