import Formats
import Platform
import Settings
import Testing

/// `docs/configuration.md` is the reference: what it says of keys is what the program knows.
struct ReferenceTests {
    /// A row of one of its tables.
    private struct Row {
        var file: String
        var section: String
        var key: String
        var cells: [String: String]
    }

    @Test("every key of the program is in the reference")
    func complete() throws {
        let documented = Set(try rows().map { name($0.file, $0.section, $0.key) })
        let missing = Settings.knownKeys.map { name($0.file, $0.section, $0.key) }.filter { !documented.contains($0) }
        #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
    }

    @Test("every key of the reference is in the program")
    func known() throws {
        let known = Set(Settings.knownKeys.map { name($0.file, $0.section, $0.key) })
        let strange = try rows().map { name($0.file, $0.section, $0.key) }.filter { !known.contains($0) }
        #expect(strange.isEmpty, "\(strange.joined(separator: "\n"))")
    }

    @Test("a range that the reference states is that of the program")
    func ranges() throws {
        let ranges = Dictionary(
            Settings.knownKeys.map { (name($0.file, $0.section, $0.key), $0.range) }, uniquingKeysWith: { $1 })
        var stated = 0
        for row in try rows() {
            guard let range = row.cells["range"] else { continue }
            stated += 1
            #expect(ranges[name(row.file, row.section, row.key)] == range, "\(row.section) \(row.key)")
        }
        #expect(stated > 50)
    }

    @Test("a default of the service that the reference states is that of the program")
    func defaults() throws {
        let service = ServiceSettings()
        let expected = [
            "Address": service.address, "MaxBody": "\(service.maxBodyBytes >> 20) MiB",
            "MaxHeader": "\(service.maxHeaderBytes >> 10) KiB", "HeaderTimeout": "\(service.headerTimeoutSeconds) s",
            "IdleTimeout": "\(service.idleTimeoutSeconds) s", "MaxConnections": "\(service.maxConnections)",
            "SegmentSize": "\(service.segmentBytes >> 20) MiB", "Retention": "\(service.retentionSeconds / 86_400) d",
            "MemoryEvents": "\(service.memoryEvents)", "MemoryBytes": "\(service.memoryBytes >> 20) MiB",
            "DeliveryAttempts": "\(service.deliveryAttempts)",
            "DeliveryMaxAge": "\(service.deliveryMaxAgeSeconds / 3600) h",
            "QuietPeriod": "\(service.quietPeriodSeconds) s", "HistoryDays": "\(service.historyDays)",
            "LogLevel": service.logLevel, "Debug": service.debug ? "Y" : "N",
        ]
        let serviceRows = try rows().filter { $0.file == "ITPSvcCfg.ini" }
        for (key, value) in expected {
            let row = try #require(serviceRows.first { $0.key == key }, "\(key)")
            #expect(row.cells["default"] == value, "\(key)")
        }
    }

    private func name(_ file: String, _ section: String, _ key: String) -> String {
        "\(file) [\(INIDocument.canonical(section))] \(key)"
    }

    /// The rows of all tables whose first column is `key` or `section and key`, one for each key of a row.
    private func rows() throws -> [Row] {
        let path = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/docs/configuration.md"
        let text = String(decoding: try Files.read(path, maxBytes: 1 << 20), as: UTF8.self)
        var rows: [Row] = []
        var (file, section, header) = ("ITPConfig.ini", "", [String]())
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#") {
                for name in ["ITPConfig.ini", "ITPSvcCfg.ini", "ITPWSM.ini"] where line.contains(name) { file = name }
                // Small letters stand for a name: `[ORG id]`.
                section = (bracketed(line) ?? "").split(separator: " ").filter { $0.lowercased() != $0 }
                    .joined(separator: " ")
            }
            guard line.hasPrefix("|") else {
                header = []
                continue
            }
            // A pipe within a cell is written `\|`.
            let cells = line.replacing("\\|", with: "\u{1}").split(separator: "|", omittingEmptySubsequences: false)
                .dropFirst().dropLast().map { $0.trimmed.replacing("\u{1}", with: "|") }
            if header.isEmpty {
                header = cells
                continue
            }
            guard header[0] == "key" || header[0] == "section and key", !cells[0].hasPrefix("---") else { continue }
            rows += expanded(cells, header, file, section)
        }
        return rows
    }

    private func expanded(_ cells: [String], _ header: [String], _ file: String, _ section: String) -> [Row] {
        var names = cells[0]
        var inside = section
        if header[0] == "section and key" {
            if let written = bracketed(names[...]) {
                inside = written
                names = names.drop { $0 != "]" }.dropFirst().trimmed
            } else {
                inside = String(names.prefix { $0 != " " })
                names = names.dropFirst(inside.count).trimmed
            }
        }
        let keys = names.split(separator: ",").map(\.trimmed).flatMap(series)
        return keys.enumerated().map { index, key in
            var named: [String: String] = [:]
            for (column, cell) in zip(header, cells) {
                // As many values as keys: one for each.
                let parts = cell.split(separator: ",").map(\.trimmed)
                named[column] = column == "default" && keys.count > 1 && parts.count == keys.count ? parts[index] : cell
            }
            return Row(file: file, section: inside, key: key, cells: named)
        }
    }

    private func bracketed(_ text: Substring) -> String? {
        guard let open = text.firstIndex(of: "["), let close = text[open...].firstIndex(of: "]") else { return nil }
        return String(text[text.index(after: open)..<close])
    }

    /// `PSA_P1 … PSA_P9` is nine keys; `PSA_CW_\<ServiceLevel\>` is a beginning.
    private func series(_ name: String) -> [String] {
        if let open = name.firstRange(of: "\\<") { return [name[..<open.lowerBound] + "*"] }
        let ends = name.split(separator: "…").map(\.trimmed)
        guard ends.count == 2, let first = ends[0].last?.wholeNumberValue, let last = ends[1].last?.wholeNumberValue
        else { return [name] }
        return (first...last).map { "\(ends[0].dropLast())\($0)" }
    }
}
