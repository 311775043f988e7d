import Formats
import Testing

/// What a mail's heads are cut to before a parser sees them.
struct MailHeadTests {
    private func bounded(_ mail: String) -> (text: String, remarks: [String]) {
        let bounded = MailShape.bounded(Array(mail.utf8))
        return (String(decoding: bounded.bytes, as: UTF8.self), bounded.remarks)
    }

    @Test(
        "an ordinary mail stays as it is",
        arguments: [
            "Subject: s\r\nTo: team: a@x.example, b@x.example;\r\n\r\ntext\r\n",
            "From: a\nContent-Type: multipart/mixed; boundary=\"a b\"\n\n--a b\nX: 1\n\ntext: --a b\n--a b--\nend",
            "Content-Type: multipart/mixed;\n boundary=b\n\n--b\n\nTo: \(String(repeating: ":", count: 90))\n--b--",
            "Content-Type: message/rfc822\n\nSubject: inner\n\n-- \nsignature", "no head at all", "", "\n\n\n",
            "\r\n--",
        ])
    func ordinary(_ mail: String) {
        let (text, remarks) = bounded(mail)
        #expect(text == mail && remarks.isEmpty)
    }

    @Test(
        "groups of addresses are not nested deeper than fifty, in whichever head they stand",
        arguments: [
            "To: NEST\n\nx", "Subject: s\nReply-To :\n NEST\n\nx", "Content-Type: message/rfc822\n\nTo: NEST\n\nx",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nFrom: NEST\n\nx",
            "Content-Type: multipart/digest; boundary=b\n\n--b\n\nCC: NEST\n\nx",
        ])
    func groups(_ mail: String) {
        let nest = String(repeating: "a:", count: 5000)
        let (text, _) = bounded(mail.replacing("NEST", with: nest))
        #expect(text.count { $0 == ":" } < 60)
        #expect(text.utf8.count == mail.replacing("NEST", with: nest).utf8.count)
        #expect(!MailShape.isShallow(nest) && MailShape.isShallow("team: a@x.example;"))
    }

    @Test("the heads of parts are cut, line by line, and what follows them stays; the remark says so")
    func partHeads() {
        let lines = String(repeating: "X-Line: some more\n", count: 2000)
        let mail = "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\(lines)\ntext\n--b\n\nmore\n--b--\n"
        let (text, remarks) = bounded(mail)
        #expect(text.utf8.count < 20_000 && text.hasSuffix("X-Line: some more\n\ntext\n--b\n\nmore\n--b--\n"))
        #expect(remarks.count == 1 && remarks[0].hasPrefix("the heads of parts are too long"))
        let inner = bounded("Content-Type: message/rfc822\n\n\(lines)Subject: inner\n\ntext")
        #expect(inner.text.utf8.count < 20_000 && inner.text.hasSuffix("\n\ntext"))
        let many = String(repeating: "--b\n\(String(repeating: "X-Line: some more\n", count: 800))\n\n", count: 100)
        #expect(bounded("Content-Type: multipart/mixed; boundary=b\n\n\(many)").text.utf8.count < 540_000)
    }

    @Test("a mail ends before the part that is one too many, however its boundary is written")
    func parts() {
        let parts = String(repeating: "--b\n\nx\n", count: 5000)
        for type in ["boundary=b", "boundary=\"b\"", "boundary=\"\\b\"", "boundary*0=b", "a=c; BOUNDARY = b ; d=e"] {
            let (text, remarks) = bounded("Content-Type: multipart/mixed; \(type)\n\n\(parts)")
            #expect(text.split(separator: "--b").count < 1010, "\(type)")
            #expect(remarks.contains { $0.contains("more than") }, "\(type)")
        }
        // Lines that only look like a separator are text.
        let text = bounded("Content-Type: multipart/mixed; boundary=c\n\n--c\n\n\(parts)--c--\n")
        #expect(text.remarks.isEmpty && text.text.hasSuffix("--c--\n"))
    }
}
