import Formats
import TestSupport
import Testing

struct JSONReaderTests {
    @Test(
        "valid texts are read, and what the writer makes of them reads the same",
        arguments: [
            "null", "true", "false", "0", "-0", "-1.5e+3", "1E9", "0.0", "123456789012345678901234567890", "\"\"", "[]",
            "{}", " \t\r\n[ 1 , 2 ]\n", "{\"a\":{\"b\":[null,{}]},\"a\":1}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
            "\"\\u00e9\\uD83D\\uDE00\"", "\"é😀\u{7F}\"", "\u{FEFF}{\"bom\":1}", "[[[[]]]]", "\"\\u0000\"",
        ])
    func valid(text: String) throws {
        let json = try JSON(parsing: text)
        #expect(try JSON(parsing: json.bytes) == json)
        #expect(try JSON(parsing: json.pretty) == json)
        #expect(try JSON(parsing: json.bytes).bytes == json.bytes)
    }

    @Test(
        "invalid texts are refused at the byte where they stop being JSON",
        arguments: [
            ("", 0, "the text ends where a value was expected"), ("  ", 2, "the text ends where a value was expected"),
            ("01", 1, "a number may not begin with 0"), ("-", 1, "a digit was expected"),
            ("-x", 1, "a digit was expected"), ("1.", 2, "a digit was expected after the decimal point"),
            ("1e", 2, "a digit was expected in the exponent"), ("1e+", 3, "a digit was expected in the exponent"),
            ("+1", 0, "'+' where a value was expected"), (".5", 0, "'.' where a value was expected"),
            ("1 2", 2, "unexpected '2' after the value"), ("nul", 0, "an unknown word where a value was expected"),
            ("True", 0, "'T' where a value was expected"), ("NaN", 0, "'N' where a value was expected"),
            ("[1,]", 3, "']' where a value was expected"), ("[1", 2, "the text ends inside an object or array"),
            ("[", 1, "the text ends inside an object or array"),
            ("[1 2]", 3, "',' or ']' was expected after an element"),
            ("{\"a\":1,}", 7, "a member's name in double quotes was expected"),
            ("{a:1}", 1, "a member's name in double quotes was expected"),
            ("{\"a\" 1}", 5, "':' was expected after a member's name"),
            ("{\"a\":1 \"b\"", 7, "',' or '}' was expected after a member"),
            ("\"abc", 0, "a string that begins here is not closed"),
            ("[\"a\nb\"]", 3, "a control character inside a string; write it as an escape"),
            ("\"\\x\"", 1, "an unknown escape in a string; a backslash itself is written \\\\"),
            ("\"\\", 1, "the text ends inside an escape"), ("\"\\u12", 1, "the text ends inside a \\u escape"),
            ("\"\\u12G4\"", 1, "a \\u escape needs four hex digits"),
            ("\"\\uD800\"", 1, "half of a surrogate pair in a \\u escape"),
            ("\"\\uDC00\"", 1, "half of a surrogate pair in a \\u escape"),
            ("\"\\uD800\\u0041\"", 1, "half of a surrogate pair in a \\u escape"),
            ("'a'", 0, "''' where a value was expected"),
            ("// x", 0, "'/' where a value was expected"), ("\u{FEFF}", 3, "the text ends where a value was expected"),
            ("1\u{FEFF}", 1, "unexpected byte 0xef after the value"),
        ])
    func invalid(text: String, offset: Int, what: String) {
        #expect(throws: JSONFault(offset: offset, what: what)) { try JSON(parsing: text) }
        #expect(JSON(ifValid: Array(text.utf8)) == nil)
    }

