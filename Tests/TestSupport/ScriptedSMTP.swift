import Platform

/// A mail server that does what it is told to at one command.
public final class ScriptedSMTP: Sendable {
    /// What happens at a command instead of the usual.
    public enum Trouble: Sendable {
        /// The server says this.
        case answers(String)
        /// The server goes.
        case closes
        /// The server says nothing any more.
        case hangs
    }

    private struct Seen: Sendable {
        var lines: [String] = []
        var mails: [String] = []
    }

    private let server: LineServer
    private let seen: Guarded<Seen>

    /// A server with `trouble` at a command's name; `.` is the end of the mail. The first `refusing` mails are refused.
    public init(_ trouble: [String: Trouble] = [:], capabilities: [String] = [], refusing: Int = 0) throws {
        let seen = Guarded(Seen())
        self.seen = seen
        server = try LineServer { session in
            session.write("220 test ESMTP\r\n")
            while let line = session.readLine() {
                seen.with { $0.lines.append(line) }
                let command = String(line.prefix { $0 != " " && $0 != ":" }).uppercased()
                switch trouble[command] {
                case .answers(let answer):
                    session.write(answer + "\r\n")
                    continue
                case .closes: return
                case .hangs: return ScriptedSMTP.saysNothing(session)
                case nil: break
                }
                switch command {
                case "EHLO":
                    for capability in capabilities { session.write("250-\(capability)\r\n") }
                    session.write("250 SIZE 1000000\r\n")
                case "DATA":
                    session.write("354 go on\r\n")
                    guard let mail = ScriptedSMTP.readMail(session) else { return }
                    let count = seen.with { seen in
                        seen.mails.append(mail)
                        return seen.mails.count
                    }
                    if count <= refusing {
                        session.write("550 5.1.1 no such user\r\n")
                        continue
                    }
                    switch trouble["."] {
                    case .answers(let answer): session.write(answer + "\r\n")
                    case .closes: return
                    case .hangs: return ScriptedSMTP.saysNothing(session)
                    case nil: session.write("250 2.0.0 taken as 1A\r\n")
                    }
                case "AUTH":
                    session.write("334 \r\n")
                    _ = session.readLine()
                    session.write("235 welcome\r\n")
                case "QUIT":
                    session.write("221 bye\r\n")
                    return
                default: session.write("250 fine\r\n")
                }
            }
        }
    }

    private static func saysNothing(_ session: LineServer.Session) {
        while session.readLine() != nil {}
    }

    private static func readMail(_ session: LineServer.Session) -> String? {
        var mail = ""
        while let line = session.readLine() {
            if line == "." { return mail }
            mail += (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\n"
        }
        return nil
    }

    /// What it was told, line by line.
    public var lines: [String] { seen.with { $0.lines } }
    /// The mails that it was handed, whether it took them or not.
    public var mails: [String] { seen.with { $0.mails } }
    /// Where it listens.
    public var url: String { "smtp://127.0.0.1:\(server.port)" }
    /// Ends it.
    public func stop() { server.stop() }
}
