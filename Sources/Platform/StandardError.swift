import CPlatform
import Glibc

/// The sink of a service: stderr, one write a line.
public struct StandardError: LogSink {
    /// The process's stderr.
    public init() {}

    /// Writes the line. Where stderr is closed or full there is nobody left to tell.
    public func write(_ line: [UInt8]) {
        _ = unsafe line.withUnsafeBytes { unsafe Glibc.write(itp_stderr_fd(), $0.baseAddress, $0.count) }
    }

    /// Text where a person reads at a terminal, JSON otherwise.
    public static var form: Log.Form { isatty(itp_stderr_fd()) == 1 ? .text : .json }
}
