import Glibc
import Platform
import TestSupport
import Testing

@Suite("The lock on the data folder")
struct DataLockTests {
    private func mode(_ path: String) throws -> UInt32 {
        var information = stat()
        try check("stat", on: path) { stat(path, &information) }
        return information.st_mode & 0o777
    }

    @Test("a missing folder is made, closed to others, and locked with our pid")
    func makes() throws {
        try withTemporaryFolder { folder in
            let data = folder + "/data"
            let lock = try DataLock(folder: data)
            #expect(lock.warning == nil)
            #expect(try mode(data) == 0o700)
            #expect(try Files.read(data + "/lock", maxBytes: 100) == Array("\(getpid())\n".utf8))
        }
    }

    @Test("a folder that is open to others is closed")
    func closes() throws {
        try withTemporaryFolder { folder in
            try check("chmod", on: folder) { chmod(folder, 0o755) }
            _ = try DataLock(folder: folder)
            #expect(try mode(folder) == 0o700)
        }
    }

    @Test("a second holder is refused with a sentence that names the folder, the holder and what to do")
    func second() throws {
        try withTemporaryFolder { folder in
            let lock = try DataLock(folder: folder)
            let error = try #require(throws: DataLockError.self) { try DataLock(folder: folder) }
            #expect(error == .held(folder: folder, pid: getpid()))
            #expect(
                "\(error)"
                    == "data folder \(folder) is in use by process \(getpid()): stop it first, or choose another folder with --data"
            )
            withExtendedLifetime(lock) {}
        }
    }

    @Test("the lock goes with its holder")
    func released() throws {
        try withTemporaryFolder { folder in
            for _ in 1...2 { _ = try DataLock(folder: folder) }
        }
    }

    @Test("what cannot be a data folder is refused")
    func refused() throws {
        try withTemporaryFolder { folder in
            let file = folder + "/file"
            try Files.replace(file, with: [])
            #expect(throws: DataLockError.notAFolder(file)) { try DataLock(folder: file) }
            let deep = folder + "/missing/data"
            #expect(throws: DataLockError.system(SystemError(call: "mkdir", subject: deep, code: ENOENT))) {
                try DataLock(folder: deep)
            }
        }
    }
}
