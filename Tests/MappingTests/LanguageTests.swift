import Events
import Formats
import Mapping
import Settings
import Testing

struct LanguageTests {
    @Test("pointers reach into objects and arrays, quoted and escaped names included")
    func pointers() throws {
        let body = #"{"a":{"b":[10,{"c":"x"}],"d e":"y","k/8s":"z","k.io":"w"},"list":[{"n":"1"},{"n":"2"},{}]}"#
        #expect(try filled("{/a/b/0}-{/a/b/1/c}", body) == "10-x")
        #expect(try filled("{/a/b/-1/c}", body) == "x")
        #expect(try filled(#"{/a/"d e"} {/a/"k/8s"} {/a/k~18s} {/a/k.io}"#, body) == "y z z w")
        #expect(try filled("{/list/*/n}", body) == "1, 2")
        #expect(try filled("{/a/nothing // /a/b/9 // /list/0/n // \"none\"}", body) == "1")
        #expect(try filled("{/zz // \"none\"}", body) == "none")
    }

    @Test(
        "functions do what they are called",
        arguments: [
            (#"{/v | trim}"#, "  a b ", "a b"), ("{/v | lower}", "AbC", "abc"), ("{/v | upper}", "AbC", "ABC"),
            (#"{/v | replace:"a":"o"}"#, "banana", "bonono"), (#"{/v | split:" - ":1}"#, "x - y - z", "y"),
            (#"{/v | split:".":-1}"#, "a.b.c", "c"), ("{/v | substring:2}", "abcdef", "cdef"),
            ("{/v | substring:1:3}", "abcdef", "bcd"), (#"{/v | html}"#, "<p>a<br>b &amp; c</p>", "a\nb & c"),
            ("{/v | urldecode}", "a%20b+c", "a b c"), ("{/v | base64}", "aGk=", "hi"),
            (#"{/v | default:"d"}"#, "", "d"),
            (#"{/v | prefix:"<" | suffix:">"}"#, "a", "<a>"), (#"{(/v | prefix:"<") // "none"}"#, "", "none"),
            (#"{/v | strip:"Problem: "}"#, "Problem: disk", "disk"), ("{/v | word}", "Disk C: full!", "DISK-C-FULL"),
            ("{/v | nodigits}", "a1b22", "ab"), (#"{/v | find:"on (?<h>\w+)"}"#, "down on web3 now", "web3"),
            (#"{/v | kv:"host"}"#, "Level: 1\nHost: a.b\n", "a.b"),
            (#"{/v | date:"d.M.yyyy H:mm" | prefix:"at "}"#, "3.2.2026 4:05", "at 2026-02-03T04:05:00.000Z"),
            (#"{("" // /v | upper) // "z"}"#, "q", "Q"), ("{/v | hash}", "a", "d228cb696f1a"),
        ])
    func functions(_ template: String, _ value: String, _ expected: String) throws {
        let body = JSON.object([.init("v", .string(value))]).compact
        if template.contains("hash") {
            #expect(try filled(template, body).count == 12)
        } else {
            #expect(try filled("x" + template, body) == "x" + expected)
        }
    }

    @Test("a map takes words in any case, ranges and expressions, and says what it does not know")
    func maps() throws {
        let map = "Map.p=critical|down:1; 4..5:2; ..-1:9; /^warn/:3"
        for (value, expected) in [("CRITICAL", "1"), ("down", "1"), ("4.5", "2"), ("-3", "9"), ("Warning!", "3")] {
            #expect(try filled("x{/v | map:p}", #"{"v":"\#(value)"}"#, adding: map) == "x" + expected)
        }
        let source = try soundSource("Subject={(/v | map:p) // \"none\"} {/v}\nDefault=fire\n" + map)
        let event = try #require(events(#"{"v":"odd"}"#, source).first)
        #expect(event.subject == "none odd")
        #expect(event.remarks.contains { $0.saw.contains("Map.p has no entry for 'odd'") })
    }

    @Test(
        "conditions compare, and hold together with and, or, not and brackets",
        arguments: [
            ("/s = down", true), ("/s = \"DOWN\"", true), ("/s != down", false), ("/s in (up, down)", true),
            ("/s ~ \"^d\"", true), ("/s !~ \"^d\"", false), ("/n > 4", true), ("/n >= 5", true), ("/n < 5", false),
            ("/n <= 5", true), ("/zz exists", false), ("/zz missing", true), ("/s = up or /n = 5", true),
            ("/s = up or (/n = 5 and /zz exists)", false), ("not /s = up and not (/n = 4 or /zz exists)", true),
            ("{/s | upper} = DOWN", true), ("/b = true", true), ("header:X-Kind = test", false), ("/s < 3", false),
        ])
    func conditions(_ condition: String, _ expected: Bool) throws {
        let source = try soundSource("Subject=x\nRule.1=resolve when \(condition)\nDefault=fire")
        let event = try #require(events(#"{"s":"Down","n":5,"b":true}"#, source).first)
        #expect((event.state == .resolved) == expected)
    }

    @Test("the first rule in the order of their numbers decides")
    func rules() throws {
        let source = try soundSource(
            """
            Subject=x
            Rule.20=ignore(too late) when /a exists
            Rule.3=note when /a = 1
            Rule.10=test when /a = 2
            Default=resolve
            """)
        #expect(events(#"{"a":1}"#, source).first?.isNote == true)
        #expect(events(#"{"a":2}"#, source).first?.ending == Event.Ending(.cancelled, reason: "test"))
        #expect(events(#"{"a":3}"#, source).first?.ending == Event.Ending(.cancelled, reason: "too late"))
        #expect(events(#"{}"#, source).first?.state == .resolved)
    }

    @Test("values cannot shift the fields of a subject")
    func subjectFields() throws {
        let text = try subject(
            "EVT|S|{/a}||{/b}|N-{/c | word}.{/d}.X.P3.Alm", #"{"a":"x|y\nz","b":"","c":"a.b","d":"EV.T|Q"}"#)
        #expect(text == "EVT|S|x/y z|||N-A-B.EV-T/Q.X.P3.Alm")
    }

    @Test("a key or a delivery ID that lacks a value is none")
    func names() throws {
        let source = try soundSource(
            "Subject=x\nKey={/a}/{/b}\nDeliveryId={/a}{/c | prefix:\"/\" | default:\"\"}\nDefault=fire")
        let whole = try #require(events(#"{"a":"1","b":"2"}"#, source).first)
        #expect(whole.correlationKey == "test:1/2")
        #expect(whole.deliveryID == "test:1")
        let half = try #require(events(#"{"b":"2"}"#, source).first)
        #expect(half.correlationKey == nil)
        #expect(half.deliveryID == nil)
    }

    @Test("each item of an array is an event with access to the whole, and a bad one spoils no other")
    func fanOut() throws {
        let source = try soundSource("Each=/list\nSubject={/n // ^/name}{^/name}\nDefault=fire")
        let found = events(#"{"name":"P","list":[{"n":"1"},{"n":""},7]}"#, source)
        #expect(found.map(\.subject) == ["1P", "PP", "PP"])
        #expect(Set(found.map(\.id)).count == 3)
        let strict = try soundSource("Each=/list\nSubject={/n}\nDefault=fire")
        let mixed = events(#"{"list":[{"n":"1"},{"m":"2"},{"n":"3"}]}"#, strict)
        #expect(mixed.map(\.subject) == ["1", "Unreadable alert from test", "3"])
        #expect(mixed[1].body.contains(#"{"m":"2"}"#))
    }

    @Test("a request with more items than are taken says so in an event of its own")
    func tooMany() throws {
        let source = try soundSource("Each=.\nSubject={/n}\nDefault=fire")
        let list = (0..<1003).map { #"{"n":"\#($0)"}"# }.joined(separator: ",")
        let found = events("[\(list)]", source)
        #expect(found.count == 1001)
        #expect(found.last?.body.contains("1003 alerts, 1000 were taken") == true)
    }

    @Test("lines and finds of a text become events")
    func texts() throws {
        let lines = try soundSource("Each=lines {/t}\nItemDecode=pairs\nSubject={/host}: {/msg}\nDefault=fire")
        let found = events(#"{"t":"host=a msg=\"disk full\"\n\nhost=b msg=ok\n"}"#, lines)
        #expect(found.map(\.subject) == ["a: disk full", "b: ok"])
        let finds = try soundSource(
            "Decode=text\nEach=matches {item} ~ machine (?<m>\\w+)(?<rest>(?s).*)\nSubject={/m}\nDefault=fire")
        #expect(events("machine a, machine b and machine c", finds, file: "x.txt").map(\.subject) == ["a", "b", "c"])
    }

    @Test(
        "times are read in the usual ways; none, impossible and coming ones are absent",
        arguments: [
            ("1790000000", 1_790_000_000_000), ("1790000000.5", 1_790_000_000_500),
            ("1790000000123", 1_790_000_000_123),
            ("2026-03-03T14:14:07Z", 1_772_547_247_000), ("2026-03-03T14:14:07.5+0100", 1_772_543_647_500),
            ("Tue, 03 Mar 2026 14:14:07 +0000", 1_772_547_247_000), ("2026-03-03 14:14:07", 1_772_543_647_000),
            ("2026-07-03 14:14:07", 1_783_080_847_000), ("0001-01-01T00:00:00Z", nil), ("soon", nil),
            ("2031-01-01T00:00:00Z", nil),
        ] as [(String, Int64?)])
    func times(_ text: String, _ expected: Int64?) throws {
        let source = try soundSource("Subject=x\nOccurredAt={/t}\nTimeZone=Europe/Zurich\nDefault=fire")
        #expect(events(#"{"t":"\#(text)"}"#, source).first?.occurredAt?.milliseconds == expected)
    }

    @Test(
        "a value that was not filled in is absent, and an alert of nothing but such values is a test",
        arguments: [
            "[site_id]", "%sensor", "{EVENT.VALUE}", "{{alert.x}}", "$host.name$", "#id#",
        ])
    func placeholders(_ value: String) throws {
        let source = try soundSource("Subject=EVT {/host // \"?\"}\nAgent={/host}\nKey={/id}\nDefault=fire")
        let whole = JSON.object([.init("host", .string(value)), .init("id", .string(value))]).compact
        let test = try #require(events(whole, source).first)
        #expect(test.ending == Event.Ending(.cancelled, reason: "test"))
        #expect(test.subject == "a request of test")
        let half = JSON.object([.init("host", .string(value)), .init("id", .string("7"))]).compact
        #expect(events(half, source).first?.ending == nil)
    }

    @Test(
        "what merely looks like a placeholder is a value",
        arguments: [
            "[VSA] x is down", "50%", "%5", "$5", "{\"a\":1}", "#12", "[]", "{}", "100% full",
        ])
    func noPlaceholders(_ value: String) throws {
        let body = JSON.object([.init("v", .string(value))]).compact
        #expect(try subject("x{/v}", body) == "x" + value)
    }
}
