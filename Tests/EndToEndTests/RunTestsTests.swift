import Platform
import TestSupport
import Testing

extension EndToEnd {
    /// What `make test` ends with when something has failed.
    @Suite("The tests' end")
    struct RunTestsTests {
        @Test("what failed is said once more at the end, with its lines, and the status is that of the tests")
        func failures() async throws {
            try await onThread("itp-run-tests") {
                try withTemporaryFolder { folder in
                    let lines = [
                        "◇ Test \\\"one\\\" started.", "✔ Test \\\"one\\\" passed.",
                        "✘ Test \\\"two\\\" recorded an issue",
                        "  because of this", "◇ Test \\\"three\\\" started.", "✔ Test \\\"three\\\" passed.",
                    ]
                    let text = lines.map { "echo \"\($0)\"\n" }.joined()
                    for (status, isRepeated) in [(3, true), (0, false)] {
                        let stub = "\(folder)/swift\(status)"
                        try writeProgram(stub, "\(text)exit \(status)")
                        let words = [
                            "SWIFT=\(stub)", "TESTS_LOG=\(folder)/tests.log", "\(Repository.root)/scripts/run-tests",
                        ]
                        let result = try Program.run(words, in: folder, program: "/usr/bin/env")
                        #expect(result.code == Int32(status), "\(result)")
                        let end = "✘ Test \"two\" recorded an issue\n  because of this\n"
                        #expect(result.output.hasSuffix("in \(folder)/tests.log:\n\(end)") == isRepeated, "\(result)")
                    }
                }
            }
        }
    }
}
