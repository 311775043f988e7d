import Glibc
import Platform

/// What a `MemoryDisk` holds: files by number, and names twice: as they are, and as they are on the platter.
struct MemoryDiskState: Sendable {
    /// A change to a file.
    enum Change: Sendable {
        case write(Int, [UInt8])
        case truncate(Int)
    }

    /// A change to a folder.
    enum Entry: Sendable {
        case link(String, Int)
        case rename(String, String)
        case unlink(String)

        var folder: String {
            switch self {
            case .link(let path, _), .rename(let path, _), .unlink(let path): parent(of: path)
            }
        }

        func apply(to names: inout [String: Int]) {
            switch self {
            case .link(let path, let index): names[path] = index
            case .rename(let path, let newPath): names[newPath] = names.removeValue(forKey: path)
            case .unlink(let path): names[path] = nil
            }
        }
    }

    /// A file: the bytes on the platter, what has not got there, and both together.
    struct File: Sendable {
        var durable: [UInt8] = []
        var current: [UInt8] = []
        var pending: [Change] = []

        mutating func apply(_ change: Change) {
            pending.append(change)
            File.apply(change, to: &current)
        }

        mutating func sync() {
            for change in pending { File.apply(change, to: &durable) }
            pending = []
        }

        mutating func dropWrites() {
            pending.removeAll { if case .write = $0 { true } else { false } }
        }

        static func apply(_ change: Change, to bytes: inout [UInt8]) {
            switch change {
            case .write(let offset, let new):
                extend(&bytes, to: offset + new.count)
                bytes.replaceSubrange(offset..<offset + new.count, with: new)
            case .truncate(let size):
                extend(&bytes, to: size)
                bytes.removeLast(bytes.count - size)
            }
        }

        static func extend(_ bytes: inout [UInt8], to size: Int) {
            if size > bytes.count { bytes.append(contentsOf: [UInt8](repeating: 0, count: size - bytes.count)) }
        }

        /// Lets each pending change reach the platter in part.
        mutating func losePower(_ random: inout SeededRandom) {
            for change in pending {
                guard case .write(let offset, let new) = change else {
                    if random.oneIn(2) { File.apply(change, to: &durable) }
                    continue
                }
                let way = random.pick(0...4)
                if way == 0 { continue }
                if way == 4 {
                    File.extend(&durable, to: offset + new.count)
                    continue
                }
                let sectors = File.sectors(of: new, at: offset)
                let kept = way == 1 ? sectors.count : random.pick(0...sectors.count)
                for (index, sector) in sectors.enumerated() where way == 3 ? random.oneIn(2) : index < kept {
                    File.apply(.write(sector.offset, sector.bytes), to: &durable)
                }
            }
            current = durable
            pending = []
        }

        /// The pieces of a write, cut where sectors begin.
        static func sectors(of bytes: [UInt8], at offset: Int) -> [(offset: Int, bytes: [UInt8])] {
            var pieces: [(offset: Int, bytes: [UInt8])] = []
            var start = 0
            while start < bytes.count {
                let at = offset + start
                let end = min(bytes.count, start + MemoryDisk.sectorBytes - at % MemoryDisk.sectorBytes)
                pieces.append((at, Array(bytes[start..<end])))
                start = end
            }
            return pieces
        }
    }

    var files: [File] = []
    var current: [String: Int] = [:]
    var durable: [String: Int] = [:]
    var pending: [Entry] = []
    var generation = 0
    var operations = 0
    var faults: [Int: MemoryDisk.Fault] = [:]
    var capacity: Int?
    var diesAt: Int?

    var usedBytes: Int { current.values.reduce(0) { $0 + files[$1].current.count } }

    func file(at path: String) -> File? { current[path].map { files[$0] } }

    /// How many bytes can be written to a file from an offset on.
    func room(in index: Int, from offset: Int) -> Int {
        guard let capacity else { return Int.max }
        return max(0, capacity - usedBytes) + max(0, files[index].current.count - offset)
    }

    mutating func change(_ entry: Entry) {
        pending.append(entry)
        entry.apply(to: &current)
    }

    mutating func syncFolder(_ folder: String) {
        for entry in pending where entry.folder == folder { entry.apply(to: &durable) }
        pending.removeAll { $0.folder == folder }
    }

    mutating func losePower(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for entry in pending.prefix(random.pick(0...pending.count)) { entry.apply(to: &durable) }
        pending = []
        current = durable
        for index in files.indices { files[index].losePower(&random) }
        endProcess()
    }

    mutating func endProcess() {
        generation += 1
        diesAt = nil
    }

    func refuseIfDead(_ call: String, _ subject: String) throws(SystemError) {
        if let diesAt, operations >= diesAt { throw SystemError(call: call, subject: subject, code: EIO) }
    }

    mutating func replace(_ path: String, with bytes: [UInt8]) {
        let index = current[path] ?? files.count
        if index == files.count { files.append(File()) }
        files[index] = File(durable: bytes, current: bytes)
        current[path] = index
        durable[path] = index
    }
}
