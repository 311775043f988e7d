import Glibc
public import Platform

/// A disk in memory that keeps apart what is durable and what is only in the page cache, loses power on demand, and fails
/// the operation that it is told to.
///
/// What a power loss leaves, by seed: of each write that was not synced nothing, all, the first sectors, or any subset of
/// its sectors (512 bytes, each whole), or its length alone with zeroes; of the changes to a folder that was not synced a
/// prefix, as journaling file systems do. A failed sync drops the writes that it should have made
/// durable, as Linux does: they are still read, but no later sync brings them to the platter.
public final class MemoryDisk: Disk {
    /// How an operation fails.
    public enum Fault: Sendable, Equatable {
        /// With an `errno`; of a write, half has reached the page cache.
        case error(Int32)
        /// A write writes half of its bytes and says so; anything else fails with EIO.
        case short
    }

    /// The unit that a power loss keeps or loses.
    public static let sectorBytes = 512

    private let state = Guarded(MemoryDiskState())

    /// An empty disk.
    public init() {}

    /// How many operations there have been: all calls of `Disk` and `DiskFile` but `size`.
    public var operations: Int { state.with { $0.operations } }

    /// Lets the operation after the next `count` ones fail; 0 is the next.
    public func fail(after count: Int, with fault: Fault) {
        state.with { $0.faults[$0.operations + count] = fault }
    }

    /// The machine dies once `count` more operations are done: from then on all fail, until the power is lost or the program
    /// killed. Unlike after a failed sync, what was written may still get to the platter.
    public func die(after count: Int) { state.with { $0.diesAt = $0.operations + count } }

    /// Takes back all faults that have not come yet.
    public func stopFailing() {
        state.with {
            $0.faults = [:]
            $0.diesAt = nil
        }
    }

    /// From now on the files together hold at most so many bytes; nil for no limit.
    public func setCapacity(_ bytes: Int?) { state.with { $0.capacity = bytes } }

    /// What is in use, of the capacity.
    public var usedBytes: Int { state.with { $0.usedBytes } }

    /// The program ends, the machine goes on: files that are open stop working, the page cache stays.
    public func killProcess() { state.with { $0.endProcess() } }

    /// The power goes: files that are open stop working, and what was not synced is lost in part.
    public func losePower(_ random: inout SeededRandom) {
        let seed = random.next()
        state.with { $0.losePower(seed) }
    }

    /// A file's bytes as a reader sees them; nil if it is not there.
    public func contents(_ path: String) -> [UInt8]? { state.with { $0.file(at: path)?.current } }

    /// Puts a file's bytes there, durably: to damage it.
    public func replace(_ path: String, with bytes: [UInt8]) { state.with { $0.replace(path, with: bytes) } }

    /// The paths of all files, in order.
    public var paths: [String] { state.with { $0.current.keys.sorted() } }

    /// What the capacity leaves; without one a lot.
    public func freeBytes(_ folder: String) throws(SystemError) -> UInt64 {
        state.with { state in state.capacity.map { UInt64(max(0, $0 - state.usedBytes)) } ?? 1 << 40 }
    }

    /// The names in a folder.
    public func list(_ folder: String) throws(SystemError) -> [String] {
        try run("readdir", folder) { state throws(SystemError) in
            state.current.keys.filter { parent(of: $0) == folder }.map { String($0.dropFirst(folder.utf8.count + 1)) }
        }
    }

    /// Folders are there when they are asked for.
    public func makeFolder(_ folder: String) throws(SystemError) {
        try run("mkdir", folder) { _ throws(SystemError) in }
    }

    /// Opens a file.
    public func open(_ path: String, _ mode: DiskFileMode) throws(SystemError) -> any DiskFile {
        try run("open", path) { state throws(SystemError) in
            if mode == .create || mode == .createForBlocks {
                guard state.current[path] == nil else { throw SystemError(call: "open", subject: path, code: EEXIST) }
                state.files.append(MemoryDiskState.File())
                state.change(.link(path, state.files.count - 1))
            }
            guard let index = state.current[path] else { throw SystemError(call: "open", subject: path, code: ENOENT) }
            return MemoryFile(
                path: path, index: index, generation: state.generation, canWrite: mode != .read, disk: self)
        }
    }

