import CPlatform
import Glibc

/// Why a data folder cannot be had.
public enum DataLockError: Error, Sendable, Equatable {
    /// Another process works on it; its pid where it could be read.
    case held(folder: String, pid: Int32?)
    /// There is something of that name, but no folder.
    case notAFolder(String)
    /// The system refused.
    case system(SystemError)
}

extension DataLockError: CustomStringConvertible {
    /// A sentence with what to do.
    public var description: String {
        switch self {
        case .held(let folder, let pid):
            let holder = pid.map { "process \($0)" } ?? "another process"
            return "data folder \(folder) is in use by \(holder): stop it first, or choose another folder with --data"
        case .notAFolder(let path):
            return "\(path) is not a folder: choose another with --data"
        case .system(let error):
            return "data folder cannot be used: \(error)"
        }
    }
}

/// The right to work on a data folder, held until the object goes or the process ends, however it ends.
public final class DataLock: Sendable {
    /// The folder.
    public let folder: String
    /// What an operator should know about the folder, if anything.
    public let warning: String?
    private let descriptor: Int32

    /// Makes the folder where it is missing (its parent must exist), closes it to other users, and locks it.
    public init(folder: String) throws(DataLockError) {
        self.folder = folder
        warning = try DataLock.prepare(folder)
        do {
            let path = folder + "/lock"
            let descriptor = try check("open", on: path) { unsafe itp_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
            do {
                try DataLock.take(descriptor, folder: folder, path: path)
            } catch {
                close(descriptor)
                throw error
            }
            self.descriptor = descriptor
        } catch let error as SystemError {
            throw .system(error)
        } catch let error as DataLockError {
            throw error
        } catch {
            // Both calls above throw one of the two types.
            throw .system(SystemError(call: "lock", subject: folder, code: EIO))
        }
    }

    deinit { close(descriptor) }

    private static func prepare(_ folder: String) throws(DataLockError) -> String? {
        if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw .system(SystemError(call: "mkdir", subject: folder))
        }
        var information = stat()
        guard unsafe stat(folder, &information) == 0 else { throw .system(SystemError(call: "stat", subject: folder)) }
        guard information.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(folder) }
        if information.st_mode & 0o077 == 0 { return nil }
        if unsafe chmod(folder, 0o700) == 0 { return nil }
        return "data folder \(folder) is open to other users, and its mode cannot be changed"
    }

    /// The file stays when the lock goes: to remove it would let two processes lock two files of the same name.
    private static func take(_ descriptor: Int32, folder: String, path: String) throws {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw SystemError(call: "flock", subject: path) }
            throw DataLockError.held(folder: folder, pid: holder(descriptor))
        }
        try check("ftruncate", on: path) { ftruncate(descriptor, 0) }
        try Files.writeAll(Array("\(getpid())\n".utf8), to: descriptor, subject: path)
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
