public import Events
import Formats

/// `[STAFF]`: whose mail is about which customer.
public struct StaffTable: Sendable, Equatable {
    /// One line.
    public struct Row: Sendable, Equatable {
        /// The customer's ID.
        public var organisation: String
        /// Where it stands.
        public var reference: RuleReference
    }

    private var rows: [String: Row] = [:]

    /// A table without lines.
    public init() {}

    /// A table of lines whose keys are addresses, or domains with `@` before them. The first line of a key counts.
    public init(_ lines: [(key: String, row: Row)]) {
        for line in lines where rows[line.key.lowercased()] == nil { rows[line.key.lowercased()] = line.row }
    }

    /// The line of a whole address.
    public func row(address: String) -> Row? { rows[address.lowercased()] }

    /// The line of an address's domain; a line of `@example.com` is not one of `@mail.example.com`.
    public func row(domainOf address: String) -> Row? {
        guard let at = address.lastIndex(of: "@") else { return nil }
        return rows[address[at...].lowercased()]
    }
}

extension SettingsLoader {
    /// `[STAFF]`.
    mutating func loadStaff() -> StaffTable {
        var lines: [(key: String, row: StaffTable.Row)] = []
        for line in sections.section("STAFF")?.lines ?? [] {
            let parts = line.key.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty, !line.key.contains(" ") else {
                add(
                    Finding(
                        .error, line.file, line.line,
                        "'\(line.key)' is neither an address nor a domain; write user@example.com=OrgID or "
                            + "@example.com=OrgID"))
                continue
            }
            guard !line.value.isEmpty else {
                add(Finding(.error, line.file, line.line, "\(line.key) names no customer; write \(line.key)=OrgID"))
                continue
            }
            lines.append((line.key, StaffTable.Row(organisation: line.value, reference: line.reference())))
        }
        return StaffTable(lines)
    }
}
