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
        var scale: Int64 = 1000
        var place = 4
        while place > 0 {
            if place <= width || number >= scale { append(UInt8(ascii: "0") + UInt8(number / scale % 10)) }
            (scale, place) = (scale / 10, place - 1)
        }
    }
}
