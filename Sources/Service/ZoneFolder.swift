import Formats
import Glibc
import Platform
public import Settings

/// The system's time zone files.
public enum ZoneFolder {
    private static let root = "/usr/share/zoneinfo"
    /// The largest of the system's files has four thousand bytes.
    private static let maxFileBytes = 1 << 20

    /// Gives the file of a zone by its name; the empty name is the host's zone: what `TZ` says, else `/etc/localtime`, else
    /// UTC, as the C library has it.
    public static let resolve: ZoneResolver = { name throws(ZoneFault) in
        if !name.isEmpty { return try read(name) }
        guard let value = getenv("TZ") else { return try localTime() }
        return try fromEnvironment(String(cString: value))
    }

    /// What a value of `TZ` means: `Area/City` or the path of a file, with or without `:`, or a rule such as `CET-1CEST,…`.
    public static func fromEnvironment(_ value: String) throws(ZoneFault) -> [UInt8] {
        let name = String(value.hasPrefix(":") ? value.dropFirst() : value[...])
        if name.isEmpty { return TZif.bytes(rule: "UTC0") }
        let inRoot = name.hasPrefix(root + "/") ? String(name.dropFirst(root.utf8.count + 1)) : name
        do {
            return inRoot.hasPrefix("/") ? try file(inRoot) : try read(inRoot)
        } catch {
            guard name.contains(where: { $0.isNumber }), !name.contains("/") else {
                throw ZoneFault("the environment's TZ: \(error.what)")
            }
            return TZif.bytes(rule: name)
        }
    }

    private static func localTime() throws(ZoneFault) -> [UInt8] {
        let path = "/etc/localtime"
        return access(path, F_OK) == 0 ? try file(path) : TZif.bytes(rule: "UTC0")
    }

    private static func read(_ name: String) throws(ZoneFault) -> [UInt8] {
        // A name is a path below the folder, of these characters alone: no way leads out.
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = { (byte: UInt8) in
            hexDigitValue(byte) != nil || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercased(byte))
                || "_+-".utf8.contains(byte)
        }
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isPlain) }) else {
            throw ZoneFault("'\(name)' is no name of a zone; write Area/City, for instance Europe/London")
        }
        guard access("\(root)/\(name)", F_OK) == 0 else {
            let near = nearestName(to: name, among: names()).map { "did you mean \($0)?" }
            throw ZoneFault("there is no zone '\(name)'; \(near ?? "write Area/City, for instance Europe/London")")
        }
        return try file("\(root)/\(name)")
    }

    private static func file(_ path: String) throws(ZoneFault) -> [UInt8] {
        do {
            return try Files.read(path, maxBytes: maxFileBytes)
        } catch {
            throw ZoneFault("\(error)")
        }
    }

    /// Names of zones as people write them, `City` or `Area/City`, for a hint.
    private static func names() -> [String] {
        let disk = SystemDisk()
        // What cannot be listed is a file, or has nothing to offer; the hint does without.
        let list = { (path: String) in (try? disk.list(path)) ?? [] }
        return list(root).sorted().flatMap { area in
            [area] + list("\(root)/\(area)").sorted().map { "\(area)/\($0)" }
        }.filter { !$0.hasPrefix("posix") && !$0.hasPrefix("right") && !$0.contains(".") }
    }
}
