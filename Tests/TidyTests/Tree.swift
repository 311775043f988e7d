import Platform

/// One file of the repository: its path from the root, and its text.
struct TextFile: Sendable {
    var path: String
    var text: String
}

/// The repository, read from disk.
enum Tree {
    /// The folder that holds `Package.swift`, found from this file's own path.
    static let root = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined())

    /// Folders that are no part of the repository.
    private static let skipped: Set = [".git", ".build", ".swiftpm", "data"]

    /// Every text file, in the order of their paths.
    static let files = read(folder: "")

    /// The Swift files below a folder.
    static func swift(below folders: String...) -> [TextFile] {
        files.filter { file in
            file.path.hasSuffix(".swift") && folders.contains { file.path.hasPrefix($0 + "/") }
        }
    }

    private static func read(folder: String) -> [TextFile] {
        guard let names = try? SystemDisk().list(folder.isEmpty ? root : "\(root)/\(folder)") else { return [] }
        var found: [TextFile] = []
        for name in names.sorted() where !skipped.contains(name) {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            // What cannot be read as a file is a folder; what holds a zero byte is no text.
            if let bytes = try? Files.read("\(root)/\(path)", maxBytes: 4_194_304) {
                if !bytes.contains(0) {
                    found.append(TextFile(path: path, text: String(decoding: bytes, as: UTF8.self)))
                }
            } else {
                found += read(folder: path)
            }
        }
        return found
    }
}
