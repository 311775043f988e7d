/// Values by texts, looked up whole and without regard to case: for the sections of a configuration, in which every event looks
/// several times.
public struct LookupTable<Value: Sendable>: Sendable {
    /// All values, in the order of their keys.
    public let values: [Value]
    @usableFromInline let index: CaselessIndex

    /// Makes a table; of two rows with one key the first counts.
    public init(_ rows: [(key: String, value: Value)]) {
        var index = CaselessIndex(capacity: rows.count)
        values = rows.filter { index.add($0.key) }.map(\.value)
        self.index = index
    }

    /// Whether there is no row.
    @inlinable public var isEmpty: Bool { values.isEmpty }

    /// The value of a key in any case, if there is one.
    @inlinable public subscript(key: String) -> Value? {
        if values.isEmpty { return nil }
        guard let row = index.row(of: key) else { return nil }
        return values[row]
    }

    /// The value of a key whose bytes these are, if there is one.
    @inlinable public subscript(bytes bytes: UnsafeBufferPointer<UInt8>) -> Value? {
        guard let row = index.row(of: bytes) else { return nil }
        return values[row]
    }
}

/// Numbers texts in the order in which they come, and finds them again in any case.
///
/// An ASCII text is hashed and compared as it stands, eight bytes at a time, and nothing is made of it. A text with other
/// letters is made small first, as what is small depends on what stands beside it.
@usableFromInline
struct CaselessIndex: Sendable {
    /// The texts in small letters, one after the other.
    private var keys: [UInt8] = []
    /// Where each of them ends in `keys`.
    private var ends: [Int] = []
    /// Open addressing: one more than the number of a text; 0 where nothing stands. At least half of it is empty.
    private var slots: [Int32]
    /// The texts that are not ASCII in small letters: two with other bytes may be the same letters.
    private var others: [String: Int] = [:]

    init(capacity: Int) {
        var size = 2
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
    }

    /// Numbers a text; false where it has a number already.
    mutating func add(_ text: String) -> Bool {
        var small = text.lowercased()
        let row = ends.count
        if small.hasOtherThanASCII {
            guard others[small] == nil else { return false }
            others[small] = row
        } else {
            let (slot, found) = small.withUTF8 { place(of: $0, hash($0).value) }
            guard found == nil else { return false }
            slots[slot] = Int32(row + 1)
        }
        keys.append(contentsOf: small.utf8)
        ends.append(keys.count)
        return true
    }

    /// The number of a text.
    @usableFromInline func row(of text: String) -> Int? {
        text.withBytes { row(of: $0) }
    }

    /// The number of the text whose bytes these are.
    @usableFromInline func row(of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let hash = hash(bytes)
        if hash.isASCII { return place(of: bytes, hash.value).row }
        // A few letters that are not ASCII have a small one that is, for instance the sign of Kelvin.
        let small = String(decoding: bytes, as: UTF8.self).lowercased()
        return small.hasOtherThanASCII ? others[small] : row(of: small)
    }

    /// The number of an ASCII text, or the empty slot that it would take.
    private func place(of text: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> (slot: Int, row: Int?) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let row = Int(slots[slot]) - 1
            let start = row == 0 ? 0 : ends[row - 1]
            if ends[row] - start == text.count, keys.withUnsafeBufferPointer({ same(text, $0, from: start) }) {
                return (slot, row)
            }
            slot = (slot + 1) & mask
        }
        return (slot, nil)
    }
}

/// The hash of a text of ASCII in any case; of another text it is good for nothing. Nobody outside chooses what is numbered, so it
/// needs no secret.
private func hash(_ text: UnsafeBufferPointer<UInt8>) -> (value: UInt64, isASCII: Bool) {
    var hash = UInt64(text.count)
    var (all, start): (UInt64, Int) = (0, 0)
    while start < text.count {
        let eight = EightBytes(text, from: start)
        all |= eight.word
        hash = (hash ^ eight.small) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
        start += 8
    }
    return (hash, all & 0x8080_8080_8080_8080 == 0)
}

/// Whether a text is that in small letters which stands from a place on.
private func same(
    _ text: UnsafeBufferPointer<UInt8>, _ keys: UnsafeBufferPointer<UInt8>, from start: Int
) -> Bool {
    let stored = UnsafeBufferPointer(rebasing: keys[start..<start + text.count])
    var at = 0
    while at < text.count {
        if EightBytes(stored, from: at).word != EightBytes(text, from: at).small { return false }
        at += 8
    }
    return true
}
