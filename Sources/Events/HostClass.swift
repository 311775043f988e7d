/// What kind of machine an event is about. It decides remediation, paging and the floor of the priority.
public enum HostClass: String, Sendable, CaseIterable {
    /// A server.
    case server = "S"
    /// A workstation: never P1 or P2, never pages anyone.
    case workstation = "W"
    /// Any machine with an agent; only a MonSetID says this.
    case any = "A"
    /// Neither, or unknown: network, power, a web site.
    case other = "X"

    /// Reads the letter of a MonSetID, in any case.
    public init?(letter: some StringProtocol) {
        self.init(rawValue: letter.uppercased())
    }
}
