import Formats
import Testing

struct HTTPTargetTests {
    @Test("path and query are told apart and decoded")
    func apart() {
        let target = HTTPTarget("/v1/caf%C3%A9%2Fx/?q=a+b%26&flag&=v&&q=2")
        #expect(target.rawPath == "/v1/caf%C3%A9%2Fx/")
        #expect(target.path == "/v1/café/x/")
        #expect(target.segments == ["v1", "café/x", ""])
        #expect(target.rawQuery == "q=a+b%26&flag&=v&&q=2")
        #expect(target.queryItems == [.init("q", "a b&"), .init("flag", ""), .init("", "v"), .init("q", "2")])
    }

    @Test("the scheme and host of an URL are no part of the path")
    func absolute() {
        let target = HTTPTarget("http://example.org:80/a?b=c")
        #expect(target.path == "/a")
        #expect(target.queryItems == [.init("b", "c")])
        #expect(HTTPTarget("http://example.org").path == "/")
        #expect(HTTPTarget("https://example.org?x=y").rawQuery == "x=y")
        #expect(HTTPTarget("//example.org/a").path == "//example.org/a")
    }

    @Test("a plus is a blank in a query but not in a path")
    func plus() {
        #expect(HTTPTarget("/a+b?a+b").path == "/a+b")
        #expect(HTTPTarget("/a+b?a+b").queryItems == [.init("a b", "")])
    }

    @Test("what is not properly encoded stays as it is", arguments: ["%", "%4", "%zz", "a%"])
    func broken(text: String) {
        #expect(HTTPTarget("/?x=\(text)").queryItems == [.init("x", text)])
    }

    @Test("only the first question mark begins the query, only the first equals sign ends a name")
    func firstOnly() {
        #expect(HTTPTarget("/a?b=c?d=e").queryItems == [.init("b", "c?d=e")])
        #expect(HTTPTarget("/a?").queryItems.isEmpty)
    }
}
