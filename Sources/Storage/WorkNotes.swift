public import Platform

/// Which journal records are in work, noted so that the process after a crash can tell: a record on which the program has
/// crashed three times is not taken into work again.
///
/// A crash is a trap of the program itself, which its signal handler marks. An end from outside (`kill -9`, a container that
/// is stopped hard, the kernel short of memory) is rarely the record's doing: of these twelve count as much.
///
/// Layout of the file `inwork`, 64-bit words in the machine's own order (the file never leaves the machine):
///
///     0            "ITPWORK1"; anything else is overwritten
///     1            1 after a clean stop, 0 while the program runs, 2 when it has trapped
///     2 …  65      slots: the sequence that a thread has in work, 0 = none
///     66 … 129     tallies, two words each: a sequence; at how many ends it was in work, and times 2³² at how many traps
///
/// Slots are stored without a system call and never synced: a crash of the process keeps them, and after a power failure
/// no record is to blame. Several threads work at once, so a crash finds records in work that have done no harm; after it
/// those are taken one by one (`takesOneByOne`), so that only the harmful one is met by the next crash.
public final class WorkNotes: Sendable {
    /// How often the program has ended without warning while a record was in work.
    public struct Ends: Sendable, Equatable {
        /// Traps after which a record is not prepared again.
        static let trapsLimit = 3
        /// Ends of any kind after which it is not.
        static let limit = 12

        /// Ends of any kind.
        public var all: Int
        /// Traps of the program among them.
        public var traps: Int

        /// Counts.
        public init(all: Int, traps: Int) {
            self.all = all
            self.traps = traps
        }

        /// Whether the record is to blame.
        public var areTooMany: Bool { traps >= Ends.trapsLimit || all >= Ends.limit }

        /// Whether the last end was the one that made it so: it may not even be harmless to say what the record holds.
        public var haveJustBecomeTooMany: Bool {
            traps == Ends.trapsLimit || traps < Ends.trapsLimit && all == Ends.limit
        }
    }

    /// The file's name within the data folder.
    public static let fileName = "inwork"
    /// Threads that can have a record in work at once.
    public static let slots = 64

    private static let mark: UInt64 = 0x4954_5057_4F52_4B31
    private static let endWord = 1
    private static let clean: UInt64 = 1
    private static let trapped: UInt64 = 2
    private static let firstSlot = 2
    private static let firstTally = firstSlot + slots
    private static let tallies = 32
    static let words = firstTally + 2 * tallies

    private let file: MappedWords
    /// By sequence: the ends at which it was in work.
    public let ends: [UInt64: Ends]
    /// Up to this sequence records are taken one by one.
    private let doubtfulUpTo: UInt64

    /// Opens the notes of a data folder and counts what the last run left in work, unless it was stopped cleanly.
    public init(folder: String) throws(SystemError) {
        file = try MappedWords(path: "\(folder)/\(WorkNotes.fileName)", count: WorkNotes.words)
        let isKnown = file[0] == WorkNotes.mark
        var ends: [UInt64: Ends] = [:]
        if isKnown, file[WorkNotes.endWord] != WorkNotes.clean {
            let hasTrapped = file[WorkNotes.endWord] == WorkNotes.trapped
            ends = WorkNotes.readTallies(file)
            for slot in 0..<WorkNotes.slots where file[WorkNotes.firstSlot + slot] != 0 {
                let sequence = file[WorkNotes.firstSlot + slot]
                ends[sequence, default: Ends(all: 0, traps: 0)].all += 1
                if hasTrapped { ends[sequence]?.traps += 1 }
            }
        }
        self.ends = ends
        doubtfulUpTo = ends.filter { !$0.value.areTooMany }.keys.max() ?? 0
        WorkNotes.writeTallies(ends, file)
        for slot in 0..<WorkNotes.slots { file[WorkNotes.firstSlot + slot] = 0 }
        file[WorkNotes.endWord] = 0
        file[0] = WorkNotes.mark
        file.markTraps(at: WorkNotes.endWord)
    }

    deinit { file.forgetTraps(at: WorkNotes.endWord) }

    /// The program has trapped; its signal handler stores the same.
    public func noteTrap() { file[WorkNotes.endWord] = WorkNotes.trapped }

    /// A thread takes a record into work.
    public func begin(_ sequence: UInt64, slot: Int) { file[WorkNotes.firstSlot + slot % WorkNotes.slots] = sequence }

    /// The thread has it in work no longer.
    public func end(slot: Int) { file[WorkNotes.firstSlot + slot % WorkNotes.slots] = 0 }

    /// Whether a record must not be taken into work again.
    public func isQuarantined(_ sequence: UInt64) -> Bool { ends[sequence]?.areTooMany ?? false }

    /// Whether records from a sequence on are to be taken one after the other, as one of them may be harmful.
    public func takesOneByOne(from sequence: UInt64) -> Bool { sequence <= doubtfulUpTo }

    /// The program stops in good order: nothing that was in work is to blame for anything.
    public func close() {
        for word in WorkNotes.firstSlot..<WorkNotes.words { file[word] = 0 }
        file[WorkNotes.endWord] = WorkNotes.clean
        file.forgetTraps(at: WorkNotes.endWord)
    }

    private static func readTallies(_ file: MappedWords) -> [UInt64: Ends] {
        var ends: [UInt64: Ends] = [:]
        for tally in 0..<tallies {
            let sequence = file[firstTally + 2 * tally]
            let word = file[firstTally + 2 * tally + 1]
            if sequence != 0 {
                ends[sequence] = Ends(all: Int(UInt32(truncatingIfNeeded: word)), traps: Int(word >> 32))
            }
        }
        return ends
    }

    /// Of more than there is room for, those with the most ends are kept.
    private static func writeTallies(_ ends: [UInt64: Ends], _ file: MappedWords) {
        let kept = ends.sorted { ($1.value.traps, $1.value.all, $1.key) < ($0.value.traps, $0.value.all, $0.key) }
            .prefix(tallies)
        for tally in 0..<tallies {
            let entry = tally < kept.count ? kept[tally] : (key: 0, value: Ends(all: 0, traps: 0))
            file[firstTally + 2 * tally] = entry.key
            let counts = (UInt32(clamping: entry.value.all), UInt32(clamping: entry.value.traps))
            file[firstTally + 2 * tally + 1] = UInt64(counts.0) | UInt64(counts.1) << 32
        }
    }
}
