import Events
import Formats

/// The zones that a configuration names, each read once.
struct ZoneCollection {
    let resolve: ZoneResolver
    private var tables: [String: Result<TimeZoneTable, ZoneFault>] = [:]
    /// What stands in the zones' files, by name: a decision depends on it as it does on the configuration's files.
    private(set) var contents: [String: [UInt8]] = [:]

    init(_ resolve: @escaping ZoneResolver) { self.resolve = resolve }

    /// The zone of that name; the empty one is the host's.
    mutating func table(_ name: String) throws(ZoneFault) -> TimeZoneTable {
        let known = tables[name] ?? read(name)
        tables[name] = known
        return try known.get()
    }

    private mutating func read(_ name: String) -> Result<TimeZoneTable, ZoneFault> {
        let shown = name.isEmpty ? "the host's zone" : name
        do {
            let bytes = try resolve(name)
            let file = try TZif(parsing: bytes)
            guard !file.countsLeapSeconds else {
                return .failure(ZoneFault("\(shown) counts leap seconds; write it without right/"))
            }
            contents[name] = bytes
            return .success(try TimeZoneTable(name: shown, file))
        } catch let fault as ZoneFault {
            return .failure(fault)
        } catch let fault as TZif.Fault {
            return .failure(ZoneFault("the file of \(shown) cannot be used: \(fault.what)"))
        } catch {
            return .failure(ZoneFault("\(error)"))
        }
    }
}
