import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Sockets that are handed over")
    struct HandoverTests {
        /// What systemd does for a socket unit: opens the sockets, and becomes the service with them as descriptors 3 and
        /// following, named in the environment.
        private static let launcher = """
            import os, socket, sys
            sockets = [socket.socket() for _ in range(2)]
            for number, each in enumerate(sockets):
                each.bind(("127.0.0.1", 0))
                each.listen()
                print(each.getsockname()[1], flush=True)
            moved = [os.dup(each.fileno()) for each in sockets]
            while min(moved) < 10:
                moved = [os.dup(each) for each in moved]
            for number, each in enumerate(moved):
                os.dup2(each, 3 + number)
                os.set_inheritable(3 + number, True)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="a:b")
            os.execv(sys.argv[1], sys.argv[1:])
            """

        private static let hasPython = access("/usr/bin/python3", X_OK) == 0

        @Test(
            "a connection made before the start is served by it, on every socket that systemd hands over, and no address is opened",
            .enabled(if: hasPython, "Python is not installed"))
        func handover() async throws {
            let change: @Sendable (inout ConfigurationCopy) -> Void = { $0.set("Address", "127.0.0.1:1", in: "LISTEN") }
            try await Scene.with(change: change) { scene in
                let words = ["serve", "--config", scene.config, "--data", scene.data]
                let program = try Program(
                    ["-c", HandoverTests.launcher, try Program.path()] + words, in: scene.folder,
                    program: "/usr/bin/python3")
                // The sockets listen before the service is there: this is what the handover is for.
                let isOpen = waitUntil { program.output.split(separator: "\n").count == 2 }
                try #require(isOpen, "\(program.errors)")
                let ports = program.output.split(separator: "\n")
                let early = try ports.map { try Connection("127.0.0.1:\($0)") }
                for connection in early { try connection.send("GET", "/health") }
                for connection in early { #expect(try connection.answer().status == 200) }
                let addresses = try program.serviceAddress()
                #expect(addresses == ports.map { "127.0.0.1:\($0)" }.joined(separator: ","))
                let service = Service(program: program, address: "127.0.0.1:\(ports[1])")
                let id = try service.post(Alert.cancelled)
                #expect(!id.isEmpty)
                try service.stop()
            }
        }

        @Test(
            "names that are meant for another process are not taken: the service listens where its configuration says")
        func foreign() async throws {
            try await Scene.with { scene in
                let script = "LISTEN_PID=1 LISTEN_FDS=1; export LISTEN_PID LISTEN_FDS; exec \"$0\" \"$@\""
                let program = try Program(
                    ["-c", script, try Program.path(), "serve", "--config", scene.config, "--data", scene.data],
                    in: scene.folder, program: "/bin/sh")
                let service = Service(program: program, address: try program.serviceAddress())
                #expect(try service.ask("GET", "/health").status == 200)
                try service.stop()
            }
        }

        @Test("started without stdin, stdout and stderr, it keeps their numbers from its files and sockets")
        func closed() async throws {
            try await Scene.with { scene in
                let socket = scene.folder + "/itp.sock"
                let words = ["serve", "--config", scene.config, "--data", scene.data, "--listen", "unix:" + socket]
                let program = try Program(
                    ["-c", "exec \"$0\" \"$@\" 0<&- 1>&- 2>&-", try Program.path()] + words, in: scene.folder,
                    program: "/bin/sh")
                #expect(waitUntil { access(socket, F_OK) == 0 })
                let links = try (0...2).map { try Self.target(of: "/proc/\(program.processID)/fd/\($0)") }
                #expect(links == Array(repeating: "/dev/null", count: 3))
                try program.send(signal: SIGTERM)
                #expect(try program.end(within: 10) == .exited(0))
            }
        }

        private static func target(of link: String) throws -> String {
            var room = [CChar](repeating: 0, count: 4096)
            let count = try check("readlink", on: link) { readlink(link, &room, room.count) }
            return String(decoding: room[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
