import Glibc
import Platform

/// The repository's example configuration, changed for a test.
struct ConfigurationCopy: Sendable {
    private var files: [String: String] = [:]
    private var notes: [String: String] = [:]

    init() throws {
        let folder = Repository.root + "/config"
        for name in try SystemDisk().list(folder) where name.hasSuffix(".ini") {
            files[name] = try ConfigurationCopy.text("\(folder)/\(name)")
        }
        for name in try SystemDisk().list(folder + "/TXNOTES") {
            notes[name] = try ConfigurationCopy.text("\(folder)/TXNOTES/\(name)")
        }
    }

    private static func text(_ path: String) throws -> String {
        String(decoding: try Files.read(path, maxBytes: 1 << 20), as: UTF8.self)
    }

    /// Gives a key its only value in a section; the section is made if it is missing.
    mutating func set(_ key: String, _ value: String, in section: String, of file: String = "ITPSvcCfg.ini") {
        var lines = (files[file] ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if !lines.contains("[\(section)]") { lines.append("[\(section)]") }
        var isInside = false
        lines.removeAll { line in
            if line.hasPrefix("[") { isInside = line == "[\(section)]" }
            return isInside && line.hasPrefix(key + "=")
        }
        guard let start = lines.firstIndex(of: "[\(section)]") else { return }
        lines.insert("\(key)=\(value)", at: start + 1)
        files[file] = lines.joined(separator: "\n")
    }

    /// Puts lines at the end of a file; gives the number of the last.
    mutating func append(_ text: String, to file: String) -> Int {
        var lines = (files[file] ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        lines += text.split(separator: "\n").map(String.init)
        files[file] = lines.joined(separator: "\n") + "\n"
        return lines.count
    }

    /// The number of the first line that begins so; 0 where there is none.
    func line(beginning text: String, of file: String = "ITPConfig.ini") -> Int {
        let lines = (files[file] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        return (lines.firstIndex { $0.hasPrefix(text) } ?? -1) + 1
    }

    /// Writes the folder.
    func write(to folder: String) throws {
        for path in [folder, folder + "/TXNOTES"] where access(path, F_OK) != 0 {
            try check("mkdir", on: path) { mkdir(path, 0o700) }
        }
        for (name, text) in files { try Files.replace("\(folder)/\(name)", with: Array(text.utf8)) }
        for (name, text) in notes { try Files.replace("\(folder)/TXNOTES/\(name)", with: Array(text.utf8)) }
    }
}
