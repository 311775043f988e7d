import TestSupport
import Testing

extension EndToEnd {
    struct BrowserTests {
        @Test("the dashboard does what it should in a real browser, where one is installed")
        func dashboard() async throws {
            try await onThread("itp-browser-test") {
                try withTemporaryFolder { folder in
                    let script = Repository.root + "/Tests/EndToEnd/browser"
                    let result = try Program.run(
                        ["--short", try Program.path()], in: folder, program: script, seconds: 110)
                    #expect(result.code == 0, "\(result.errors)")
                    #expect(result.output.contains("browser: "))
                }
            }
        }
    }
}
