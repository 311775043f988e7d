import Formats
import Testing

@Suite struct TLVTests {
    @Test("fields come back in order, with their values")
    func roundTrip() throws {
        var writer = TLVWriter()
        writer.add(1, [0xAA, 0xBB])
        writer.add(2, "né")
        writer.add(3, UInt64.max - 1)
        writer.add(4, Int64.min)
        writer.add(1, [])
        var reader = TLVReader(writer.bytes)
        let first = try #require(try reader.next())
        #expect(first.tag == 1)
        #expect(first.bytes == [0xAA, 0xBB])
        #expect(try reader.next()?.string() == "né")
        #expect(try reader.next()?.uint64() == UInt64.max - 1)
        #expect(try reader.next()?.int64() == Int64.min)
        let last = try #require(try reader.next())
        #expect(last.tag == 1)
        #expect(last.value.isEmpty)
        #expect(try reader.next() == nil)
    }

    @Test(
        "the bytes are as documented",
        arguments: [(0, [7, 0]), (127, [7, 127]), (128, [7, 128, 1]), (300, [7, 172, 2])])
    func bytes(length: Int, head: [UInt8]) {
        var writer = TLVWriter()
        writer.add(7, [UInt8](repeating: 9, count: length))
        #expect(writer.bytes == head + [UInt8](repeating: 9, count: length))
    }

    @Test("every shorter piece of a record gives its fields or a fault, and the fault's offset is in the piece")
    func everyPrefix() {
        var writer = TLVWriter()
        writer.add(1, "abc")
        writer.add(2, [UInt8](repeating: 0, count: 200))
        for count in 0..<writer.bytes.count {
            var reader = TLVReader(writer.bytes.prefix(count))
            do {
                while try reader.next() != nil {}
                #expect(count == 0 || count == 5)
            } catch {
                #expect(error.offset <= count)
            }
        }
    }

    @Test("a length over 32 bits is refused at its byte")
    func tooLong() {
        for head: [UInt8] in [[1, 255, 255, 255, 255, 16], [1, 128, 128, 128, 128, 128, 1]] {
            var reader = TLVReader(head)
            #expect(throws: TLVFault(kind: .lengthTooLarge, offset: 5)) { try reader.next() }
        }
    }

    @Test("a fault in a slice counts on the slice's own scale")
    func slice() {
        var reader = TLVReader([9, 9, 9, 1, 5, 0][3...])
        let fault = TLVFault(kind: .valueCutOff(claimed: 5, left: 1), offset: 5)
        #expect(throws: fault) { try reader.next() }
        #expect(fault.description == "a field claims 5 bytes where 1 are left (offset 5)")
    }

    @Test("a value of the wrong kind is a fault")
    func wrongKind() {
        let field = TLVField(tag: 3, value: [0xFF, 0xFE])
        #expect(throws: TLVFault(kind: .notUTF8(tag: 3), offset: 0)) { try field.string() }
        #expect(throws: TLVFault(kind: .wrongLength(tag: 3, length: 2, wanted: 8), offset: 0)) { try field.uint64() }
    }
}
