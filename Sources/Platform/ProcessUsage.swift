import Glibc

/// What this process takes of the machine.
public struct ProcessUsage: Sendable, Equatable {
    /// Bytes of memory in use.
    public var residentBytes: Int
    /// Seconds of processor time since its start.
    public var processorSeconds: Double

    /// What it takes now; nil where the system does not say.
    public static func current() -> ProcessUsage? {
        // Not being told is an answer here: the page then leaves it out.
        guard let text = try? Files.read("/proc/self/statm", maxBytes: 4096) else { return nil }
        let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        var usage = rusage()
        guard unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return nil }
        return ProcessUsage(
            residentBytes: pages * sysconf(Int32(_SC_PAGESIZE)),
            processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime))
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
}
