// Text in ASCII eight bytes at a time: what every event's texts are looked through for costs an eighth so.

/// Whether a byte is none of ASCII.
@usableFromInline func hasOthers(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var (all, start): (UInt64, Int) = (0, 0)
    while start < bytes.count {
        all |= word(bytes, from: start)
        start += 8
    }
    return all & 0x8080_8080_8080_8080 != 0
}

/// Makes ASCII small, in its place.
func makeSmall(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
    let raw = UnsafeMutableRawBufferPointer(bytes)
    var start = 0
    while start + 8 <= raw.count {
        let word = raw.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        raw.storeBytes(of: smallWord(word), toByteOffset: start, as: UInt64.self)
        start += 8
    }
    while start < raw.count {
        bytes[start] = lowercased(bytes[start])
        start += 1
    }
}

/// Eight bytes from a place on: at the end of a text its last eight, of a text that has not as many all of them.
@inline(__always)
func word(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> UInt64 {
    let raw = UnsafeRawBufferPointer(bytes)
    guard raw.count < 8 else { return raw.loadUnaligned(fromByteOffset: min(start, raw.count - 8), as: UInt64.self) }
    // Two loads that overlap.
    if raw.count >= 4 {
        let last = raw.loadUnaligned(fromByteOffset: raw.count - 4, as: UInt32.self)
        return UInt64(raw.loadUnaligned(as: UInt32.self)) | UInt64(last) << 32
    }
    guard raw.count > 0 else { return 0 }
    return UInt64(raw[0]) | UInt64(raw[raw.count / 2]) << 8 | UInt64(raw[raw.count - 1]) << 16
}

/// Eight bytes of ASCII in small letters; of others it is good for nothing.
@inline(__always)
func smallWord(_ word: UInt64) -> UInt64 {
    // In each byte the highest bit is set where it is at least `A`, and where it is more than `Z`.
    let fromA = word &+ 0x3F3F_3F3F_3F3F_3F3F
    let afterZ = word &+ 0x2525_2525_2525_2525
    // That bit, moved by two places, is what tells a small letter from its capital.
    return word | ((fromA & ~afterZ & 0x8080_8080_8080_8080) >> 2)
}
