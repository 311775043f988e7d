public import Platform

/// What is wrong at one place of a segment.
public enum JournalDamage: Error, Sendable, Equatable {
    /// The file ends within the segment's header.
    case headerCutOff
    /// The file does not begin as a segment does.
    case magic
    /// The segment is of a format that this program does not know.
    case format(UInt16)
    /// The header's checksum is wrong.
    case headerChecksum
    /// A field of the header has an impossible value, though its checksum is right.
    case headerField
    /// The header says another stream or first sequence than the file's name.
    case headerName
    /// The file ends within a record.
    case recordCutOff
    /// A record's length is over the limit.
    case length(UInt32)
    /// A record's checksum is wrong.
    case checksum
    /// A record is whole, but has the wrong sequence.
    case sequence(found: UInt64, expected: UInt64)
}

extension JournalDamage: CustomStringConvertible {
    /// Half a sentence.
    public var description: String {
        switch self {
        case .headerCutOff: "the segment's header is cut off"
        case .magic: "this is not a segment of a journal"
        case .format(let version): "format version \(version), this program knows \(JournalLayout.format)"
        case .headerChecksum: "the checksum of the segment's header is wrong"
        case .headerField: "a field of the segment's header is out of range"
        case .headerName: "the segment's header and its file name differ"
        case .recordCutOff: "a record is cut off by the end of the file"
        case .length(let length): "a record's length of \(length) is over the limit"
        case .checksum: "the checksum of a record is wrong"
        case .sequence(let found, let expected): "record \(found) where \(expected) is due"
        }
    }
}

/// Everything that can go wrong with the journal.
public enum JournalError: Error, Sendable, Equatable {
    /// A segment is damaged where no power loss can have torn it.
    case damaged(file: String, offset: UInt64, JournalDamage)
    /// Records that nobody has settled are in no segment; `file` is the segment that comes after them.
    case missing(first: UInt64, last: UInt64, file: String)
    /// A record goes on in a body that is in no segment of the other stream.
    case bodyMissing(sequence: UInt64, body: UInt64, folder: String)
    /// A segment was made when the ledger had settled more than it has now: the ledger is an older copy.
    case ledgerOlderThanJournal(ledger: UInt64, journal: UInt64, file: String)
    /// A file of the journal could not be opened, read or listed.
    case unreadable(SystemError)
    /// A batch could not be written and has been undone; a later one may succeed.
    case notWritten(SystemError)
    /// A batch could neither be written nor be undone; the writer takes no more.
    case notUndone(SystemError)
    /// A sync failed, so that nobody knows what is on disk; the writer takes no more.
    case syncFailed(SystemError)
    /// A settled segment could not be removed; the writer goes on.
    case notRemoved(SystemError)
    /// A record is larger than the journal takes. Nothing of its batch was written.
    case tooLarge(bytes: Int, limit: Int)
    /// There is no record of that sequence in the journal.
    case noSuchRecord(UInt64)

    /// Whether a later `append` can succeed.
    public var isFinal: Bool {
        switch self {
        case .notWritten, .notRemoved, .tooLarge: false
        default: true
        }
    }
}

extension JournalError: CustomStringConvertible {
    /// What, where, and what to do: the one place that makes the sentence.
    public var description: String {
        switch self {
        case .damaged(let file, let offset, .format(let version)):
            "\(file), byte \(offset): \(JournalDamage.format(version)); start the version that wrote it"
        case .damaged(let file, let offset, let damage):
            "\(file), byte \(offset): \(damage); look with: itp journal verify \(folder(of: file)); "
                + "then mend with: itp journal repair \(folder(of: file))"
        case .missing(let first, let last, let file):
            "\(file), byte 0: records \(first) to \(last) are missing before this segment; bring its file back, or "
                + "give them up with: itp journal repair \(folder(of: file))"
        case .bodyMissing(let sequence, let body, let folder):
            "\(folder): record \(sequence) goes on in body \(body), which is in no segment \(JournalLayout.bodyStream)-…; bring "
                + "its file back, or give the record up with: itp journal repair \(folder)"
        case .ledgerOlderThanJournal(let ledger, let journal, let file):
            "\(file), byte 24: the ledger has settled up to \(ledger), but had up to \(journal) when this segment was "
                + "made: it is an older copy; start with --after-restore=lookup or --after-restore=settled"
        case .unreadable(let cause):
            "the journal cannot be read: \(cause)"
        case .notWritten(let cause):
            cause.isOutOfSpace
                ? "the journal's disk is full, the batch was taken back: \(cause); free some space"
                : "the journal could not be written, the batch was taken back: \(cause)"
        case .notUndone(let cause):
            "the journal could not be written, and the batch not taken back: \(cause); check the disk, then restart"
        case .syncFailed(let cause):
            "the journal could not be made durable: \(cause); check the disk, then restart"
        case .notRemoved(let cause):
            "a settled segment of the journal could not be removed: \(cause)"
        case .tooLarge(let bytes, let limit):
            "a record of \(bytes) bytes is over the journal's limit of \(limit)"
        case .noSuchRecord(let sequence):
            "record \(sequence) is not in the journal"
        }
    }

    private func folder(of file: String) -> String {
        file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
    }
}

/// Runs something on the disk whose failure means that the journal cannot be read.
func reading<Result>(_ body: () throws(SystemError) -> Result) throws(JournalError) -> Result {
    do { return try body() } catch { throw .unreadable(error) }
}
