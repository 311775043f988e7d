public import Events
public import Formats

/// A configuration as the ledger keeps it: files by their names, and where tenants have stayed at an earlier one.
public struct StoredConfiguration: Sendable, Equatable {
    /// One file.
    public struct File: Sendable, Equatable {
        /// The name within the configuration folder.
        public var name: String
        /// The bytes as they were read.
        public var bytes: [UInt8]

        /// Makes a file.
        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// Its name.
    public var hash: String
    /// The files in their order.
    public var files: [File]
    /// By tenant: the hash of the configuration that it stays at; empty = it is held.
    public var tenants: [String: String]

    /// Makes one.
    public init(hash: String, files: [File], tenants: [String: String]) {
        self.hash = hash
        self.files = files
        self.tenants = tenants
    }
}

extension Ledger {
    /// Accepted configurations that are kept, beside those at which a tenant has stayed.
    public static let configurationsKept = 5

    /// Keeps a configuration as the one in use, within a transaction, and removes those that nothing needs any longer.
    public func keep(_ configuration: StoredConfiguration, at now: Instant) throws {
        let newest = try database.first("SELECT hash FROM configurations ORDER BY number DESC") { $0.text(0) }
        guard newest != configuration.hash else { return }
        try remove(configuration: configuration.hash)
        let tenants = JSON.members(configuration.tenants.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        try database.run(
            "INSERT INTO configurations(hash, accepted, tenants) VALUES(?,?,?)", .text(configuration.hash), now.value,
            .text(tenants.compact))
        for (position, file) in configuration.files.enumerated() {
            try database.run(
                "INSERT INTO configuration_files VALUES(?,?,?,?)", .text(configuration.hash),
                .integer(Int64(position)), .text(file.name), .blob(file.bytes))
        }
        let kept = try history.heads()
        let needed = kept.prefix(Ledger.configurationsKept).flatMap { [$0.hash] + $0.tenants.values }
        for outdated in kept where !needed.contains(outdated.hash) { try remove(configuration: outdated.hash) }
    }

    /// The configurations that are kept, the one in use first.
    public func configurations() throws -> [StoredConfiguration] { try history.configurations() }

    private func remove(configuration hash: String) throws {
        try database.run("DELETE FROM configuration_files WHERE hash=?", .text(hash))
        try database.run("DELETE FROM configurations WHERE hash=?", .text(hash))
    }

    /// The subjects of questions of a kind that wait for their answers.
    public func openSubjects(ofKind kind: String) throws -> [String] {
        try database.all(
            "SELECT DISTINCT name FROM inputs WHERE answered IS NULL AND name>=? AND name<?", .text(kind + ":"),
            .text(kind + ";")
        ) { String($0.text(0).dropFirst(kind.count + 1)) }
    }

    /// Events that wait for the answer to one question, the oldest first.
    public func waiting(for name: String, limit: Int) throws -> [Identifier] {
        try database.all(
            """
            SELECT i.event FROM inputs i JOIN events e ON e.id=i.event WHERE i.answered IS NULL AND i.name=?
            ORDER BY e.number LIMIT ?
            """, .text(name), .integer(Int64(limit))
        ) { $0.identifier(0) }
    }
}

extension LedgerHistory {
    /// The configurations that are kept, the one in use first.
    public func configurations() throws -> [StoredConfiguration] {
        try heads().map { head in
            var configuration = head
            configuration.files = try database.all(
                "SELECT name, bytes FROM configuration_files WHERE hash=? ORDER BY position", .text(head.hash)
            ) { StoredConfiguration.File(name: $0.text(0), bytes: $0.blob(1)) }
            return configuration
        }
    }

    fileprivate func heads() throws -> [StoredConfiguration] {
        let rows = try database.all("SELECT hash, tenants FROM configurations ORDER BY number DESC") {
            (hash: $0.text(0), tenants: $0.text(1))
        }
        return try rows.map { row in
            let members = try JSON(parsing: row.tenants).members ?? []
            let tenants = members.map { ($0.name, $0.value.string ?? "") }
            return StoredConfiguration(
                hash: row.hash, files: [], tenants: Dictionary(tenants) { first, _ in first })
        }
    }
}
