import CPlatform
import Glibc

/// The machine's files.
public struct SystemDisk: Disk {
    /// The machine's files.
    public init() {}

    /// The names in a folder, without `.` and `..`.
    public func list(_ folder: String) throws(SystemError) -> [String] {
        var stream: OpaquePointer?
        try check("opendir", on: folder) {
            unsafe stream = opendir(folder)
            return unsafe stream == nil ? -1 : 0
        }
        guard let stream = unsafe stream else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            var entry: UnsafeMutablePointer<dirent>?
            try check("readdir", on: folder) {
                // readdir tells its end from a failure by errno alone.
                errno = 0
                unsafe entry = readdir(stream)
                return unsafe entry == nil && errno != 0 ? -1 : 0
            }
            guard let entry = unsafe entry else { return names }
            let name = unsafe String(cString: itp_entry_name(entry))
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// mkdir, then the parent folder is synced.
    public func makeFolder(_ folder: String) throws(SystemError) {
        do {
            try check("mkdir", on: folder) { unsafe mkdir(folder, 0o700) }
        } catch  where error.code == EEXIST {
            return
        }
        let cut = folder.lastIndex(of: "/")
        try syncFolder(cut.map { $0 == folder.startIndex ? "/" : String(folder[..<$0]) } ?? ".")
    }

    /// statvfs: without what is kept for root.
    public func freeBytes(_ folder: String) throws(SystemError) -> UInt64 {
        var room = statvfs()
        try check("statvfs", on: folder) { unsafe statvfs(folder, &room) }
        return UInt64(room.f_bavail) * UInt64(room.f_frsize)
    }

    /// open, with O_CLOEXEC.
    public func open(_ path: String, _ mode: DiskFileMode) throws(SystemError) -> any DiskFile {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .write: O_RDWR
            case .create, .createForBlocks: O_RDWR | O_CREAT | O_EXCL
            }
        let descriptor = try check("open", on: path) { unsafe itp_open(path, flags | O_CLOEXEC, 0o600) }
        guard mode == .createForBlocks else { return SystemFile(path: path, descriptor: descriptor, direct: nil) }
        do {
            return SystemFile(path: path, descriptor: descriptor, direct: try openDirect(path))
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// The same file once more, past the page cache; nil on a file system that has no such thing (an older tmpfs, for one).
    private func openDirect(_ path: String) throws(SystemError) -> Int32? {
        do throws(SystemError) {
            return try check("open", on: path) { unsafe itp_open_direct(path) }
        } catch {
            if error.code == EINVAL { return nil }
            throw error
        }
    }

    /// fsync of the folder.
    public func syncFolder(_ folder: String) throws(SystemError) {
        let descriptor = try check("open", on: folder) {
            unsafe itp_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        }
        defer { close(descriptor) }
        try check("fsync", on: folder) { fsync(descriptor) }
    }

    /// rename.
    public func rename(_ path: String, to newPath: String) throws(SystemError) {
        try check("rename", on: "\(path) to \(newPath)") { unsafe Glibc.rename(path, newPath) }
    }

    /// unlink.
    public func unlink(_ path: String) throws(SystemError) {
        try check("unlink", on: path) { unsafe Glibc.unlink(path) }
    }
}

/// A file of the machine: owns its descriptors and closes them once.
///
/// Unchecked: `room` is touched by writes alone, which come from one owner.
@safe private final class SystemFile: DiskFile, @unchecked Sendable {
    /// What fits into `room`: a large batch.
    private static let roomBytes = 256 << 10
    /// Zeroes that are written at once.
    private static let zeroBytes = 512 << 10
    /// Never written to, so all files share them.
    nonisolated(unsafe) private static let zeroes: UnsafeRawBufferPointer = {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: zeroBytes, alignment: DiskBlock.bytes)
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        return UnsafeRawBufferPointer(bytes)
    }()

    let path: String
    private let descriptor: Int32
    /// For whole blocks, past the page cache. The kernel keeps the cache in line with what is written so.
    private let direct: Int32?
    /// Where blocks are copied to be written. Kept, because fresh memory costs more than the copying.
    private var room: UnsafeMutableRawBufferPointer?

    init(path: String, descriptor: Int32, direct: Int32?) {
        self.path = path
        self.descriptor = descriptor
        self.direct = direct
    }

    // What was acknowledged was synced before; an error of close has nothing left to tell.
    deinit {
        close(descriptor)
        if let direct { close(direct) }
        unsafe room?.deallocate()
    }

    func size() throws(SystemError) -> UInt64 {
        UInt64(try check("lseek", on: path) { lseek(descriptor, 0, SEEK_END) })
    }

    func read(at offset: UInt64, count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = try check("pread", on: path) {
                unsafe bytes.withUnsafeMutableBytes { buffer in
                    unsafe pread(
                        descriptor, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset) + done)
                }
            }
            if got == 0 { break }
            done += got
        }
        if done < count { bytes.removeLast(count - done) }
        return bytes
    }

    func write(_ bytes: [UInt8], from start: Int, at offset: UInt64) throws(SystemError) -> Int {
        let count = bytes.count - start
        let direct = try writeDirectly(count, at: offset) { descriptor throws(SystemError) in
            try writeBlocks(bytes, from: start, at: offset, through: descriptor)
        }
        if let direct { return direct }
        return try check("pwrite", on: path) {
            unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(descriptor, buffer.baseAddress?.advanced(by: start), count, off_t(offset))
            }
        }
    }

    /// From memory that is there already, so that nothing is copied.
    func write(zeroes count: Int, at offset: UInt64) throws(SystemError) -> Int {
        let (path, count) = (path, min(count, SystemFile.zeroBytes))
        func write(through descriptor: Int32) throws(SystemError) -> Int {
            try check("pwrite", on: path) {
                unsafe pwrite(descriptor, SystemFile.zeroes.baseAddress, count, off_t(offset))
            }
        }
        if let direct = try writeDirectly(count, at: offset, write) { return direct }
        return try write(through: descriptor)
    }

    /// Writes whole blocks past the page cache; nil where it has to be written as any file is.
    private func writeDirectly(
        _ count: Int, at offset: UInt64, _ write: (_ descriptor: Int32) throws(SystemError) -> Int
    ) throws(SystemError) -> Int? {
        guard let direct, DiskBlock.start(of: offset) == offset, count % DiskBlock.bytes == 0 else { return nil }
        do throws(SystemError) {
            return try write(direct)
        } catch {
            // Blocks of this size are not what this disk takes.
            if error.code == EINVAL { return nil }
            throw error
        }
    }

    /// Past the page cache the memory has to begin where a block may, too: so the bytes are copied there.
    private func writeBlocks(
        _ bytes: [UInt8], from start: Int, at offset: UInt64, through descriptor: Int32
    ) throws(SystemError) -> Int {
        let count = bytes.count - start
        func write(from room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
            try check("pwrite", on: path) {
                unsafe bytes.withUnsafeBytes { all in
                    unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[start...]))
                }
                return unsafe pwrite(descriptor, room.baseAddress, count, off_t(offset))
            }
        }
        if count <= SystemFile.roomBytes {
            let kept =
                unsafe room ?? .allocate(byteCount: SystemFile.roomBytes, alignment: DiskBlock.bytes)
            unsafe room = unsafe kept
            return try unsafe write(from: kept)
        }
        let large = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: DiskBlock.bytes)
        defer { unsafe large.deallocate() }
        return try unsafe write(from: large)
    }

    func sync() throws(SystemError) {
        try check("fdatasync", on: path) { fdatasync(descriptor) }
    }

    func truncate(to size: UInt64) throws(SystemError) {
        try check("ftruncate", on: path) { ftruncate(descriptor, off_t(size)) }
    }
}
