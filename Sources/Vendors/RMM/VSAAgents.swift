import Events
import Formats

/// What VSA is asked of an agent and its customer.
///
/// The names of an agent's and a customer's fields are those of Kaseya's own module. Those of a member of the staff (`Function`,
/// `StaffEmail`) are not public: what is not found there is nobody's address.
extension VSA {
    /// Fields and members of staff that are taken over; more are left out.
    private static let listLimit = 100
    /// Letters of a value that are taken over.
    private static let valueLimit = 500

    func agentCall(_ name: String, _ session: RMMSession) -> VendorCall {
        get("/assetmgmt/agents?$filter=\(VSA.filter("AgentName", name))", session)
    }

    func customerCall(_ number: String, _ session: RMMSession) -> VendorCall {
        get("/system/orgs/\(VSA.escaped(number))", session)
    }

    func staffCall(_ number: String, _ session: RMMSession) -> VendorCall {
        get("/system/orgs/\(VSA.escaped(number))/staff", session)
    }

    func fieldsCall(_ agent: String, _ session: RMMSession) -> VendorCall {
        get("/assetmgmt/assets/\(VSA.escaped(agent))/customfields", session)
    }

    /// The agent of that name and its ID; nil where there is none, or more than one.
    func agent(_ name: String, in reply: VendorReply) -> (id: String, facts: AgentFacts)? {
        let found = rows(reply).filter { $0["AgentName"]?.string?.equalsIgnoringCase(name) == true }
        guard found.count == 1, let row = found.first, let id = VSA.text(row["AgentId"]) else { return nil }
        var facts = AgentFacts()
        facts.guid = VSA.short(row["AgentGuid"])
        facts.operatingSystem = [VSA.short(row["OSInfo"]), VSA.short(row["OSType"])].first { !$0.isEmpty } ?? ""
        facts.machineGroup = VSA.short(row["MachineGroup"])
        facts.isOnline = VSA.text(row["Online"]).map { ["1", "2", "11", "12"].contains($0) }
        // Without a zone it is UTC.
        let seen = VSA.short(row["LastCheckInTime"])
        facts.lastCheckIn = Instant(rfc3339: seen) ?? Instant(rfc3339: seen + "Z")
        facts.customer.number = VSA.short(row["OrgId"])
        return (id, facts)
    }

    /// The customer; nil where the answer holds none.
    func customer(_ number: String, in reply: VendorReply) -> AgentFacts.Customer? {
        guard let row = result(reply), VSA.text(row["OrgId"]) != nil || VSA.text(row["OrgRef"]) != nil else {
            return nil
        }
        var customer = AgentFacts.Customer()
        customer.number = number
        customer.name = VSA.short(row["OrgName"])
        customer.id = [VSA.short(row["OrgRef"]), number].first { !$0.isEmpty } ?? ""
        for field in VSA.fields(row["CustomFields"]?.array ?? []) {
            if field.name.equalsIgnoringCase("MSP") { customer.tenant = field.value.trimmed }
            if field.name.equalsIgnoringCase("ServiceLevel") { customer.serviceLevel = field.value.trimmed }
        }
        return customer
    }

    /// The addresses of those whose function is `PriNotify`.
    func priorityStaff(in reply: VendorReply) -> [String] {
        rows(reply).prefix(VSA.listLimit).filter {
            $0["Function"]?.string?.trimmed.equalsIgnoringCase("PriNotify") == true
        }
        .map { VSA.short($0["StaffEmail"]).trimmed }.filter { address in
            address.contains("@") && !address.utf8.contains { $0 <= 0x20 || $0 == 0x7F || $0 == 0x2C || $0 == 0x3B }
        }
    }

    func customFields(in reply: VendorReply) -> [Event.Field] { VSA.fields(rows(reply)) }

    private static func fields(_ rows: [JSON]) -> [Event.Field] {
        rows.prefix(listLimit).map { Event.Field(name: short($0["FieldName"]), value: short($0["FieldValue"])) }
            .filter { !$0.name.isEmpty && !$0.value.isEmpty }
    }

    private static func short(_ json: JSON?) -> String { String((text(json) ?? "").prefix(valueLimit)) }
}
