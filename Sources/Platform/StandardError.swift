import CPlatform
import Glibc

/// The sink of a service: stderr, one write a line, by a thread of its own. A reader that stops reading stops nobody: lines that
/// find no room are dropped and counted.
public final class StandardError: LogSink {
    /// What may wait while nobody reads.
    public static let maxWaitingBytes = 4 << 20
    /// How long the end of the program waits for a reader.
    private static let patienceSeconds = 1

    private let queue: LineQueue<DescriptorWriter>

    /// The process's stderr, or another descriptor in its place. It is duplicated: who gave it may close it.
    public init(
        form: Log.Form = StandardError.form, descriptor: Int32? = nil, clock: any Clock = SystemClock(),
        maxWaitingBytes: Int = StandardError.maxWaitingBytes
    ) throws(SystemError) {
        let writer = DescriptorWriter(
            target: try OwnDescriptor(of: descriptor ?? itp_stderr_fd()), form: form, clock: clock)
        queue = try LineQueue(writer, name: "itp-log", maxBytes: maxWaitingBytes)
    }

    /// Hands the line over.
    public func write(_ line: [UInt8]) { queue.put(line, bytes: line.count) }

    /// How many lines have not been written and never will be.
    public var droppedLines: Int { queue.dropped }

    /// Waits a moment for what has been handed over.
    public func finish() { queue.finish(seconds: StandardError.patienceSeconds) }

    /// Text where a person reads at a terminal, JSON otherwise.
    public static var form: Log.Form { isatty(itp_stderr_fd()) == 1 ? .text : .json }
}

/// A descriptor for what another one stands for. A line may wait for as long as it likes, and must not meet what the other's
/// number stands for by then.
private final class OwnDescriptor: Sendable {
    let number: Int32

    init(of other: Int32) throws(SystemError) {
        number = try check("fcntl", on: "log output") { fcntl(other, F_DUPFD_CLOEXEC, 0) }
    }

    deinit { close(number) }
}

/// Writes lines to a descriptor that may block or not.
private struct DescriptorWriter: LineWriter {
    let target: OwnDescriptor
    let form: Log.Form
    let clock: any Clock

    func write(_ line: [UInt8]) -> Bool {
        let descriptor = target.number
        var done = 0
        while done < line.count {
            let written = unsafe line.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if written > 0 {
                done += written
            } else if errno == EAGAIN {
                // Whoever started the program made it so: here is the thread that may wait.
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&entry, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    func notice(ofLost lost: Int) -> [UInt8] {
        LogLine(
            time: clock.now, level: .warning, message: "log lines were dropped: nobody read them",
            fields: [("count", "\(lost)")]
        ).bytes(form)
    }
}
