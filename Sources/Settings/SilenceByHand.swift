public import Events
import Formats

extension Silence {
    /// What the trace calls the place of a silence that was made by hand: `silence:12`.
    public static let madeByHand = "silence"

    /// One that somebody made while the service ran. All that is given must fit.
    public init(
        number: Int64, agent: String?, group: String?, organisation: String?, category: String?, start: Instant,
        end: Instant, owner: String, reason: String
    ) {
        self.init(
            name: "\(number)", agent: agent?.lowercased(), group: group?.lowercased(),
            organisation: organisation?.lowercased(), category: category?.lowercased(), start: .instant(start),
            end: .instant(end), author: owner, reason: reason,
            reference: RuleReference(file: Silence.madeByHand, line: Int(number), text: "by \(owner): \(reason)"))
    }

    /// Whether it is about a place. All texts are in small letters; `organisation` is the customer's ID and name.
    public func fits(agent: String, groups: String, organisation wanted: [String], category place: String) -> Bool {
        // An agent may be named with all of its groups, some, or none.
        if let named = self.agent, !(agent + ".").hasPrefix(named + ".") { return false }
        if let named = group, !".\(groups).".contains(".\(named).") { return false }
        if let named = organisation, !wanted.contains(named) { return false }
        if let named = category, named != place { return false }
        return true
    }
}
