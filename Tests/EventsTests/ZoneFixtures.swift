import Events
import Formats
import Platform
import Testing

/// The zone files and expectations in `Tests/Fixtures/zones`, which `generate.py` makes with Python's `zoneinfo`.
enum ZoneFixtures {
    private static let folder: String = {
        let parts = #filePath.split(separator: "/").dropLast(2)
        return "/" + parts.joined(separator: "/") + "/Fixtures/zones"
    }()

    /// A zone of the fixtures by its name.
    static func zone(_ name: String) throws -> TimeZoneTable {
        let file = name.split(separator: "/").joined(separator: "_")
        return try TimeZoneTable(name: name, TZif(parsing: try Files.read("\(folder)/\(file)", maxBytes: 1 << 20)))
    }

    /// The lines of a kind, each as its words.
    static func lines(_ kind: String) throws -> [[Substring]] {
        let text = String(decoding: try Files.read(folder + "/expected.txt", maxBytes: 1 << 24), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.first == kind[...] }
        try #require(lines.count > 200)
        return lines
    }
}

/// A zone by its rule alone.
func zone(_ rule: String) throws -> TimeZoneTable {
    try TimeZoneTable(name: rule, TZif(parsing: TZif.bytes(rule: rule)))
}

/// An instant by its RFC 3339 text.
func at(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }

extension Instant {
    /// An instant from seconds since 1970, as the fixtures have it.
    init?(seconds: Substring) {
        guard let number = Int64(seconds) else { return nil }
        self.init(milliseconds: number * 1000)
    }
}
