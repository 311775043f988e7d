import Formats
import Mapping
import Platform
import Testing

/// `docs/sources.md`: what it shows is what happens.
struct DocumentTests {
    @Test("the worked example of the documentation gives the event that stands there")
    func workedExample() throws {
        let path = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/docs/sources.md"
        let text = String(decoding: try Files.read(path, maxBytes: 1 << 20), as: UTF8.self)
        let example = try #require(text.firstRange(of: "## A new sender in ten lines"))
        let section = try block("ini", in: text[example.upperBound...]).split(separator: "\n").dropFirst()
        #expect(section.count == 10)
        let (loaded, findings) = loadSource("doorbell", section.joined(separator: "\n"))
        #expect(findings == [])
        let source = try #require(loaded)
        let body = try block("json", in: text[example.upperBound...])
        let events = SourceMapper.events(
            of: SourceSample.request(file: "x.json", Array(body.utf8), source: "doorbell"), source)
        let expected = try block("text", in: text[example.upperBound...])
        #expect(SourceSample.difference(expected, SourceSample.text(events)) == nil)
    }

    private func block(_ kind: String, in text: Substring) throws -> String {
        let open = try #require(text.firstRange(of: "```\(kind)\n"))
        let rest = text[open.upperBound...]
        let close = try #require(rest.firstRange(of: "```"))
        return String(rest[..<close.lowerBound])
    }
}
