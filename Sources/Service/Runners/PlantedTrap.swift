#if DEBUG
    import Glibc

    /// A bug to order, for the test of what happens when an alert ends the program: not there in a release build.
    enum PlantedTrap {
        /// `ITP_TEST_TRAP`: a body that holds this text ends the program.
        private static let phrase: [UInt8] = getenv("ITP_TEST_TRAP").map { Array(String(cString: $0).utf8) } ?? []

        static func spring(on body: [UInt8]) {
            guard !phrase.isEmpty, body.count >= phrase.count else { return }
            for start in 0...(body.count - phrase.count) where body[start...].starts(with: phrase) {
                preconditionFailure("a planted trap")
            }
        }
    }
#endif
