import CPlatform
import Glibc

/// Why a file cannot be read whole.
public enum FileError: Error, Sendable, Equatable {
    /// It is longer than what the caller can take.
    case tooLong(path: String, maxBytes: Int)
    /// The system refused.
    case system(SystemError)
}

extension FileError: CustomStringConvertible {
    /// A sentence.
    public var description: String {
        switch self {
        case .tooLong(let path, let maxBytes): "\(path) is longer than \(maxBytes) bytes"
        case .system(let error): error.description
        }
    }
}

/// Whole files, and whole writes.
public enum Files {
    /// The bytes of a file, which may also be a pipe such as `/dev/stdin`.
    public static func read(_ path: String, maxBytes: Int) throws(FileError) -> [UInt8] {
        do {
            let descriptor = try check("open", on: path) { unsafe itp_open(path, O_RDONLY | O_CLOEXEC, 0) }
            defer { close(descriptor) }
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = try check("read", on: path) { unsafe Glibc.read(descriptor, &chunk, chunk.count) }
                if count == 0 { return bytes }
                guard bytes.count + count <= maxBytes else { throw FileError.tooLong(path: path, maxBytes: maxBytes) }
                bytes.append(contentsOf: chunk[..<count])
            }
        } catch let error as SystemError {
            throw .system(error)
        } catch {
            throw .tooLong(path: path, maxBytes: maxBytes)
        }
    }

    /// Writes all bytes, however many calls it takes. `subject` names the file in errors.
    public static func writeAll(_ bytes: [UInt8], to descriptor: Int32, subject: String) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            done += try check("write", on: subject) {
                unsafe bytes.withUnsafeBytes { buffer in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                    return unsafe write(descriptor, rest.baseAddress, rest.count)
                }
            }
        }
    }

    /// Makes or replaces a file; who reads it meanwhile sees the old or the new one, never a part. It is not synced: what
    /// must survive a power loss belongs into the journal or the ledger.
    public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
        let draft = "\(path).\(getpid()).new"
        let descriptor = try check("open", on: draft) {
            unsafe itp_open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        }
        do {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor, subject: draft)
            try check("rename", on: path) { unsafe rename(draft, path) }
        } catch {
            unsafe unlink(draft)
            throw error
        }
    }
}
