public import Platform

/// Files of zeroes, written and synced ahead of their use as segments: a durable write into blocks that were written before
/// changes no file's size or map, and is half as dear as one that extends the file.
///
/// One thread prepares, the writer takes. The files are called `spare-N.journal.new` until they are segments, so that a
/// start which finds one removes it.
public final class SpareSegments: Sendable {
    private struct State: Sendable {
        /// The oldest first.
        var ready: [(path: String, file: any DiskFile)] = []
        /// Files begun so far: each has a name of its own.
        var begun = 0
        var taken = 0
        var isPreparing = false
        /// No more are made.
        var isClosed = false
    }

    /// What is written at once: little enough for the records' writes not to wait long behind it.
    private static let chunkBytes: UInt64 = 512 << 10
    /// What is synced at once.
    private static let syncedBytes: UInt64 = 4 << 20

    private let folder: JournalFolder
    private let bytes: UInt64
    private let state = Guarded(State())

    /// Prepares spares for a journal, each as long as a segment may be.
    public init(_ folder: JournalFolder) {
        self.folder = folder
        bytes = UInt64(folder.limits.segmentBytes)
    }

    /// How many the writer can take.
    public var ready: Int { state.with { $0.ready.count } }

    /// How many the writer has taken so far.
    public var taken: Int { state.with { $0.taken } }

    /// Whether the disk has so much room that one more than the first does no harm: 16 segments.
    public func hasPlenty() throws(SystemError) -> Bool { try folder.disk.freeBytes(folder.path) / 16 >= bytes }

    /// Makes one more, unless there are as many as there may be: a long write, for a thread that may wait. What failed leaves
    /// nothing behind, and the writer extends its files meanwhile. A disk that does not hold as much again is full: the zeroes
    /// would take the records' room.
    public func prepare() throws(SystemError) {
        let begun = state.with { state -> Int? in
            guard !state.isPreparing, !state.isClosed, state.ready.count < folder.limits.spares else { return nil }
            state.isPreparing = true
            state.begun += 1
            return state.begun
        }
        guard let begun else { return }
        defer { state.with { $0.isPreparing = false } }
        let path = "\(folder.path)/spare-\(begun)\(JournalLayout.suffix).new"
        guard try folder.disk.freeBytes(folder.path) / 2 >= bytes else {
            throw SystemError(call: "pwrite", subject: path, code: SystemError.outOfSpace)
        }
        do throws(SystemError) {
            let file = try folder.disk.open(path, .createForBlocks)
            var done: UInt64 = 0
            while done < bytes, !isClosed {
                let count = min(SpareSegments.chunkBytes, bytes - done)
                try file.writeAll(zeroes: Int(count), at: done)
                done += count
                if done % SpareSegments.syncedBytes == 0 || done == bytes { try file.sync() }
            }
            let isKept = state.with { state in
                if state.isClosed { return false }
                state.ready.append((path, file))
                return true
            }
            if !isKept { try folder.disk.unlink(path) }
        } catch {
            folder.discard(path)
            throw error
        }
    }

    /// No more are made, and those that are ready are removed: the next start has no use for them.
    public func close() {
        let left = state.with { state in
            defer { state.ready = [] }
            state.isClosed = true
            return state.ready
        }
        for spare in left { folder.discard(spare.path) }
    }

    private var isClosed: Bool { state.with { $0.isClosed } }

    /// Hands out one that is ready; it is the taker's from then on.
    func take() -> (path: String, file: any DiskFile)? {
        state.with { state in
            guard !state.ready.isEmpty else { return nil }
            state.taken += 1
            return state.ready.removeFirst()
        }
    }
}
