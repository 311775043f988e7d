import CPlatform
import Glibc

/// Sockets that systemd has opened and hands over (`LISTEN_FDS`, `LISTEN_PID`; see sd_listen_fds(3)).
public enum InheritedSockets {
    /// The first of them.
    private static let firstDescriptor: Int32 = 3
    /// More than any unit file asks for; a wrong number must not make us take over our own files.
    private static let limit: Int32 = 64

    /// The descriptors, if they are meant for this process; they are named once, and no child of ours finds the names.
    public static func take() -> [Int32] {
        let named = descriptors(for: getpid()) { name in
            unsafe getenv(name).map { unsafe String(cString: $0) }
        }
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(name) }
        return named.filter { itp_is_listening($0) == 1 }
    }

    /// The descriptors that an environment names for a process.
    static func descriptors(for process: pid_t, _ environment: (String) -> String?) -> Range<Int32> {
        guard environment("LISTEN_PID").flatMap({ Int32($0) }) == process,
            let count = environment("LISTEN_FDS").flatMap({ Int32($0) }), (1...limit).contains(count)
        else { return firstDescriptor..<firstDescriptor }
        return firstDescriptor..<firstDescriptor + count
    }
}
