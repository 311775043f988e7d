import Glibc
import Platform
import TestSupport
import Testing

@Suite("Child processes")
struct ChildProcessTests {
    @Test("the exit code comes back, as often as it is asked for")
    func exitCode() throws {
        let child = try ChildProcess("/bin/sh", ["-c", "exit 3"])
        #expect(try child.wait() == .exited(3))
        #expect(try child.wait() == .exited(3))
        try child.send(signal: SIGKILL)
    }

    @Test("a signal ends the child, and shows as such")
    func signal() throws {
        let child = try ChildProcess("/bin/cat", [], ownGroup: true)
        #expect(getpgid(child.pid) == child.pid)
        try child.send(signal: SIGKILL)
        #expect(try child.wait() == .signalled(SIGKILL))
    }

    @Test("a child that reads its stdin ends when its parent closes it")
    func stdin() throws {
        let child = try ChildProcess("/bin/cat")
        #expect(getpgid(child.pid) == getpgid(0))
        child.closeInput()
        #expect(try child.wait() == .exited(0))
    }

    @Test("the child has the given environment and no descriptor of ours")
    func clean() throws {
        try withTemporaryFolder { folder in
            let held = try check("dup2", on: "stdin") { dup2(0, 900) }
            defer { close(held) }
            let out = folder + "/out"
            let child = try ChildProcess(
                "/bin/sh", ["-c", "cd /proc/self/fd && echo $NAME * > \"$OUT\""],
                environment: ["NAME=value", "OUT=\(out)"])
            #expect(try child.wait() == .exited(0))
            let text = String(decoding: try Files.read(out, maxBytes: 1000), as: UTF8.self)
            // The shell itself opens one more or two for the pattern and its output.
            let numbers = text.split { $0 == " " || $0 == "\n" }.dropFirst().compactMap { Int32($0) }
            #expect(text.hasPrefix("value 0 1 2"))
            #expect(numbers.count >= 3)
            #expect(!numbers.contains(held), "\(text)")
        }
    }

    @Test("a signal that this process ignores is not ignored by the child")
    func signalsReset() throws {
        // Sends SIGPIPE to itself, which ends it unless it is ignored.
        let child = try ChildProcess("/bin/sh", ["-c", "kill -PIPE $$; exit 0"])
        #expect(try child.wait() == .signalled(SIGPIPE))
    }

    @Test("a missing program is an error of its start")
    func missing() throws {
        let error = try #require(throws: SystemError.self) { try ChildProcess("/nowhere/program") }
        #expect("\(error)" == "posix_spawn /nowhere/program: No such file or directory (errno 2)")
    }
}
