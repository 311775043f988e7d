public import Platform

/// A file of zeroes, written and synced ahead of its use as a segment: a durable write into blocks that were written before
/// changes no file's size or map, and is half as dear as one that extends the file.
///
/// One thread prepares, the writer takes. The file is called `….journal.new` until it is a segment, so that a start which
/// finds one removes it.
public final class SpareSegment: Sendable {
    private enum State: Sendable {
        case none
        case preparing
        case ready(any DiskFile)
        /// The writer has it, and its file still has the name that the next one will have.
        case taken
        /// No more are made.
        case closed
    }

    /// What is written at once: little enough for the records' writes not to wait long behind it.
    private static let chunkBytes = 256 << 10
    /// What is synced at once.
    private static let syncedBytes: UInt64 = 4 << 20

    private let folder: JournalFolder
    private let bytes: UInt64
    private let state = Guarded(State.none)

    /// Prepares spares for a journal, each as long as a segment may be.
    public init(_ folder: JournalFolder) {
        self.folder = folder
        bytes = UInt64(folder.limits.segmentBytes)
    }

    private var path: String { folder.file(0) + ".new" }

    /// Whether the writer can take one.
    public var isReady: Bool {
        state.with { state in
            if case .ready = state { return true }
            return false
        }
    }

    /// Whether there is none, and nobody is making one.
    public var isMissing: Bool {
        state.with { state in
            if case .none = state { return true }
            return false
        }
    }

    /// Makes one, unless there is one: a long write, for a thread that may wait. What failed leaves nothing behind, and the
    /// writer extends its files meanwhile.
    public func prepare() throws(SystemError) {
        let mayPrepare = state.with { state in
            guard case .none = state else { return false }
            state = .preparing
            return true
        }
        guard mayPrepare else { return }
        do throws(SystemError) {
            let file = try folder.disk.open(path, .createForBlocks)
            let chunk = [UInt8](repeating: 0, count: min(SpareSegment.chunkBytes, Int(bytes)))
            var done: UInt64 = 0
            while done < bytes, !isClosed {
                let count = min(UInt64(chunk.count), bytes - done)
                try file.writeAll(count == chunk.count ? chunk : Array(chunk.prefix(Int(count))), at: done)
                done += count
                if done % SpareSegment.syncedBytes == 0 || done == bytes { try file.sync() }
            }
            let isKept = state.with { state in
                guard case .preparing = state else { return false }
                state = .ready(file)
                return true
            }
            if !isKept { try folder.disk.unlink(path) }
        } catch {
            state.with { state in
                if case .preparing = state { state = .none }
            }
            folder.discard(path)
            throw error
        }
    }

    /// No more are made, and one that is ready is removed: the next start has no use for it.
    public func close() {
        let hadOne = state.with { state in
            defer { state = .closed }
            if case .ready = state { return true }
            return false
        }
        if hadOne { folder.discard(path) }
    }

    private var isClosed: Bool {
        state.with { state in
            if case .closed = state { return true }
            return false
        }
    }

    /// Hands out what is ready; no other is made before `release`.
    func take() -> (path: String, file: any DiskFile)? {
        let file = state.with { state -> (any DiskFile)? in
            guard case .ready(let file) = state else { return nil }
            state = .taken
            return file
        }
        return file.map { (path, $0) }
    }

    /// What was taken has another name, or is gone.
    func release() {
        state.with { state in
            if case .taken = state { state = .none }
        }
    }
}
