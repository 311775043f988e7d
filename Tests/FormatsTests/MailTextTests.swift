import Formats
import Testing

@Suite("HTML as text")
struct ReadableHTMLTests {
    private func text(_ html: String) -> String { ReadableHTML.text(Array(html.utf8), limit: 1 << 20) }

    @Test("the cells of a table keep their order, a row a line")
    func table() {
        let html =
            "<table><tr><th>Host</th><th>State</th></tr>\n<tr><td>fs1</td><td> <b>Down</b> </td></tr></table>after"
        #expect(text(html) == "Host\tState\nfs1\tDown\n\nafter")
    }

    @Test("scripts, styles, heads and comments are no text")
    func skipped() {
        #expect(text("a<script>x</script>b<STYLE>y</STYLE>c<!-- <p>no</p> -->d") == "abcd")
        #expect(text("<html><head><title>t</title></head><body>b</body>") == "b")
    }

    @Test("a mark that never closes costs no text behind it")
    func unclosed() {
        #expect(text("a<!-- b> c") == "a c")
        #expect(text("<a href=\"x>link</a> more") == "link more")
        #expect(text("<head>text <p>goes on") == "text\n\ngoes on")
        #expect(text("1 < 2 and 3 <4") == "1 < 2 and 3 <4")
    }

    @Test("entities are undone once")
    func entities() {
        #expect(
            text("&lt;b&gt; &amp;lt; &#8364; &#x41; &#150; &uuml; &nope; &#0; a&nbsp;b")
                == "<b> &lt; € A – ü &nope; &#0; a b")
    }

    @Test("where a link leads is told, unless its text says so")
    func links() {
        #expect(text("<a href='https://x.example/1?a=1&amp;b=2'>open</a>") == "open <https://x.example/1?a=1&b=2>")
        #expect(text("<a href=\"https://x.example\">https://x.example</a>") == "https://x.example")
        #expect(text("<a href=\"javascript:x\">open</a>") == "open")
    }

    @Test("lines of preformatted text stay lines")
    func preformatted() {
        #expect(text("<pre>a  b\nc</pre>d\ne") == "a  b\nc\n\nd e")
    }

    @Test(
        "hostile markup takes no more than a straight pass", .timeLimit(.minutes(5)),
        arguments: ["<a", "<!--", "<script>", "&amp", "<a href=\"", "<p", "<a href='x", "</", "<td>"])
    func hostile(_ piece: String) {
        let html = Array(String(repeating: piece, count: 300_000).utf8)
        // Quadratic work on this input takes many minutes.
        #expect(ReadableHTML.text(html, limit: 1 << 20).utf8.count <= 1 << 20)
    }

    @Test("the text is bounded")
    func bounded() {
        #expect(ReadableHTML.text(Array(repeating: UInt8(ascii: "x"), count: 5000), limit: 100).utf8.count == 100)
    }
}

@Suite("The shape of a mail")
struct MailShapeTests {
    @Test("a mail within the limits is not touched")
    func untouched() {
        let mail = Array("Subject: a\r\n\r\nmessage/ multipart\r\n".utf8)
        let bounded = MailShape.bounded(mail)
        #expect(bounded.bytes == mail && bounded.remarks.isEmpty)
    }

    @Test("a mail of 30 MiB is cut, and says so")
    func large() {
        let mail = Array("Subject: a\n\n".utf8) + [UInt8](repeating: 0x61, count: 30 << 20)
        let bounded = MailShape.bounded(mail)
        #expect(bounded.bytes.count == MailLimits.messageBytes)
        #expect(bounded.remarks == ["the mail has 31457292 bytes; only the first 26214400 were read"])
    }

    @Test("a head that is too long is cut at a line, and the text stays")
    func head() {
        let line = "X-Long: " + String(repeating: "x", count: 1000) + "\n"
        let mail = Array(("Subject: a\n" + String(repeating: line, count: 500) + "\nbody").utf8)
        let bounded = MailShape.bounded(mail)
        #expect(bounded.bytes.count <= MailLimits.headBytes + 10)
        #expect(String(decoding: bounded.bytes.suffix(8), as: UTF8.self) == "xx\n\nbody")
        #expect(bounded.remarks.count == 1)
    }

    @Test("a mail nested 2,000 times is cut before the level that is too deep")
    func nested() {
        var mail = ""
        for level in 0..<2000 { mail += "Content-Type: Multipart/mixed; boundary=b\(level)\n\n--b\(level)\n" }
        let bounded = MailShape.bounded(Array(mail.utf8))
        let levels = String(decoding: bounded.bytes, as: UTF8.self).split(separator: "Multipart").count - 1
        #expect(levels == MailLimits.divisions)
        #expect(bounded.remarks.first?.contains("more than 100 times") == true)
    }
}

@Suite("Reports of mail servers")
struct DeliveryStatusTests {
    @Test("each recipient has its own report")
    func recipients() {
        let text = """
            Reporting-MTA: dns; mx.example

            Final-Recipient: rfc822; a@x.example
            Action: Failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 no
              such user

            Original-Recipient: rfc822;b@x.example
            Action: delayed
            """
        let list = MailMessage.DeliveryStatus.list(of: text)
        #expect(list.map(\.recipient) == ["a@x.example", "b@x.example"])
        #expect(list.map(\.action) == ["failed", "delayed"])
        #expect(list.first?.diagnostic == "550 no such user")
    }

    @Test("text of a mail is tidied, and cut between characters")
    func tidied() {
        #expect(MailText.tidied("a  b \r\n\r\n\r\n\r\nc\u{7}\td\r", limit: 100) == "a  b\n\nc\td")
        #expect(MailText.tidied("ääää", limit: 5) == "ää…")
    }
}
