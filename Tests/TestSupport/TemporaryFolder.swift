import Glibc
public import Platform

/// Runs `body` with the path of a new empty folder, and removes the folder with all that is in it afterwards.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = try makeTemporaryFolder()
    defer { removeTemporaryFolder(path) }
    return try body(path)
}

/// Makes a new empty folder, for tests that wait and so cannot be a closure; the caller removes it.
public func makeTemporaryFolder() throws(SystemError) -> String {
    var template = Array("/tmp/itp-test-XXXXXX".utf8CString)
    try check("mkdtemp", on: "/tmp") { mkdtemp(&template) == nil ? -1 : 0 }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Removes a folder with all that is in it, depth first. What cannot be removed stays in the system's folder for temporary files: the test itself has not failed.
public func removeTemporaryFolder(_ path: String) {
    do {
        for name in try SystemDisk().list(path) { removeTemporaryFolder("\(path)/\(name)") }
    } catch {
        // Not a folder.
    }
    remove(path)
}
