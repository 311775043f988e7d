import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Failing system calls")
    struct FaultSweepTests {
        /// Whether strace and Python are there, and strace may trace: in a container it often may not.
        private static let canTrace: Bool = {
            do {
                let probe = try ChildProcess(
                    "/bin/sh", ["-c", "command -v python3 >/dev/null && strace -f -o /dev/null true 2>/dev/null"])
                return try probe.wait() == .exited(0)
            } catch {
                return false
            }
        }()

        @Test(
            "a call of the accept path that fails, or at which the program is killed, loses no acknowledged alert",
            .enabled(if: canTrace, "strace or Python is not installed, or strace may not trace here"))
        func sample() async throws {
            try await onThread("itp-faults") {
                try withTemporaryFolder { folder in
                    let sweep = try Program(
                        ["--sample", "6", "--seed", "4", try Program.path()], in: folder,
                        program: Repository.root + "/scripts/fault-sweep")
                    let ending = try sweep.end(within: 240)
                    #expect(ending == .exited(0), "\(sweep.output)\(sweep.errors)")
                }
            }
        }
    }
}
