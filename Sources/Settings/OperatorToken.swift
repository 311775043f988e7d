import Formats

/// A token with which somebody may look and operate.
public struct OperatorToken: Sendable, Equatable {
    /// Whose it is: what stands behind `AdminToken.`.
    public var name: String
    /// The secret itself.
    public var token: String
    /// The tenants whose events may be seen and tended, in small letters and empty for the primary; nil = everything.
    public var tenants: Set<String>?
    /// Whether nothing may be changed with it.
    public var isReadOnly: Bool

    /// How the primary tenant, which has no ID, is called in `Tenants=`.
    static let primary = "primary"
    /// The name of one that has none.
    static let unnamed = "admin"

    /// Makes a token; without limits it is good for everything.
    public init(name: String, token: String, tenants: Set<String>? = nil, isReadOnly: Bool = false) {
        self.name = name
        self.token = token
        self.tenants = tenants
        self.isReadOnly = isReadOnly
    }
}

extension ServiceSettings {
    /// The tokens that are good for everything.
    public var adminTokens: [String] {
        get { operators.filter { $0.tenants == nil && !$0.isReadOnly }.map(\.token) }
        set { operators = newValue.map { OperatorToken(name: OperatorToken.unnamed, token: $0) } }
    }
}

extension SettingsLoader {
    /// `AdminToken` and `AdminToken.name`, each with its limits: `env:NAME;Tenants=a,b;ReadOnly=Y`.
    mutating func loadOperators(knownTenants: some Collection<String>) -> [OperatorToken] {
        var operators: [OperatorToken] = []
        for line in sections.section("LISTEN", in: .service)?.lines ?? [] {
            let parts = line.key.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts[0].equalsIgnoringCase("AdminToken") else { continue }
            guard let limits = limits(of: line, knownTenants) else { continue }
            operators += tokens(line).map { token in
                OperatorToken(
                    name: parts.count > 1 ? parts[1] : OperatorToken.unnamed, token: token, tenants: limits.tenants,
                    isReadOnly: limits.isReadOnly)
            }
        }
        return operators
    }

    /// What limits a token; nil where that cannot be read, because it must not be good for more than was meant.
    private mutating func limits(
        of line: SettingLine, _ knownTenants: some Collection<String>
    ) -> (tenants: Set<String>?, isReadOnly: Bool)? {
        var (tenants, isReadOnly): (Set<String>?, Bool) = (nil, false)
        for part in line.value.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
            let value = pair.count > 1 ? pair[1] : ""
            if pair[0].equalsIgnoringCase("ReadOnly"), let flag = parseFlag(value), !value.isEmpty {
                isReadOnly = flag
            } else if pair[0].equalsIgnoringCase("Tenants"), !words(value).isEmpty {
                for name in words(value)
                where name != OperatorToken.primary && !knownTenants.contains(name.lowercased()) {
                    add(
                        Finding(
                            .warning, line.file, line.line,
                            "\(line.key): there is no tenant '\(name)'; write the MSPID of an [RMM_SETTINGS_MSPID], or primary"
                        ))
                }
                tenants = Set(words(value).map { $0 == OperatorToken.primary ? "" : $0.lowercased() })
            } else {
                add(
                    Finding(
                        .error, line.file, line.line,
                        "\(line.key): '\(pair[0])' does not limit a token; write ;Tenants=ID,ID or ;ReadOnly=Y"))
                return nil
            }
        }
        return (tenants, isReadOnly)
    }
}
