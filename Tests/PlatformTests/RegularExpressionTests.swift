import Formats
import Platform
import Testing

@Suite("Regular expressions")
struct RegularExpressionTests {
    @Test("named groups come back, those that took no part do not; letters of both cases are alike")
    func groups() throws {
        let expression = try RegularExpression(#"^alert on (?<host>\S+)(?: by (?<who>\w+))?"#)
        #expect(expression.groups == ["host", "who"])
        #expect(expression.match("ALERT ON srv01") == .groups(["host": "srv01"]))
        #expect(expression.match("Alert on srv01 by Ann") == .groups(["host": "srv01", "who": "Ann"]))
        #expect(expression.match("nothing") == .none)
    }

    @Test("text is UTF-8, and lines may end in CRLF")
    func unicode() throws {
        #expect(try RegularExpression("^(?<all>.)ß$").match("äß") == .groups(["all": "ä"]))
        #expect(try RegularExpression("(?m)^Host: (?<host>.*)$").match("a\r\nHost: b\r\n") == .groups(["host": "b"]))
    }

    @Test("what does not compile is named with its place")
    func faults() {
        #expect(throws: PatternFault(offset: 3, what: "missing closing parenthesis")) { try RegularExpression("(ab") }
        #expect(throws: PatternFault.self) { try RegularExpression("\\C") }
        #expect(throws: PatternFault.self) {
            try RegularExpression(String(repeating: "a", count: RegularExpression.maxPatternBytes + 1))
        }
    }

    @Test(
        "an expression that would try for ever is given up after so many steps",
        arguments: ["(a+)+$", "(a|aa)+$", "^(a*)*$", "a*a*a*a*b", "[ab]*[ab]*[cd]", "(?:a?){30}a{30}$"])
    func noCatastrophe(_ pattern: String) throws {
        let expression = try RegularExpression(pattern)
        let match = expression.match(String(repeating: "a", count: 20_000) + "!")
        switch match {
        case .limitExceeded, .none: break
        case .groups: Issue.record("it cannot match: \(match)")
        }
    }

    @Test("the classic is given up with a reason")
    func reason() throws {
        let match = try RegularExpression("(a+)+$").match(String(repeating: "a", count: 40) + "!")
        guard case .limitExceeded(let reason) = match else {
            Issue.record("\(match)")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test("of a long text the beginning is looked at, cut between two characters")
    func longText() throws {
        let expression = try RegularExpression("(?<end>é?)$")
        let text = "x" + String(repeating: "é", count: RegularExpression.maxTextBytes)
        #expect(expression.match(text) == .groups(["end": "é"]))
        #expect(try RegularExpression("needle").match(String(repeating: " ", count: 70_000) + "needle") == .none)
        #expect(try RegularExpression("needle").match(String(repeating: " ", count: 60_000) + "needle") == .groups([:]))
    }
}
