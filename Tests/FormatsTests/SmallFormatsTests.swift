import Formats
import TestSupport
import Testing

struct Base64Tests {
    @Test(
        "the vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, coded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == coded)
        #expect(Base64.decode(coded) == Array(plain.utf8))
        #expect(Base64.decode(String(coded.prefix { $0 != "=" })) == Array(plain.utf8))
    }

    @Test(
        "what is not Base64 is refused",
        arguments: [
            "A", "A===", "=", "====", "Zg=", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zm-_", "Zg==Zg==", "AAAA====", "é",
        ])
    func refused(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("all bytes survive, at every length")
    func roundTrip() {
        var random = SeededRandom(seed: 3)
        for count in 0..<200 {
            let bytes = random.bytes(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }
}

struct IdentifierTests {
    private let receipt = Identifier(milliseconds: 0x0123_4567_89AB, random: (0xFEDC, 0x1122_3344_5566_7788))

    @Test("a receipt is a UUID version 7 that begins with its time")
    func version7() {
        #expect(receipt.description == "01234567-89ab-7edc-9122-334455667788")
        let full = Identifier(milliseconds: -1, random: (.max, .max))
        #expect(full.description == "ffffffff-ffff-7fff-bfff-ffffffffffff")
    }

    @Test("text and bytes lead back to the identifier")
    func roundTrip() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<1000 {
            let id = Identifier(high: random.next(), low: random.next())
            #expect(Identifier(id.description) == id)
            #expect(Identifier(id.description.uppercased()) == id)
            #expect(Identifier(bytes: id.bytes[...]) == id)
        }
    }

    @Test(
        "what is no identifier is refused",
        arguments: [
            "", "01234567-89ab-7edc-9122-33445566778", "01234567-89ab-7edc-9122-3344556677889",
            "0123456789ab-7edc-9122-3344-55667788", "g1234567-89ab-7edc-9122-334455667788",
            "01234567+89ab-7edc-9122-334455667788", "{1234567-89ab-7edc-9122-33445566778}",
        ])
    func refused(text: String) {
        #expect(Identifier(text) == nil)
        #expect(Identifier(bytes: [UInt8](repeating: 0, count: 15)[...]) == nil)
    }

    @Test("item 0 is the receipt itself; the others are UUIDs version 8 that never change")
    func derived() {
        #expect(receipt.derived(0) == receipt)
        #expect(receipt.derived(1).description == "703a5d62-a996-8c35-aa4f-d50b0fa4bb22")
        #expect(receipt.derived(2).description == "3770f741-4ed5-88d8-b149-e7caa2e1b2d6")
        #expect(receipt.derived(999).description == "844a7210-ad0f-8867-84ce-d7777abab759")
        for index in 1...100 {
            let id = receipt.derived(index)
            #expect(id.high >> 12 & 0xF == 8)
            #expect(id.low >> 62 == 0b10)
        }
    }

    @Test("ten thousand items of a receipt, and one item of ten thousand receipts, are all different")
    func distinct() {
        #expect(Set((0..<10_000).map { receipt.derived($0) }).count == 10_000)
        let receipts = (0..<10_000).map { Identifier(milliseconds: 1_700_000_000_000, random: (0, UInt64($0))) }
        #expect(Set(receipts.flatMap { [$0, $0.derived(1), $0.derived(2)] }).count == 30_000)
    }
}

struct FingerprintTests {
    @Test("a fingerprint names its bytes, whatever pieces they come in")
    func names() {
        var whole = Fingerprint()
        whole.add("hello world".utf8)
        var pieces = Fingerprint()
        pieces.add("hello ".utf8)
        pieces.add("world".utf8)
        #expect(whole == pieces)
        // FNV-1a of 128 bits of "hello world", by its published definition.
        #expect(whole.short == "6c155799fdc8")
        #expect(Fingerprint().short == "6c62272e07bb")
    }
}

struct ASCIITests {
    @Test("hexadecimal digits in both cases, and nothing else")
    func hexDigits() {
        #expect("09afAF".utf8.map { hexDigitValue($0) } == [0, 9, 10, 15, 10, 15])
        #expect("/:@G`g é".utf8.allSatisfy { hexDigitValue($0) == nil })
        #expect([0, 10, 255].map { hex($0) } == ["00", "0a", "ff"])
    }

    @Test("only ASCII capitals become small")
    func small() {
        #expect(Array("@AZ[aé".utf8).map { lowercased($0) } == Array("@az[aé".utf8))
        #expect("ÀB".equalsIgnoringCase("àb") && !"a".equalsIgnoringCase("ab"))
    }

    @Test(
        "blanks, tabs and line ends go at both ends",
        arguments: [("  a b\t", "a b"), ("\r\n a\r\n", "a"), (" \n", ""), ("", ""), ("\u{A0}a", "\u{A0}a")])
    func trimming(text: String, expected: String) {
        #expect(text.trimmed == expected)
    }

    @Test("a phrase is found in any case, the first time that it occurs")
    func phrase() {
        let text = "é For MORE for more"
        let index = text.firstIndexIgnoringCase(of: "for more")
        #expect(index.map { text.distance(from: text.startIndex, to: $0) } == 2)
        #expect("abc".firstIndexIgnoringCase(of: "bcd") == nil)
    }
}

struct ParagraphsTests {
    @Test("paragraphs stand apart by an empty line, without blanks at their ends; empty ones leave no trace")
    func paragraphs() {
        var paragraphs = Paragraphs(room: 4)
        #expect(paragraphs.text.isEmpty)
        paragraphs.add("")
        paragraphs.addTrimmed(" \n one é\t")
        paragraphs.addTrimmed("  \n")
        paragraphs.add { _ in }
        paragraphs.add { bytes in
            bytes.append("t")
            bytes.append("wo")
        }
        paragraphs.add("")
        #expect(paragraphs.text == "one é\n\ntwo")
    }
}