    @Test("whatever stands in a string is met at its place, however far that is from the string's ends")
    func places() throws {
        for length in 0..<26 {
            let plain = String(repeating: "x", count: length)
            #expect(throws: JSONFault.self) { try JSON(parsing: "\"" + plain) }
            for place in 0...length {
                let (before, behind) = (plain.prefix(place), plain.dropFirst(place))
                #expect(try JSON(parsing: "\"\(before)\\n\(behind)\"") == .string("\(before)\n\(behind)"))
                #expect(try JSON(parsing: "\"\(before)é\u{7F}\(behind)\"") == .string("\(before)é\u{7F}\(behind)"))
                let what = "a control character inside a string; write it as an escape"
                for control in ["\u{0}", "\n", "\u{1F}"] {
                    // What stands behind it is no less wrong, and not what is told.
                    #expect(throws: JSONFault(offset: place + 1, what: what)) {
                        try JSON(parsing: "\"\(before)\(control)\u{1}\(behind)\"")
                    }
                }
            }
        }
    }

    @Test(
        "bytes that are not UTF-8 are refused at their offset",
        arguments: [
            ([0xFF], 2), ([0x61, 0xC3], 3), ([0xC0, 0x80], 2), ([0xED, 0xA0, 0x80], 2), ([0xF4, 0x90, 0x80, 0x80], 2),
            ([0x61, 0x62, 0x80], 4),
        ] as [([UInt8], Int)])
    func notUTF8(bytes: [UInt8], offset: Int) {
        let text = [UInt8(ascii: "["), UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\""), UInt8(ascii: "]")]
        #expect(throws: JSONFault(offset: offset, what: "bytes that are not UTF-8")) { try JSON(parsing: text) }
        // The same behind an escape, where the text is put together of parts.
        let behind = [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "n")] + bytes + [UInt8(ascii: "\"")]
        #expect(throws: JSONFault(offset: offset + 1, what: "bytes that are not UTF-8")) { try JSON(parsing: behind) }
    }

    @Test("64 levels are read, the 65th is refused where it begins")
    func depth() throws {
        let nested = { (levels: Int) in
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(throws: Never.self) { try JSON(parsing: nested(64)) }
        #expect(throws: JSONFault(offset: 64, what: "nested deeper than 64 levels")) { try JSON(parsing: nested(65)) }
        let objects = String(repeating: "{\"a\":", count: 65)
        #expect(throws: JSONFault(offset: 320, what: "nested deeper than 64 levels")) { try JSON(parsing: objects) }
        // Depth counts what is open, not what has been.
        #expect(throws: Never.self) {
            try JSON(parsing: "[" + Array(repeating: "[]", count: 200).joined(separator: ",") + "]")
        }
    }

    @Test("escapes become what they stand for, also beside plain text")
    func escapes() throws {
        #expect(try JSON(parsing: "\"a\\u00e4\\ud83d\\ude00\\\"b\\/\\n\"").string == "aä😀\"b/\n")
        #expect(try JSON(parsing: "\"\\u0065\\u0301\"").string?.unicodeScalars.count == 2)
    }

    @Test("a string of millions of escapes is read in the time of its length", .timeLimit(.minutes(1)))
    func manyEscapes() throws {
        let count = 500_000
        let text = "\"" + String(repeating: "\\nx", count: count) + "\""
        #expect(try JSON(parsing: text).string?.utf8.count == 2 * count)
    }

    @Test("values answer what they are, of a repeated name the last")
    func access() throws {
        let json = try JSON(parsing: "{\"a\":1,\"a\":\"two\",\"n\":-7,\"f\":1.5,\"b\":true,\"l\":[1],\"z\":null}")
        #expect(json["a"]?.string == "two")
        #expect(json["n"]?.integer == -7)
        #expect(json["f"]?.integer == nil)
        #expect(json["f"]?.double == 1.5)
        #expect(json["b"]?.bool == true)
        #expect(json["l"]?.array?.count == 1)
        #expect(json["missing"] == nil)
        #expect(json.members?.count == 7)
        #expect(
            json.members?.map(\.value.kind) == ["number", "string", "number", "number", "boolean", "array", "null"])
        #expect(json.kind == "object")
        #expect(JSON.null["a"] == nil && JSON.null.array == nil && JSON.null.members == nil && JSON.null.bool == nil)
        #expect(JSON.null.string == nil && JSON.null.integer == nil && JSON.null.double == nil)
        #expect(try JSON(parsing: "9223372036854775808").integer == nil)
    }

    @Test("the writer escapes what it has to and keeps order and numbers")
    func writing() {
        let json: JSON = [
            "z": [1, true, nil as JSON? ?? .null], "a": .string("\u{1}\"\\\r\t\u{7F}é"), "e": [], "o": [:],
        ]
        #expect(json.compact == #"{"z":[1,true,null],"a":"\u0001\"\\\r\t\u007fé","e":[],"o":{}}"#)
        #expect(JSON.members([("a", [1])]).pretty == "{\n  \"a\": [\n    1\n  ]\n}")
        #expect(JSON.text(nil) == .null)
        var out: [UInt8] = [0x20]
        JSON.integer(-5).write(into: &out)
        #expect(out == Array(" -5".utf8))
    }

    @Test("mutated texts are read or refused, never worse; what is read round-trips")
    func mutations() throws {
        let seed: UInt64 = 20_261_121
        var random = SeededRandom(seed: seed)
        let original = Array(#"{"alerts":[{"subject":"a\u00e9\ud83d\ude00","n":-1.5e3,"x":[true,null,{}]},"é"]}"#.utf8)
        var valid = 0
        for round in 0..<20_000 {
            var bytes = original
            for _ in 0...random.pick(0...3) where !bytes.isEmpty {
                let at = random.pick(0...bytes.count - 1)
                switch random.pick(0...3) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(original[random.pick(0...original.count - 1)], at: at)
                default: bytes = Array(bytes.prefix(max(at, 1)))
                }
            }
            do {
                let json = try JSON(parsing: bytes)
                valid += 1
                #expect(try JSON(parsing: json.bytes) == json, "seed \(seed), round \(round)")
            } catch {
                #expect((0...bytes.count).contains(error.offset), "seed \(seed), round \(round)")
            }
        }
        #expect(valid > 100)
    }
}
