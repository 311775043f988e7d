import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Order of durability")
    struct DurabilityTests {
        /// Whether strace is there and may trace: in a container it often may not.
        private static let canTrace: Bool = {
            do {
                let probe = try ChildProcess(
                    "/bin/sh", ["-c", "command -v awk bash >/dev/null && strace -f -o /dev/null true 2>/dev/null"])
                return try probe.wait() == .exited(0)
            } catch {
                return false
            }
        }()

        @Test(
            "the record is on disk before the answer, the decision before the PSA is called",
            .enabled(if: canTrace, "strace is not installed, or may not trace here"))
        func order() async throws {
            try await onThread("itp-strace") {
                try withTemporaryFolder { folder in
                    let result = try Program.run(
                        [try Program.path()], in: folder, program: Repository.root + "/scripts/show-durability")
                    #expect(result.code == 0, "\(result.output)\(result.errors)")
                    #expect(result.output.contains("The order holds."), "\(result.output)\(result.errors)")
                }
            }
        }

        /// The lines that count, as strace writes them; some calls are interrupted by another thread's.
        private static let trace = [
            #"10 recvfrom(20<socket:[1]>, "POST /v1/alerts HTTP/1.1\r\n", 65536, 0, NULL, NULL) = 198"#,
            #"11 pwrite64(7</data/journal/0-1.journal>, "\222", 176, 64) = 176"#,
            #"11 fdatasync(7</data/journal/0-1.journal> <unfinished ...>"#,
            #"12 read(9<anon_inode:[eventfd]>, "\1", 8) = 8"#,
            #"11 <... fdatasync resumed>)         = 0"#,
            #"10 sendto(20<socket:[1]>, "HTTP/1.1 200 OK\r\n", 156, MSG_NOSIGNAL, NULL, 0) = 156"#,
            #"13 pwrite64(8</data/ledger.db-wal>, "\0", 24, 32) = 24"#,
            #"13 fdatasync(8</data/ledger.db-wal>) = 0"#,
            #"14 connect(21<socket:[2]>, {sa_family=AF_INET, sin_port=htons(9090), sin_addr=inet_addr("127.0.0.1")}"#,
            #"13 pwrite64(8</data/ledger.db-wal>, "\0", 24, 64) = 24"#,
            #"13 fdatasync(8</data/ledger.db-wal>) = 0"#,
            #"14 sendto(21<socket:[2]>, "POST /connectwise/service/tickets HTTP/1.1\r\n", 9, 0, NULL, 0) = 9"#,
        ]

        @Test("the trace's reader passes the right order and finds each wrong one")
        func reader() async throws {
            let trace = DurabilityTests.trace
            let wrongs: [(removed: Set<Int>, says: String)] = [
                ([1], "the answer goes out before the record is on disk"),
                ([2, 4], "the answer goes out before the record is on disk"),
                ([4], "the answer goes out before the record is on disk"),
                ([6], "the PSA is called before the decision is on disk"),
                ([7], "the PSA is called before the decision is on disk"),
                ([8], "the ticket is asked for before the decision is on disk"),
                ([9], "the ticket is asked for before the intent is on disk"),
                ([10], "the ticket is asked for before the intent is on disk"),
                ([5], "the trace does not hold the whole way"), ([11], "the trace does not hold the whole way"),
            ]
            try await onThread("itp-awk") {
                try withTemporaryFolder { folder in
                    #expect(try DurabilityTests.read(trace, folder).code == 0)
                    for (removed, says) in wrongs {
                        let lines = trace.indices.filter { !removed.contains($0) }.map { trace[$0] }
                        let result = try DurabilityTests.read(lines, folder)
                        #expect(result.code == 1, "\(removed): \(result.output)")
                        #expect(result.output.contains(says), "\(removed): \(result.output)")
                    }
                }
            }
        }

        private static func read(_ lines: [String], _ folder: String) throws -> Program.Result {
            let path = folder + "/trace"
            try Files.replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8))
            let script = Repository.root + "/scripts/show-durability.awk"
            return try Program.run(
                ["awk", "-v", "psa=9090", "-f", script, path], in: folder, program: "/usr/bin/env")
        }
    }
}
