import Glibc
import Platform
import TestSupport
import Testing

@Suite("Programs that answer")
struct ModuleProcessTests {
    private func run(
        _ script: String, input: String = "question\n", milliseconds: Int = 20_000,
        isCancelled: @Sendable () -> Bool = { false }
    ) throws -> ModuleProcess.Ending {
        try withTemporaryFolder { folder in
            let path = folder + "/module"
            try writeProgram(path, script)
            return ModuleProcess.run(
                path, input: Array(input.utf8), limits: .init(timeMilliseconds: milliseconds),
                isCancelled: isCancelled)
        }
    }

    @Test("a program reads the question and its stdout is the answer")
    func answers() throws {
        #expect(try run("read line; echo \"got $line\"") == .answered(Array("got question\n".utf8)))
        let long = String(repeating: "0123456789", count: 50_000)
        #expect(try run("wc -c | tr -d ' '", input: long) == .answered(Array("500000\n".utf8)))
    }

    @Test("a program that reads nothing can answer")
    func readsNothing() throws {
        let long = String(repeating: "x", count: 1 << 20)
        #expect(try run("echo '{}'", input: long) == .answered(Array("{}\n".utf8)))
        #expect(try run("exec <&-; echo '{}'", input: long) == .answered(Array("{}\n".utf8)))
    }

    @Test("an exit code is a failure, with the first line of stderr")
    func exitCode() throws {
        #expect(try run("exit 1") == .failed("it ended with exit code 1"))
        #expect(
            try run("echo out; echo 'no database' >&2; echo more >&2; exit 3")
                == .failed("it ended with exit code 3: no database"))
        #expect(try run("kill -TERM $$") == .failed("signal 15 ended it"))
    }

    @Test("a program that takes too long is ended, with all that it has started")
    func timeOut() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/module"
            try writeProgram(path, "/bin/cat /dev/zero >/dev/null & echo $! > \"\(folder)/pid\"; wait")
            let ending = ModuleProcess.run(path, input: [], limits: .init(timeMilliseconds: 1000))
            #expect(ending == .failed("it took longer than 1000 ms"))
            let text = String(decoding: try Files.read(folder + "/pid", maxBytes: 100), as: UTF8.self)
            let grandchild = try #require(Int32(text.prefix { $0 != "\n" }))
            #expect(waitUntil { hasEnded(grandchild) })
        }
    }

    /// Gone, or only waiting to be taken notice of by whoever has inherited it.
    private func hasEnded(_ pid: Int32) -> Bool {
        guard let bytes = try? Files.read("/proc/\(pid)/stat", maxBytes: 1000) else { return true }
        return String(decoding: bytes, as: UTF8.self).contains(") Z")
    }

    @Test("what a program leaves behind in its group is ended with it, and does not hold up the answer")
    func leftBehind() throws {
        #expect(try run("/bin/cat /dev/zero >/dev/null & echo done") == .answered(Array("done\n".utf8)))
    }

    @Test("a program that writes without end is ended")
    func hugeOutput() throws {
        #expect(try run("cat /dev/zero") == .failed("it wrote more than 65536 bytes"))
        #expect(try run("cat /dev/zero >&2", milliseconds: 300) == .failed("it took longer than 300 ms"))
    }

    @Test("a program that is not to be waited for any longer is ended")
    func cancelled() throws {
        #expect(try run("exec cat /dev/zero >/dev/null", isCancelled: { true }) == .failed("the service stops"))
    }

    @Test("its environment and descriptors hold nothing of ours")
    func clean() throws {
        let held = try check("dup2", on: "stdin") { dup2(0, 901) }
        defer { close(held) }
        let ending = try run(
            "unset PWD OLDPWD SHLVL _; env | sort | cut -d= -f1 | tr '\\n' ' '; ls /proc/self/fd | tr '\\n' ' '")
        guard case .answered(let bytes) = ending else {
            Issue.record("\(ending)")
            return
        }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        #expect(words.filter { Int($0) == nil && $0 != "PWD" && $0 != "_" } == ["LANG", "PATH"])
        #expect(!words.contains("901"))
    }

    @Test("a program that is not there is a failure")
    func missing() {
        let ending = ModuleProcess.run("/nowhere/module", input: [], limits: .init(timeMilliseconds: 1000))
        #expect(
            ending
                == .failed("it could not be run: posix_spawn /nowhere/module: No such file or directory (errno 2)"))
    }

    @Test("links, folders, and files that anybody may write or nobody may execute are not run")
    func faults() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/module"
            try writeProgram(path, "exit 0")
            #expect(ModuleFile.fault(at: path) == nil)
            try check("symlink", on: path) { symlink(path, folder + "/link") }
            #expect(ModuleFile.fault(at: folder + "/link") == "it is a link; put the file itself there")
            #expect(ModuleFile.fault(at: folder) == "it is no file")
            try check("chmod", on: path) { chmod(path, 0o777) }
            #expect(ModuleFile.fault(at: path) == "anybody may write it; take the right away with chmod o-w")
            try check("chmod", on: path) { chmod(path, 0o600) }
            #expect(ModuleFile.fault(at: path) == "it is not executable; make it so with chmod +x")
            #expect(ModuleFile.fault(at: folder + "/none")?.contains("No such file") == true)
        }
    }
}
