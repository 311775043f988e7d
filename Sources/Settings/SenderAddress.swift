/// The sender of mail: `RMM_EmailFrom`, else `VsaEmail`, perhaps with the customer's ID in it.
public struct SenderAddress: Sendable, Equatable {
    /// What tells customers apart.
    public enum Uniqueness: Sendable, Equatable {
        /// Nothing: one address for all.
        case none
        /// `UseUniqueFrom`: `user@ORGID.domain`.
        case domain
        /// `UseUniqueSender`: `ORGID@domain`.
        case user
    }

    /// The address as it is configured; empty where none is.
    public var base: String
    /// What tells customers apart.
    public var uniqueness: Uniqueness

    /// Makes a sender.
    public init(_ base: String = "", _ uniqueness: Uniqueness = .none) {
        self.base = base
        self.uniqueness = uniqueness
    }

    /// The address for mail about a customer. The ID comes from outside: what an address cannot hold becomes `-`, and where
    /// nothing is left of it the address stays as it is.
    public func address(organisation id: String) -> String {
        let label = SenderAddress.label(id)
        guard uniqueness != .none, !label.isEmpty, let at = base.lastIndex(of: "@") else { return base }
        switch uniqueness {
        case .none: return base
        case .domain: return base[...at] + label + "." + base[base.index(after: at)...]
        case .user:
            // `ITP <rmm@msp.example>` keeps its name.
            let name = base[..<at].lastIndex(of: "<").map { base[...$0] } ?? ""
            return name + label + base[at...]
        }
    }

    /// At most 63 letters, digits and inner hyphens: what is both a label of a domain and a user's name.
    private static func label(_ id: String) -> String {
        var label = ""
        for byte in id.utf8.prefix(256) where label.utf8.count < 63 {
            let isPlain =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: false
                }
            if isPlain {
                label.unicodeScalars.append(Unicode.Scalar(byte))
            } else if !label.isEmpty, !label.hasSuffix("-") {
                label += "-"
            }
        }
        while label.hasSuffix("-") { label.removeLast() }
        return label
    }
}
