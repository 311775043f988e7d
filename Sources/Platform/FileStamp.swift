import CPlatform
import Glibc

/// What tells that a file has changed, without reading it.
public struct FileStamp: Sendable, Equatable {
    /// Its path.
    public var path: String
    /// Its size in bytes.
    public var bytes: Int64
    /// When it was last written: nanoseconds since 1970.
    public var modified: Int64
    /// The file behind the name: another one after it was replaced.
    public var inode: UInt64

    /// The stamp of the file or folder behind a path.
    public init(of path: String) throws(SystemError) {
        var status = stat()
        try check("stat", on: path) { unsafe stat(path, &status) }
        self.path = path
        bytes = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        inode = UInt64(status.st_ino)
    }
}
