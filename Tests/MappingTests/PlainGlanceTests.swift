import Events
import Formats
import Mapping
import TestSupport
import Testing

/// What a glance takes for a single alert is one for the reader as well, without a warning; and what nearly all senders write is
/// taken at a glance.
struct PlainGlanceTests {
    private func isSurelyOne(_ body: String) -> Bool { isSurelyOne(Array(body.utf8)) }

    private func isSurelyOne(_ body: [UInt8]) -> Bool { PlainAlerts.isSurelyOne(body.span) }

    @Test(
        "an object of texts is seen to be an alert",
        arguments: [
            #"{"subject":"s"}"#, " {\t\"subject\" : \"s\"\r\n} \n", #"{"subject":"s","body":""}"#,
            #"{"body":"a\nb\"c\\d\/\b\f\r\t","subject":"Größe"}"#, #"{"subject":"s","state":"resolved","priority":3}"#,
            #"{"subject":"s","state":"firing","priority":"9","agentId":123456789,"eventCode":0}"#,
            """
            {"subject":"s","agent":"a","group":"g","os":"o","org":"n","orgId":"i","msp":"m","serviceLevel":"l","severity":"v",
            "category":"c","key":"k","eventType":"t","link":"https://x"}
            """,
        ])
    func seen(body: String) throws {
        #expect(isSurelyOne(body))
        #expect(try PlainAlerts(parsing: Array(body.utf8)).alerts.count == 1)
    }

    @Test(
        "all else is left to the reader, whether it is an alert or not",
        arguments: [
            "", "{", "{}", "[]", "7", #"{"subject":""}"#, #"{"subject":" s"}"#, #"{"subject":"\n"}"#, #"{"subject":7}"#,
            #"{"body":"b"}"#, #"{"subject":"s","body":7}"#, #"{"subject":"s","subject":""}"#,
            #"{"subject":"s","x":"y"}"#,
            #"{"subject":"s","state":"Resolved"}"#, #"{"subject":"s","state":"gone"}"#,
            #"{"subject":"s","priority":0}"#,
            #"{"subject":"s","priority":10}"#, #"{"subject":"s","hostClass":"?"}"#,
            #"{"subject":"s","occurredAt":"now"}"#,
            #"{"subject":"s","customFields":{}}"#, #"{"subject":"s","agent":null}"#, #"{"subject":"s","agent":true}"#,
            #"{"subject":"s","agentId":01}"#, #"{"subject":"s","agentId":1.5}"#, #"{"subject":"s","agentId":-1}"#,
            #"{"subject":"s","agentId":1234567890}"#, #"{"subject":"s","agent":"\u0041"}"#,
            #"{"subject":"s","agent":"\x"}"#,
            #"{"sub\/ject":"s"}"#, #"{"subject":"s",}"#, #"{"subject":"s"}}"#, #"{"subject":"s"} x"#, #"{"subject":"s"#,
            #"{"subject":"s\"#, "{\"subject\":\"s\u{1}\"}", "{\"subject\" \"s\"}",
            "{\"subject\":\"s\" \"agent\":\"a\"}",
            "\u{FEFF}{\"subject\":\"s\"}", #"{"alerts":[{"subject":"s"}]}"#,
        ])
    func left(body: String) { #expect(!isSurelyOne(body)) }

    @Test("bytes that are not UTF-8 are left to the reader, wherever they stand")
    func notUTF8() {
        let whole = Array(#"{"subject":"Größe","body":"0123456789012345678901234567890123456789é"}"#.utf8)
        #expect(isSurelyOne(whole))
        for index in whole.indices where whole[index] >= 0x80 {
            var broken = whole
            broken[index] = 0x41
            #expect(!isSurelyOne(broken))
        }
    }

    @Test("so they are in texts of every length, at every place")
    func notUTF8InShortTexts() {
        for count in 1...24 {
            for place in 0..<count {
                var text = [UInt8](repeating: 0x61, count: count)
                text[place] = 0xFF
                let body = Array(#"{"subject":"s","body":""#.utf8) + text + Array(#""}"#.utf8)
                #expect(!isSurelyOne(body), "byte \(place) of \(count)")
                text[place] = 0x7E
                #expect(isSurelyOne(Array(#"{"body":""#.utf8) + text + Array(#"","subject":"s"}"#.utf8)))
            }
        }
    }

    @Test("of ten thousand bodies that were changed at random, each one that a glance takes is read without a word")
    func agrees() throws {
        let pieces = [
            #""subject""#, #""body""#, #""state""#, #""priority""#, #""agent""#, #""nothing""#, ":", ",", "{", "}", "[",
            "]", " ",
            "\n", "\"", "\\", "\"s\"", "\"firing\"", "\"é\"", "\"\\n\"", "\"\\u00e9\"", "3", "0", "12", "1e3", "-",
            "null", "true",
        ].map { Array($0.utf8) }
        let start = Array(
            #"{"subject":"s","body":"long enough for eight bytes","priority":3,"state":"firing","agent":"a"}"#.utf8)
        var random = SeededRandom(seed: 21)
        var taken = 0
        for _ in 0..<10_000 {
            var body = start
            for _ in 0..<random.pick(1...3) {
                let at = random.pick(0...body.count)
                let cut = min(body.count, at + random.pick(0...12))
                body.replaceSubrange(
                    at..<cut, with: random.oneIn(4) ? random.bytes(1) : pieces[random.pick(0...pieces.count - 1)])
            }
            guard isSurelyOne(body) else { continue }
            taken += 1
            let alerts = try PlainAlerts(parsing: body)
            #expect(alerts.alerts.count == 1 && alerts.warnings.isEmpty, "\(String(decoding: body, as: UTF8.self))")
        }
        #expect(taken > 100)
    }
}
