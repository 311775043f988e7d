import Events
import Formats

extension TicketDraft.Company {
    /// `[COMPANY MAP]`, else the name (or the org's ID instead of it) against the PSA's names, then its identifiers; else
    /// the fallback. Only what the configuration names may be a PSA's numeric ID: an org may be called `2020`.
    ///
    /// - Parameter find: the live company of a name, or of an ID too where the flag says so; it remarks on those that take
    ///   no tickets.
    func match(
        _ find: (_ name: String, _ orID: Bool, _ remarks: inout [String]) throws(Unresolved) -> Int64?
    ) throws(Unresolved) -> (id: Int64, remarks: [String]) {
        let name = mapped ?? (matchByID ? orgID : self.name)
        var remarks: [String] = []
        if !name.isEmpty, let id = try find(name, mapped != nil, &remarks) { return (id, []) }
        remarks.append("no company for '\(name)'")
        if let fallback {
            guard let id = try find(fallback, true, &remarks) else {
                throw .refused("\(remarks.joined(separator: ", ")), nor the default company '\(fallback)'")
            }
            return (id, remarks + ["taken by the default company '\(fallback)'"])
        }
        throw .refused(remarks.joined(separator: ", ") + "; write [COMPANY MAP] or PSA_DefaultCompany")
    }
}
