import Glibc
import Platform

/// Writes a shell script that can be run. Another process writes it: were it open in this one, a program that is started at
/// the same moment by another test would hold it open, and the system runs no file that is open for writing.
public func writeProgram(_ path: String, _ script: String) throws {
    let text = path + ".text"
    try Files.replace(text, with: Array("#!/bin/sh\n\(script)\n".utf8))
    try ChildProcess("/bin/cp", [text, path]).wait()
    remove(text)
    try check("chmod", on: path) { chmod(path, 0o755) }
}
