import Glibc
import Platform

/// Runs `body` with the path of a new empty folder, and removes the folder with all that is in it afterwards.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = try makeTemporaryFolder()
    defer { removeAll(path) }
    return try body(path)
}

private func makeTemporaryFolder() throws(SystemError) -> String {
    var template = Array("/tmp/itp-test-XXXXXX".utf8CString)
    try check("mkdtemp", on: "/tmp") { mkdtemp(&template) == nil ? -1 : 0 }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Depth first. What cannot be removed stays in the system's folder for temporary files: the test itself has not failed.
private func removeAll(_ path: String) {
    do {
        for name in try SystemDisk().list(path) { removeAll("\(path)/\(name)") }
    } catch {
        // Not a folder.
    }
    remove(path)
}
