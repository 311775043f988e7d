import Platform
import Storage
import Testing

@Suite struct JournalErrorTests {
    private static let broken = SystemError(call: "pwrite", subject: "/d/s.journal", code: 5)
    private static let full = SystemError(call: "pwrite", subject: "/d/s.journal", code: 28)

    @Test(
        "every error says what, where and what to do",
        arguments: [
            (
                JournalError.damaged(file: "/d/s.journal", offset: 96, .checksum),
                "/d/s.journal, byte 96: the checksum of a record is wrong; look with: itp journal verify /d; then mend with: "
                    + "itp journal repair /d"
            ),
            (
                .damaged(file: "/d/s.journal", offset: 0, .format(2)),
                "/d/s.journal, byte 0: format version 2, this program knows 1; start the version that wrote it"
            ),
            (
                .missing(first: 5, last: 8, file: "s.journal"),
                "s.journal, byte 0: records 5 to 8 are missing before this segment; bring its file back, or give them up "
                    + "with: itp journal repair ."
            ),
            (
                .ledgerOlderThanJournal(ledger: 3, journal: 4, file: "/d/s.journal"),
                "/d/s.journal, byte 24: the ledger has settled up to 3, but had up to 4 when this segment was made: it is "
                    + "an older copy; start with --after-restore=lookup or --after-restore=settled"
            ),
            (
                .notWritten(full),
                "the journal's disk is full, the batch was taken back: pwrite /d/s.journal: No space left on device "
                    + "(errno 28); free some space"
            ),
            (
                .notWritten(broken),
                "the journal could not be written, the batch was taken back: pwrite /d/s.journal: Input/output error "
                    + "(errno 5)"
            ),
            (
                .notUndone(broken),
                "the journal could not be written, and the batch not taken back: pwrite /d/s.journal: Input/output error "
                    + "(errno 5); check the disk, then restart"
            ),
            (.tooLarge(bytes: 9, limit: 8), "a record of 9 bytes is over the journal's limit of 8"),
            (.noSuchRecord(7), "record 7 is not in the journal"),
        ])
    func sentences(error: JournalError, sentence: String) {
        #expect(error.description == sentence)
    }

    @Test("only what was undone leaves the writer usable")
    func final() {
        #expect(!JournalError.notWritten(JournalErrorTests.full).isFinal)
        #expect(!JournalError.tooLarge(bytes: 9, limit: 8).isFinal)
        #expect(!JournalError.notRemoved(JournalErrorTests.broken).isFinal)
        #expect(JournalError.notUndone(JournalErrorTests.broken).isFinal)
        #expect(JournalError.syncFailed(JournalErrorTests.broken).isFinal)
    }
}
