import CPlatform
import Glibc

/// stdin, stdout and stderr of this process.
public enum StandardDescriptors {
    /// Opens `/dev/null` for those that the process was started without, before it opens anything else. One of its own files or
    /// sockets would get such a number otherwise, and what is said to people would be written into it.
    public static func fill() throws(SystemError) {
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 {
            // The system gives the lowest number that is free: this one.
            try check("open", on: "/dev/null") { unsafe itp_open("/dev/null", O_RDWR, 0) }
        }
    }
}
