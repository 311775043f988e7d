import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Failing system calls")
    struct FaultSweepTests {
        /// Whether Python is there, and either a C compiler, or strace, and that may trace: in a container it often may not.
        private static let canTrace: Bool = {
            do {
                let probe = try ChildProcess(
                    "/bin/sh",
                    [
                        "-c",
                        "command -v python3 >/dev/null && { command -v cc || strace -f -o /dev/null true; } >/dev/null 2>&1",
                    ])
                return try probe.wait() == .exited(0)
            } catch {
                return false
            }
        }()

        @Test(
            "a call of the accept path that fails, or at which the program is killed, loses no acknowledged alert",
            .enabled(if: canTrace, "Python, or both cc and strace, are not installed"))
        func sample() async throws {
            try await onThread("itp-faults") {
                try withTemporaryFolder { folder in
                    let sweep = try Program(
                        ["--sample", "10", "--seed", "4", try Program.path()], in: folder,
                        program: Repository.root + "/scripts/fault-sweep")
                    let ending = try sweep.end(within: 240)
                    #expect(ending == .exited(0), "\(sweep.output)\(sweep.errors)")
                }
            }
        }
    }
}
