/// Files as the journal sees them: the few calls whose order and failures decide what is durable. `SystemDisk` is the
/// machine's; tests put a disk in memory here that loses power and fails on demand.
public protocol Disk: Sendable {
    /// The names in a folder, without `.` and `..`, in no order.
    func list(_ folder: String) throws(SystemError) -> [String]
    /// Makes a folder (mode 0700) and its entry durable, if it is not there.
    func makeFolder(_ folder: String) throws(SystemError)
    /// Opens a file.
    func open(_ path: String, _ mode: DiskFileMode) throws(SystemError) -> any DiskFile
    /// Makes the entries of a folder durable: files created, renamed and unlinked in it.
    func syncFolder(_ folder: String) throws(SystemError)
    /// Gives a file another name; a file of that name is replaced.
    func rename(_ path: String, to newPath: String) throws(SystemError)
    /// Removes a file's name.
    func unlink(_ path: String) throws(SystemError)
    /// How many bytes this program may still write to the disk that a folder is on.
    func freeBytes(_ folder: String) throws(SystemError) -> UInt64
}

/// What a file is opened for.
public enum DiskFileMode: Sendable, Equatable {
    /// To read a file that is there.
    case read
    /// To read and write a file that is there.
    case write
    /// To read and write a new file (mode 0600); one of that name is an error.
    case create
    /// As `create`, for a file that is written ahead of its use: writes of whole blocks (`DiskBlock`) go past the page cache,
    /// where the file system lets them. All else about it is as with any file.
    case createForBlocks
}

/// The unit in which a file can be written past the page cache.
public enum DiskBlock {
    /// 4 KiB: a multiple of what disks and file systems ask for.
    public static let bytes = 4096

    /// Where the block begins that holds a place of a file.
    public static func start(of offset: UInt64) -> UInt64 { offset & ~UInt64(bytes - 1) }
}

/// An open file. It is closed when the last reference goes. Reads may come from any thread; writes from one owner.
public protocol DiskFile: AnyObject, Sendable {
    /// The path that it was opened by.
    var path: String { get }
    /// Its size in bytes.
    func size() throws(SystemError) -> UInt64
    /// Up to `count` bytes from `offset`; fewer only where the file ends.
    func read(at offset: UInt64, count: Int) throws(SystemError) -> [UInt8]
    /// One write of the bytes from index `start` on; gives how many of them were written, which may be fewer.
    func write(_ bytes: [UInt8], from start: Int, at offset: UInt64) throws(SystemError) -> Int
    /// One write of so many zeroes; gives how many of them were written, which may be fewer.
    func write(zeroes count: Int, at offset: UInt64) throws(SystemError) -> Int
    /// Makes contents and size durable.
    func sync() throws(SystemError)
    /// Cuts the file off, or extends it with zeroes.
    func truncate(to size: UInt64) throws(SystemError)
}

extension DiskFile {
    /// As any other bytes.
    public func write(zeroes count: Int, at offset: UInt64) throws(SystemError) -> Int {
        try write([UInt8](repeating: 0, count: count), from: 0, at: offset)
    }

    /// Writes zeroes: all of them, as `writeAll` does.
    public func writeAll(zeroes count: Int, at offset: UInt64) throws(SystemError) {
        try writeAll(count) { done throws(SystemError) in
            try write(zeroes: count - done, at: offset + UInt64(done))
        }
    }

    /// Writes all of the bytes from index `start` on: goes on after a short write until the kernel says why it was short.
    public func writeAll(_ bytes: [UInt8], from start: Int = 0, at offset: UInt64) throws(SystemError) {
        try writeAll(bytes.count - start) { done throws(SystemError) in
            try write(bytes, from: start + done, at: offset + UInt64(done))
        }
    }

    private func writeAll(_ count: Int, _ write: (_ done: Int) throws(SystemError) -> Int) throws(SystemError) {
        var done = 0
        while done < count {
            let more = try write(done)
            // POSIX lets a write of n > 0 bytes give 0 in no case that applies to files; without this it would spin.
            guard more > 0 else { throw SystemError(call: "pwrite", subject: path, code: SystemError.outOfSpace) }
            done += more
        }
    }
}
