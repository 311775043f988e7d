import CPlatform
import Glibc

/// A small file of 64-bit words that lies in memory: what is stored is in the file at once, without a system call, and
/// stays there however the process ends. A power failure may lose it.
@safe public final class MappedWords: @unchecked Sendable {
    // Sendable: the words are only read and written by atomic loads and stores, and unmapped when nobody holds the object.
    private let words: UnsafeMutablePointer<UInt64>
    /// How many words there are.
    public let count: Int

    /// Maps a file; made, or brought to that length with zeroes, where it is not so already.
    public init(path: String, count: Int) throws(SystemError) {
        self.count = count
        let bytes = count * MemoryLayout<UInt64>.stride
        let descriptor = try check("open", on: path) { unsafe itp_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        // The mapping outlives the descriptor.
        defer { close(descriptor) }
        try check("ftruncate", on: path) { ftruncate(descriptor, off_t(bytes)) }
        guard let mapped = unsafe itp_map_words(descriptor, bytes) else {
            throw SystemError(call: "mmap", subject: path)
        }
        unsafe words = mapped
    }

    /// From now on this word becomes 2 when the program traps, of these words or of the last that were asked.
    public func markTraps(at index: Int) {
        precondition(index >= 0 && index < count, "there is no such word")
        unsafe itp_mark_traps(words + index)
    }

    /// The word is no longer marked.
    public func forgetTraps(at index: Int) { unsafe itp_forget_traps(words + index) }

    deinit { unsafe munmap(words, count * MemoryLayout<UInt64>.stride) }

    /// A word; an index beyond the last is a programmer's error.
    public subscript(index: Int) -> UInt64 {
        get {
            precondition(index >= 0 && index < count, "there is no such word")
            return unsafe itp_load(words + index)
        }
        set {
            precondition(index >= 0 && index < count, "there is no such word")
            unsafe itp_store(words + index, newValue)
        }
    }
}
