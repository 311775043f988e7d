import Platform
import Storage
import TestSupport
import Testing

struct WorkNotesTests {
    /// A run that ends without warning while these are in work, by their slots.
    private func crash(_ folder: String, with work: [Int: UInt64], traps: Bool = true) throws {
        let notes = try WorkNotes(folder: folder)
        for (slot, sequence) in work { notes.begin(sequence, slot: slot) }
        if traps { notes.noteTrap() }
    }

    @Test("a program that is ended from outside twelve times blames the record in work, and not before")
    func fromOutside() throws {
        try withTemporaryFolder { folder in
            for exit in 1...12 {
                try crash(folder, with: [4: 17], traps: false)
                let notes = try WorkNotes(folder: folder)
                #expect(notes.ends == [17: WorkNotes.Ends(all: exit, traps: 0)])
                #expect(notes.isQuarantined(17) == (exit == 12))
                #expect(notes.ends[17]?.haveJustBecomeTooMany == (exit == 12))
            }
        }
    }

    @Test("a record in work at three traps is quarantined, and not before")
    func three() throws {
        try withTemporaryFolder { folder in
            for exit in 1...3 {
                try crash(folder, with: [4: 17])
                let notes = try WorkNotes(folder: folder)
                #expect(notes.ends == [17: WorkNotes.Ends(all: exit, traps: exit)])
                #expect(notes.isQuarantined(17) == (exit == 3))
            }
        }
    }

    @Test("what was done with is not to blame, nor is what another slot did after it")
    func done() throws {
        try withTemporaryFolder { folder in
            let notes = try WorkNotes(folder: folder)
            notes.begin(5, slot: 0)
            notes.end(slot: 0)
            notes.begin(6, slot: 63)
            #expect(try WorkNotes(folder: folder).ends == [6: WorkNotes.Ends(all: 1, traps: 0)])
        }
    }

    @Test("a clean stop clears everything, also what earlier exits have left")
    func clean() throws {
        try withTemporaryFolder { folder in
            try crash(folder, with: [0: 5])
            try crash(folder, with: [0: 5])
            try WorkNotes(folder: folder).close()
            #expect(try WorkNotes(folder: folder).ends.isEmpty)
            try crash(folder, with: [0: 5])
            #expect(try WorkNotes(folder: folder).ends[5]?.all == 1)
        }
    }

    @Test("an exit with nothing in work counts for no record and forgets none")
    func elsewhere() throws {
        try withTemporaryFolder { folder in
            try crash(folder, with: [1: 9])
            try crash(folder, with: [:])
            #expect(try WorkNotes(folder: folder).ends[9]?.all == 1)
        }
    }

    @Test("while one of several records may be harmful they are taken one by one; afterwards no longer")
    func oneByOne() throws {
        try withTemporaryFolder { folder in
            #expect(try !WorkNotes(folder: folder).takesOneByOne(from: 1))
            try crash(folder, with: [1: 8, 2: 16, 3: 24])
            let notes = try WorkNotes(folder: folder)
            #expect(notes.takesOneByOne(from: 1) && notes.takesOneByOne(from: 24) && !notes.takesOneByOne(from: 25))
            // One by one, only the harmful one is met again.
            notes.begin(16, slot: 1)
            notes.noteTrap()
            try crash(folder, with: [1: 16])
            let last = try WorkNotes(folder: folder)
            #expect(last.ends.mapValues(\.all) == [8: 1, 16: 3, 24: 1])
            #expect(last.isQuarantined(16) && !last.isQuarantined(8) && !last.isQuarantined(24))
        }
    }

    @Test("of more records than there is room for, those with the most exits stay")
    func full() throws {
        try withTemporaryFolder { folder in
            let many = Dictionary(uniqueKeysWithValues: (0..<64).map { ($0, UInt64(100 + $0)) })
            try crash(folder, with: [0: 7])
            try crash(folder, with: many.merging([0: 7]) { $1 })
            try crash(folder, with: [:])
            let notes = try WorkNotes(folder: folder)
            #expect(notes.ends[7]?.all == 2)
            #expect(notes.ends.count == 32)
        }
    }

    @Test("a file of something else, or of another length, is begun anew")
    func foreign() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/" + WorkNotes.fileName
            for bytes in [[], [1, 2, 3], [UInt8](repeating: 0x41, count: 5000)] as [[UInt8]] {
                try Files.replace(path, with: bytes)
                #expect(try WorkNotes(folder: folder).ends.isEmpty)
                try crash(folder, with: [0: 3])
                #expect(try WorkNotes(folder: folder).ends[3]?.all == 1)
            }
        }
    }

    @Test("a folder that is not there is told with the path")
    func noFolder() throws {
        let error = #expect(throws: SystemError.self) { _ = try WorkNotes(folder: "/nowhere/at/all") }
        #expect(error?.description.contains("/nowhere/at/all/inwork") == true)
    }
}