    /// Makes the folder's entries durable.
    public func syncFolder(_ folder: String) throws(SystemError) {
        try run("fsync", folder) { state throws(SystemError) in state.syncFolder(folder) }
    }

    /// Renames a file.
    public func rename(_ path: String, to newPath: String) throws(SystemError) {
        try run("rename", path) { state throws(SystemError) in
            guard state.current[path] != nil else { throw SystemError(call: "rename", subject: path, code: ENOENT) }
            state.change(.rename(path, newPath))
        }
    }

    /// Removes a file's name.
    public func unlink(_ path: String) throws(SystemError) {
        try run("unlink", path) { state throws(SystemError) in
            guard state.current[path] != nil else { throw SystemError(call: "unlink", subject: path, code: ENOENT) }
            state.change(.unlink(path))
        }
    }

    /// Counts an operation and does it, unless it is to fail.
    fileprivate func run<Result>(
        _ call: String, _ subject: String, generation: Int? = nil, syncing file: Int? = nil,
        _ body: (inout MemoryDiskState) throws(SystemError) -> Result
    ) throws(SystemError) -> sending Result where Result: Sendable {
        try state.with { state throws(SystemError) in
            if let generation, generation != state.generation {
                throw SystemError(call: call, subject: subject, code: EBADF)
            }
            try state.refuseIfDead(call, subject)
            defer { state.operations += 1 }
            if let fault = state.faults.removeValue(forKey: state.operations) {
                if let file { state.files[file].dropWrites() }
                if case .error(let code) = fault { throw SystemError(call: call, subject: subject, code: code) }
                throw SystemError(call: call, subject: subject, code: EIO)
            }
            return try body(&state)
        }
    }

    fileprivate func write(_ file: MemoryFile, _ bytes: ArraySlice<UInt8>, at offset: Int) throws(SystemError) -> Int {
        try state.with { state throws(SystemError) in
            guard file.generation == state.generation, file.canWrite else {
                throw SystemError(call: "pwrite", subject: file.path, code: EBADF)
            }
            try state.refuseIfDead("pwrite", file.path)
            defer { state.operations += 1 }
            let fault = state.faults.removeValue(forKey: state.operations)
            let wanted = fault == nil ? bytes.count : bytes.count / 2
            let room = state.room(in: file.index, from: offset)
            let count = min(wanted, room)
            if count > 0 { state.files[file.index].apply(.write(offset, Array(bytes.prefix(count)))) }
            if case .error(let code) = fault { throw SystemError(call: "pwrite", subject: file.path, code: code) }
            if count == 0 { throw SystemError(call: "pwrite", subject: file.path, code: ENOSPC) }
            return count
        }
    }
}

/// An open file of a `MemoryDisk`.
private final class MemoryFile: DiskFile {
    let path: String
    let index: Int
    let generation: Int
    let canWrite: Bool
    private let disk: MemoryDisk

    init(path: String, index: Int, generation: Int, canWrite: Bool, disk: MemoryDisk) {
        self.path = path
        self.index = index
        self.generation = generation
        self.canWrite = canWrite
        self.disk = disk
    }

    func size() throws(SystemError) -> UInt64 {
        let index = index
        return try disk.run("lseek", path, generation: generation) { state throws(SystemError) in
            state.operations -= 1
            return UInt64(state.files[index].current.count)
        }
    }

    func read(at offset: UInt64, count: Int) throws(SystemError) -> [UInt8] {
        let index = index
        return try disk.run("pread", path, generation: generation) { state throws(SystemError) in
            Array(state.files[index].current.dropFirst(Int(offset)).prefix(count))
        }
    }

    func write(_ bytes: [UInt8], from start: Int, at offset: UInt64) throws(SystemError) -> Int {
        try disk.write(self, bytes[start...], at: Int(offset))
    }

    func sync() throws(SystemError) {
        let index = index
        try disk.run("fdatasync", path, generation: generation, syncing: index) { state throws(SystemError) in
            state.files[index].sync()
        }
    }

    func truncate(to size: UInt64) throws(SystemError) {
        let index = index
        try disk.run("ftruncate", path, generation: generation) { state throws(SystemError) in
            state.files[index].apply(.truncate(Int(size)))
        }
    }
}

func parent(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }
