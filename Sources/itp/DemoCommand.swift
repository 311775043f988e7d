import Dispatch
import Formats
import Glibc
import Platform
import Service
import Settings

/// `itp demo`: the service and the sandbox from one command, with the example configuration.
enum DemoCommand {
    static let command = Command(
        name: "demo", usage: "demo [--data DIR] [--listen ADDR] [--sandbox-listen ADDR] [--smtp ADDR] [--config DIR]",
        summary: "service and sandbox together, ready to try",
        accepted: Arguments.Accepted(
            values: ["data": "DIR", "listen": "ADDR", "sandbox-listen": "ADDR", "smtp": "ADDR", "config": "DIR"]),
        run: run)

    /// How often the sandbox is asked whether it is there, and how long lies between: ten seconds in all.
    private static let sandboxTries = 500
    private static let sandboxPauseMilliseconds = 20
    /// The sandbox's address in the example configuration.
    private static let exampleSandbox = "127.0.0.1:9090"

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let sandbox = arguments["sandbox-listen"] ?? exampleSandbox
        var source = ConfigurationSource(folder: arguments["config"] ?? "config")
        let read = source.read
        source.read = {
            var files = try read()
            for index in files.files.indices {
                let text = String(decoding: files.files[index].bytes, as: UTF8.self)
                files.files[index].bytes = Array(replacing(exampleSandbox, by: sandbox, in: text).utf8)
            }
            return files
        }
        // A mistake is told before anything is started.
        _ = try Configuration.load(try source.read())
        // The sandbox forgets at its end, so the service must not remember: without --data each run has a fresh folder.
        let temporary = arguments["data"] == nil
        let data = try arguments["data"] ?? makeTemporaryFolder()
        defer { if temporary { removeFolder(data) } }
        if try answers(sandbox) { throw DemoError.addressInUse(sandbox) }
        let program = try Files.executablePath()
        let mail = arguments["smtp"].map { ["--smtp", $0] } ?? []
        let child = try ChildProcess(
            program, ["sandbox", "--listen", sandbox, "--until-stdin-closes"] + mail, ownGroup: true)
        defer { end(child) }
        try awaitSandbox(child, sandbox)
        var options = ServiceOptions(dataFolder: data, configuration: source, version: Program.version)
        options.listen = arguments["listen"] ?? "127.0.0.1:8080"
        return try ServeCommand.serve(options) { service in
            writeLine(welcome("\(service.address)", sandbox, data), to: STDOUT_FILENO)
        }
    }

    /// Waits until the sandbox answers, so that what the welcome says is true. Throws where it ends instead, or does not
    /// answer; it has told why by itself.
    private static func awaitSandbox(_ child: ChildProcess, _ address: String) throws {
        let ended = DispatchSemaphore(value: 0)
        _ = try SystemThread(name: "itp-child") {
            do { _ = try child.wait() } catch { writeLine("itp demo: \(error)", to: STDERR_FILENO) }
            ended.signal()
        }
        for _ in 1...sandboxTries {
            if try answers(address) { return }
            let wait = DispatchTime.now() + .milliseconds(sandboxPauseMilliseconds)
            if ended.wait(timeout: wait) == .success { throw DemoError.sandboxEnded(address) }
        }
        throw DemoError.sandboxSilent(address)
    }

    /// Whether anything at that address speaks HTTP.
    private static func answers(_ address: String) throws -> Bool {
        let courier = try Courier(Courier.Settings(version: Program.version))
        defer { courier.stop() }
        let outcome = Guarded<CallOutcome?>(nil)
        let answered = DispatchSemaphore(value: 0)
        var call = OutgoingCall(method: "GET", url: "http://\(address)/sandbox/clock", headers: [], body: [])
        call.totalTimeoutSeconds = 5
        courier.send(call) { result in
            outcome.with { $0 = result }
            answered.signal()
        }
        answered.wait()
        if case .reply = outcome.with({ $0 }) { return true }
        return false
    }

    private static func end(_ child: ChildProcess) {
        child.closeInput()
        do { _ = try child.wait() } catch { writeLine("itp demo: \(error)", to: STDERR_FILENO) }
    }

    private static func replacing(_ part: String, by other: String, in text: String) -> String {
        text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }

    private static func makeTemporaryFolder() throws -> String {
        let folder = "/tmp/itp-demo-\(getpid())"
        try check("mkdir", on: folder) { mkdir(folder, 0o700) }
        return folder
    }

    /// Removes what a demo's service wrote, and nothing else: a folder that holds more stays.
    private static func removeFolder(_ folder: String) {
        do {
            for file in try SystemDisk().list(folder + "/journal") { unlink("\(folder)/journal/\(file)") }
        } catch {
            writeLine("itp demo: \(folder) is left behind: \(error)", to: STDERR_FILENO)
        }
        rmdir(folder + "/journal")
        removeMissingFiles(folder + "/MissingAttachments")
        for file in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "lock", "inwork"] { unlink("\(folder)/\(file)") }
        rmdir(folder)
    }

    private static func removeMissingFiles(_ folder: String) {
        guard access(folder, F_OK) == 0 else { return }
        do {
            for file in try SystemDisk().list(folder) { unlink("\(folder)/\(file)") }
        } catch {
            writeLine("itp demo: \(folder) is left behind: \(error)", to: STDERR_FILENO)
        }
        rmdir(folder)
    }

    private static func welcome(_ service: String, _ sandbox: String, _ data: String) -> String {
        """

        ITP takes alerts at http://\(service); its data is in \(data).
        The sandbox stands for ConnectWise at http://\(sandbox)/sandbox/.

        Try it, from another terminal:

          curl -s http://\(service)/v1/alerts -H 'Content-Type: application/json' -d '{
            "subject": "EVT|DHCP Server|1033|SYSTEM|ERROR|MB-DHCP-S.EVT.S.P3.Alm",
            "body": "The DHCP service found no address to lease.",
            "agent": "dhcp01.servers.acme", "os": "Windows Server 2022"}'

          curl -s http://\(sandbox)/sandbox/tickets
          curl -s http://\(service)/v1/events

        Ctrl-C ends both.

        """
    }
}

/// Why there is nothing to try.
private enum DemoError: Error, CustomStringConvertible {
    case addressInUse(String)
    case sandboxEnded(String)
    case sandboxSilent(String)

    var description: String {
        switch self {
        case .addressInUse(let address):
            "something listens at \(address) already, perhaps another demo; choose another address with --sandbox-listen"
        case .sandboxEnded(let address):
            "the sandbox cannot listen at \(address); choose another address with --sandbox-listen"
        case .sandboxSilent(let address): "the sandbox does not answer at \(address)"
        }
    }
}
