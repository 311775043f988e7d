/// A field of a record: its tag, and where its bytes lie in what was read.
///
/// Layout of a field:
///
///     tag     1 byte      what the field means; the record's type gives tags their meaning
///     length  1–5 bytes   of the value, LEB128, little-endian groups of 7 bits, at most 2^32 - 1
///     value   `length` bytes
///
/// Fields follow each other without padding and without a terminator. A reader skips tags that it does not know, so that
/// fields can be added. The same tag may come several times: its order is kept.
public struct TLVField: Sendable, Equatable {
    /// What the field means.
    public var tag: UInt8
    /// The value's bytes, a slice of what was read.
    public var value: ArraySlice<UInt8>

    /// Makes a field.
    public init(tag: UInt8, value: ArraySlice<UInt8>) {
        self.tag = tag
        self.value = value
    }

    /// The value as bytes of their own.
    public var bytes: [UInt8] { Array(value) }

    /// The value as text; a fault when it is not UTF-8.
    public func string() throws(TLVFault) -> String {
        guard let text = String(validating: value, as: UTF8.self) else {
            throw TLVFault(kind: .notUTF8(tag: tag), offset: value.startIndex)
        }
        return text
    }

    /// The value as an unsigned number of eight bytes, little-endian; a fault for any other length.
    public func uint64() throws(TLVFault) -> UInt64 {
        guard value.count == 8 else {
            throw TLVFault(kind: .wrongLength(tag: tag, length: value.count, wanted: 8), offset: value.startIndex)
        }
        return value.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The value as a signed number of eight bytes, little-endian; a fault for any other length.
    public func int64() throws(TLVFault) -> Int64 { Int64(bitPattern: try uint64()) }
}

/// What is wrong with bytes that should be fields, and where.
public struct TLVFault: Error, Sendable, Equatable {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        /// The bytes end within a field's length.
        case lengthCutOff
        /// The length takes more than 5 bytes or is over 2^32 - 1.
        case lengthTooLarge
        /// The field claims more bytes than there are left.
        case valueCutOff(claimed: Int, left: Int)
        /// The value has another length than its kind needs.
        case wrongLength(tag: UInt8, length: Int, wanted: Int)
        /// The value should be text and is not UTF-8.
        case notUTF8(tag: UInt8)
    }

    /// What is wrong.
    public var kind: Kind
    /// The index, within what was read, of the byte where it was noticed.
    public var offset: Int

    /// Makes a fault.
    public init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

extension TLVFault: CustomStringConvertible {
    /// One sentence with the offset.
    public var description: String {
        let what =
            switch kind {
            case .lengthCutOff: "the length of a field is cut off"
            case .lengthTooLarge: "the length of a field is over 4294967295"
            case .valueCutOff(let claimed, let left): "a field claims \(claimed) bytes where \(left) are left"
            case .wrongLength(let tag, let length, let wanted): "field \(tag) has \(length) bytes instead of \(wanted)"
            case .notUTF8(let tag): "field \(tag) is not UTF-8"
            }
        return "\(what) (offset \(offset))"
    }
}

/// Writes fields one after the other.
public struct TLVWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// Makes a writer without any field yet.
    ///
    /// - Parameter capacity: how many bytes to make room for at once.
    public init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// Adds a field of bytes. More than 2^32 - 1 of them are a programmer's error.
    public mutating func add(_ tag: UInt8, _ value: some Collection<UInt8>) {
        begin(tag, length: value.count)
        bytes.append(contentsOf: value)
    }

    /// Adds a field of bytes, of the form in which nearly all come: without looking its type up.
    public mutating func add(_ tag: UInt8, _ value: [UInt8]) { add(tag, value.span) }

    /// Adds a field of bytes that are lent.
    public mutating func add(_ tag: UInt8, _ value: Span<UInt8>) { TLVWriter.append(tag, value, to: &bytes) }

    /// Adds a field behind others that somebody else owns.
    public static func append(_ tag: UInt8, _ value: Span<UInt8>, to bytes: inout [UInt8]) {
        begin(tag, length: value.count, in: &bytes)
        bytes.append(value)
    }

    /// Adds a field of text, as UTF-8.
    public mutating func add(_ tag: UInt8, _ text: String) {
        begin(tag, length: text.utf8.count)
        append(text)
    }

    /// Adds a field of a name and a value: the two as UTF-8, with a NUL between them.
    public mutating func add(_ tag: UInt8, name: String, value: String) {
        begin(tag, length: name.utf8.count + 1 + value.utf8.count)
        append(name)
        bytes.append(0)
        append(value)
    }

    /// Adds a field with a number: eight bytes, little-endian.
    public mutating func add(_ tag: UInt8, _ number: UInt64) {
        begin(tag, length: 8)
        append(number.littleEndian)
    }

    /// Adds a field with an identifier: its 16 bytes in network order.
    public mutating func add(_ tag: UInt8, _ identifier: Identifier) {
        begin(tag, length: 16)
        append(identifier.high.bigEndian)
        append(identifier.low.bigEndian)
    }

    private mutating func append(_ text: String) {
        bytes.append(text.utf8.span)
    }

    /// Appends eight bytes as they lie in memory.
    private mutating func append(_ word: UInt64) {
        withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
    }

    /// Adds a field with a signed number: eight bytes, little-endian, two's complement.
    public mutating func add(_ tag: UInt8, _ number: Int64) { add(tag, UInt64(bitPattern: number)) }

    /// How many bytes a field takes up whose value has that many.
    public static func fieldBytes(_ length: Int) -> Int {
        var count = 2 + length
        var rest = length >> 7
        while rest > 0 {
            count += 1
            rest >>= 7
        }
        return count
    }

    private mutating func begin(_ tag: UInt8, length: Int) { TLVWriter.begin(tag, length: length, in: &bytes) }

    private static func begin(_ tag: UInt8, length: Int, in bytes: inout [UInt8]) {
        precondition(length <= UInt32.max, "a field holds at most 2^32 - 1 bytes")
        bytes.append(tag)
        var rest = UInt32(length)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Reads fields one after the other: `while let field = try reader.next()`, with a `switch` over `field.tag` that ignores
/// tags that it does not know.
public struct TLVReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    /// The index of the next field's tag; offsets of faults are on the same scale.
    public private(set) var position: Int

    /// Reads the fields in `bytes`.
    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Reads the fields in `bytes`.
    public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// The next field; nil at the end.
    public mutating func next() throws(TLVFault) -> TLVField? {
        guard position < bytes.endIndex else { return nil }
        let tag = bytes[position]
        var at = position + 1
        var length: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard at < bytes.endIndex else { throw TLVFault(kind: .lengthCutOff, offset: at) }
            let byte = bytes[at]
            length |= UInt64(byte & 0x7F) << shift
            guard length <= UInt32.max, shift < 28 || byte < 0x80 else {
                throw TLVFault(kind: .lengthTooLarge, offset: at)
            }
            at += 1
            if byte < 0x80 { break }
            shift += 7
        }
        let left = bytes.endIndex - at
        guard length <= left else {
            throw TLVFault(kind: .valueCutOff(claimed: Int(length), left: left), offset: at)
        }
        position = at + Int(length)
        return TLVField(tag: tag, value: bytes[at..<position])
    }
}
