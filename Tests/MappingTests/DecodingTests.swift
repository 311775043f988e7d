import Events
import Formats
import Mapping
import Settings
import Testing

struct DecodingTests {
    @Test("steps are carried out one after the other, within what the ones before have given")
    func nested() throws {
        let source = try soundSource(
            "Decode=json, /Message:json?, /Message/content:base64\nSubject={/Message/content} {/Message/n}\nDefault=fire"
        )
        #expect(events(#"{"Message":"{\"content\":\"aGVsbG8=\",\"n\":1}"}"#, source).first?.subject == "hello 1")
        let plain = try soundSource("Decode=json, /Message:json?\nSubject={/Message}\nDefault=fire")
        #expect(events(#"{"Message":"just text"}"#, plain).first?.subject == "just text")
    }

    @Test(
        "the first way that can read a body is taken",
        arguments: [
            ("x.json", #"{"a":"1","b":{"c":"2"}}"#, "1"), ("x.form", "a=1&b=2", "1"), ("x.txt", "a: 1\nb: 2", "1"),
        ])
    func ways(_ file: String, _ body: String, _ expected: String) throws {
        let source = try soundSource("Decode=json|form|kv\nSubject={/a}\nDefault=fire")
        #expect(events(body, source, file: file).first?.subject == expected)
    }

    @Test("parts of a multipart form have their own character set")
    func multipart() throws {
        let source = try soundSource("Decode=multipart\nSubject={/a} {/b}\nDefault=fire")
        let head = "POST /x HTTP/1.1\nContent-Type: multipart/form-data; boundary=\"b b\"\n\n"
        let body =
            Array(
                "--b b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n"
                    .utf8)
            + [0xE4] + Array("\r\n--b b\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nä\r\n--b b--\r\n".utf8)
        let record = SourceSample.request(file: "x.http", Array(head.utf8) + body, source: "test")
        #expect(SourceMapper.events(of: record, source).first?.subject == "ä ä")
    }

    @Test(
        "XML is read without document types and entities of its own",
        arguments: [
            ("<a x='1'><b>t &lt; u</b><b>v</b><!-- c --><c/></a>", #"{"a":{"@x":"1","b":["t < u","v"],"c":""}}"#),
            ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>x<![CDATA[<y>]]>&#x41;</a>", #"{"a":"x<y>A"}"#),
            ("<!DOCTYPE a><a/>", nil), ("<a>&undefined;</a>", nil), ("<a><b></a>", nil), ("<a/><b/>", nil), ("", nil),
            ("<a b=c/>", nil), (String(repeating: "<a>", count: 100), nil),
        ] as [(String, String?)])
    func xml(_ text: String, _ expected: String?) throws {
        if let expected {
            #expect(try XMLReader.read(Array(text.utf8)).compact == expected)
        } else {
            #expect(throws: XMLFault.self) { try XMLReader.read(Array(text.utf8)) }
        }
    }

    @Test(
        "tolerant JSON takes what people write by hand",
        arguments: [
            ("{\"a\":\"two\nlines\tand\"}", #"{"a":"two\nlines\tand"}"#),
            (#"{"a":"ACME\user"}"#, #"{"a":"ACME\\user"}"#),
            (#"{"a":"C:\data\x"}"#, #"{"a":"C:\\data\\x"}"#), (#"{"a":[1,2,],}"#, #"{"a":[1,2]}"#),
            ("\u{FEFF}{\"a\":NaN}", #"{"a":null}"#), (#"{"a":"\u0041\u"}"#, #"{"a":"A\\u"}"#),
        ])
    func tolerant(_ text: String, _ expected: String) throws {
        #expect(try JSON(tolerating: Array(text.utf8)).compact == expected)
        #expect(throws: JSONFault.self) { try JSON(parsing: text.replacing("\u{FEFF}", with: "")) }
    }

    @Test(
        "tolerant JSON is no less bounded, and what is no JSON at all is none",
        arguments: [
            "", "{", "{\"a\":}", "{,}", "[,]", "{\"a\":1,,}", "\"open", "{\"a\" 1}", String(repeating: "[", count: 100),
        ])
    func notTolerated(_ text: String) {
        #expect(throws: JSONFault.self) { try JSON(tolerating: Array(text.utf8)) }
    }

    @Test("the values of a broken body are found by the text of its template")
    func template() throws {
        let source = try soundSource(
            #"""
            Tolerant=Y
            Template.1={"host":"[hostname]","text":"[message]","list":["%one"],"kind":"alert"}
            Subject={/host}/{/text}/{/list/0}/{/kind}
            Default=fire
            """#)
        let broken =
            "{ \"host\": \"A\\B\",\n \"text\": \"say \"hi\", \"x\"\", \"list\": [\"1\"],\n\"kind\":\"alert\" }\n"
        #expect(events(broken, source).first?.subject == #"A\B/say "hi", "x"/1/alert"#)
        #expect(events("{ \"host\": \"A\" oops", source).first?.subject == "Unreadable alert from test")
    }

    @Test("what cannot be read becomes one event that holds the raw text and no stage can parse")
    func unreadable() throws {
        let source = try soundSource("Subject={/a}\nDeliveryId={header:webhook-id}\nDefault=fire")
        let record = SourceSample.request(
            file: "x.http", Array("POST / HTTP/1.1\nwebhook-id: w1\n\n{\"a\": oops".utf8), source: "test")
        let found = SourceMapper.events(of: record, source)
        #expect(found.count == 1)
        #expect(found.first?.subject == "Unreadable alert from test")
        #expect(found.first?.body.contains("{\"a\": oops") == true)
        #expect(found.first?.body.contains("byte 6") == true)
        #expect(found.first?.deliveryID == "test:w1")
    }

    @Test("headers and the query are values as well")
    func headersAndQuery() throws {
        let source = try soundSource("Decode=query\nSubject={/a}-{query:b}-{header:X-Kind}\nDefault=fire")
        let record = SourceSample.request(
            file: "x.http", Array("GET /v1/alerts/test?a=1+2&b=%C3%A4 HTTP/1.1\nx-kind: k\n\n".utf8), source: "test")
        #expect(SourceMapper.events(of: record, source).first?.subject == "1 2-ä-k")
        #expect(source.headers.contains("x-kind"))
    }

    @Test("HTML keeps the order of a table's cells")
    func html() throws {
        let html =
            "<style>p{}</style><table><tr><th>Disk</th><th>Free</th></tr><tr><td>C:</td><td>1&nbsp;GB</td></tr></table>"
        #expect(try filled("{/a | html}", JSON.object([.init("a", .string(html))]).compact) == "Disk\tFree\nC:\t1 GB")
    }

    /// A reader that looked ahead from each of them would look at 10¹² bytes, and not end.
    @Test(
        "HTML that opens a million tags and closes none is read in one pass",
        .timeLimit(.minutes(2)), arguments: ["<", "<a", "<a href=\"", "</", "<!--", "&", "<style>"])
    func openTags(_ mark: String) throws {
        let html = String(repeating: mark, count: 1_000_000)
        let text = try filled("{/a | html | substring:0:10}", JSON.object([.init("a", .string(html))]).compact)
        #expect(text.count <= 10)
    }
}
