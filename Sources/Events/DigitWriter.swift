/// Makes a text of numbers and what stands between them, of `capacity` bytes at most, in one piece of memory: each event tells
/// of several times.
func digits(capacity: Int, _ write: (inout DigitWriter) -> Void) -> String {
    String(unsafeUninitializedCapacity: capacity) { room in
        var writer = DigitWriter(room)
        write(&writer)
        return writer.count
    }
}

/// Writes numbers into room that is there already; what does not fit is left out.
struct DigitWriter {
    private let room: UnsafeMutableBufferPointer<UInt8>
    fileprivate private(set) var count = 0

    fileprivate init(_ room: UnsafeMutableBufferPointer<UInt8>) { self.room = room }

    mutating func append(_ byte: UInt8) {
        guard count < room.count else { return }
        room[count] = byte
        count += 1
    }

    /// Appends a sign of ASCII.
    mutating func append(_ sign: Unicode.Scalar) { append(UInt8(truncatingIfNeeded: sign.value)) }

    /// Appends a number in decimal, with zeros before it where it is narrower than `width`.
    mutating func append(_ number: Int64, width: Int) {
        guard (0...9999).contains(number) else {
            let digits = String(number)
            for _ in 0..<Swift.max(0, width - digits.utf8.count) { append("0") }
            for byte in digits.utf8 { append(byte) }
            return
        }
        let number = UInt32(truncatingIfNeeded: number)
        let digits = number >= 1000 ? 4 : number >= 100 ? 3 : number >= 10 ? 2 : number > 0 ? 1 : 0
        let shown = Swift.max(digits, width)
        if shown > 3 { append(digit: number / 1000) }
        if shown > 2 { append(digit: number / 100 % 10) }
        if shown > 1 { append(digit: number / 10 % 10) }
        if shown > 0 { append(digit: number % 10) }
    }

    private mutating func append(digit: UInt32) { append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)) }
}
