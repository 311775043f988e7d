import Glibc
import Platform
import TestSupport
import Testing

@Suite("Whole files")
struct FilesTests {
    @Test("what was written is read back, up to the allowed length")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a"
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
            try Files.replace(path, with: [1])
            try Files.replace(path, with: bytes)
            #expect(try Files.read(path, maxBytes: bytes.count) == bytes)
            let error = try #require(throws: FileError.self) { try Files.read(path, maxBytes: bytes.count - 1) }
            #expect("\(error)" == "\(path) is longer than 199999 bytes")
        }
    }

    @Test("a missing file is the system's error")
    func missing() throws {
        let error = try #require(throws: FileError.self) { try Files.read("/nowhere/at/all", maxBytes: 1) }
        #expect("\(error)" == "open /nowhere/at/all: No such file or directory (errno 2)")
    }

    @Test("a replacement that fails leaves neither the draft nor a changed file")
    func failedReplacement() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/folder"
            try check("mkdir", on: path) { mkdir(path, 0o700) }
            let error = try #require(throws: SystemError.self) { try Files.replace(path, with: [1]) }
            #expect(error.call == "rename")
            #expect(access("\(path).\(getpid()).new", F_OK) != 0)
        }
    }
}
