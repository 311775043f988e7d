public import Platform

/// Which journal records are in work, noted so that the process after a crash can tell: a record on which the program has
/// crashed three times is not taken into work again.
///
/// Layout of the file `inwork`, 64-bit words in the machine's own order (the file never leaves the machine):
///
///     0            "ITPWORK1"; anything else is overwritten
///     1            1 after a clean stop, 0 while the program runs
///     2 …  65      slots: the sequence that a thread has in work, 0 = none
///     66 … 129     tallies, two words each: a sequence, and on how many unclean exits it was in work
///
/// Slots are stored without a system call and never synced: a crash of the process keeps them, and after a power failure
/// no record is to blame. Several threads work at once, so a crash finds records in work that have done no harm; after it
/// those are taken one by one (`takesOneByOne`), so that only the harmful one is met by the next crash.
public final class WorkNotes: Sendable {
    /// Unclean exits on a record after which it is not prepared again.
    public static let exitsLimit = 3
    /// The file's name within the data folder.
    public static let fileName = "inwork"
    /// Threads that can have a record in work at once.
    public static let slots = 64

    private static let mark: UInt64 = 0x4954_5057_4F52_4B31
    private static let cleanWord = 1
    private static let firstSlot = 2
    private static let firstTally = firstSlot + slots
    private static let tallies = 32
    static let words = firstTally + 2 * tallies

    private let file: MappedWords
    /// By sequence: on how many unclean exits it was in work.
    public let exits: [UInt64: Int]
    /// Up to this sequence records are taken one by one.
    private let doubtfulUpTo: UInt64

    /// Opens the notes of a data folder and counts what the last run left in work, unless it was stopped cleanly.
    public init(folder: String) throws(SystemError) {
        file = try MappedWords(path: "\(folder)/\(WorkNotes.fileName)", count: WorkNotes.words)
        let isKnown = file[0] == WorkNotes.mark
        var exits: [UInt64: Int] = [:]
        if isKnown, file[WorkNotes.cleanWord] != 1 {
            exits = WorkNotes.readTallies(file)
            for slot in 0..<WorkNotes.slots where file[WorkNotes.firstSlot + slot] != 0 {
                exits[file[WorkNotes.firstSlot + slot], default: 0] += 1
            }
        }
        self.exits = exits
        doubtfulUpTo = exits.filter { $0.value < WorkNotes.exitsLimit }.keys.max() ?? 0
        WorkNotes.writeTallies(exits, file)
        for slot in 0..<WorkNotes.slots { file[WorkNotes.firstSlot + slot] = 0 }
        file[WorkNotes.cleanWord] = 0
        file[0] = WorkNotes.mark
    }

    /// A thread takes a record into work.
    public func begin(_ sequence: UInt64, slot: Int) { file[WorkNotes.firstSlot + slot % WorkNotes.slots] = sequence }

    /// The thread has it in work no longer.
    public func end(slot: Int) { file[WorkNotes.firstSlot + slot % WorkNotes.slots] = 0 }

    /// Whether a record must not be taken into work again.
    public func isQuarantined(_ sequence: UInt64) -> Bool { (exits[sequence] ?? 0) >= WorkNotes.exitsLimit }

    /// Whether records from a sequence on are to be taken one after the other, as one of them may be harmful.
    public func takesOneByOne(from sequence: UInt64) -> Bool { sequence <= doubtfulUpTo }

    /// The program stops in good order: nothing that was in work is to blame for anything.
    public func close() {
        for word in WorkNotes.firstSlot..<WorkNotes.words { file[word] = 0 }
        file[WorkNotes.cleanWord] = 1
    }

    private static func readTallies(_ file: MappedWords) -> [UInt64: Int] {
        var exits: [UInt64: Int] = [:]
        for tally in 0..<tallies {
            let sequence = file[firstTally + 2 * tally]
            if sequence != 0 { exits[sequence] = Int(clamping: file[firstTally + 2 * tally + 1]) }
        }
        return exits
    }

    /// Of more than there is room for, those with the most exits are kept.
    private static func writeTallies(_ exits: [UInt64: Int], _ file: MappedWords) {
        let kept = exits.sorted { ($1.value, $1.key) < ($0.value, $0.key) }.prefix(tallies)
        for tally in 0..<tallies {
            let entry = tally < kept.count ? kept[tally] : (key: 0, value: 0)
            file[firstTally + 2 * tally] = entry.key
            file[firstTally + 2 * tally + 1] = UInt64(clamping: entry.value)
        }
    }
}
