import Events
import Formats
public import Settings

/// A contact "RMM Alert" at each customer's company, so that mail from ITP is taken as the customer's.
public enum ContactSetup {
    /// The contact's two names.
    static let firstName = "RMM"
    static let lastName = "Alert"

    /// Makes the contacts that are missing. Only a company that is called exactly as the customer gets one.
    public static func run(_ expected: PSAExpectations, _ run: inout SetupRun) {
        guard let maker = run.dialogue.system.contacts else {
            return run.lines.append(.problem("\(run.dialogue.system.name)'s API has no call that makes contacts"))
        }
        var made: Set<Int64> = []
        for customer in expected.customers {
            run.part { run throws(DialogueFault) in try contact(customer, maker, &made, &run) }
            // Without an answer to the first, the others will have none either.
            if !run.dialogue.hasAnswered { return }
        }
        if expected.customers.isEmpty {
            run.lines.append(.remark("there are no customers: neither [ORG id] nor [COMPANY MAP] names any"))
        }
    }

    private static func contact(
        _ customer: PSACustomer, _ maker: any ContactMaker, _ made: inout Set<Int64>, _ run: inout SetupRun
    ) throws(DialogueFault) {
        let id = customer.company.orgID
        let address = bareAddress(customer.sender)
        guard !address.isEmpty else {
            return run.lines.append(
                .problem("the customer '\(id)': no sender's address; write RMM_EmailFrom or VsaEmail"))
        }
        guard let company = try exactCompany(customer, &run.dialogue) else {
            let place = customer.reference.place
            return run.lines.append(
                .problem(
                    "the customer '\(id)' (\(place)): no company is called exactly so; map it, or make the contact by hand"
                ))
        }
        guard made.insert(company.id).inserted else { return }
        if try run.dialogue.rows(maker.contactList(company: company.id)).contains(where: maker.isAlertContact) {
            return run.lines.append(.present("contact '\(firstName) \(lastName)' of '\(company.name)'"))
        }
        let body = try maker.newContact(company: company.id, address: address, &run.dialogue)
        _ = try run.change("contact '\(firstName) \(lastName)' <\(address)> of '\(company.name)'") { session in
            maker.contactCall(company: company.id, body, session)
        }
    }

    private static func exactCompany(
        _ customer: PSACustomer, _ dialogue: inout AccountDialogue
    ) throws(DialogueFault) -> (id: Int64, name: String)? {
        let system = dialogue.system
        let name = customer.company.mapped ?? customer.company.name
        guard !name.isEmpty else { return nil }
        return try dialogue.resolving { catalogue, now throws(Unresolved) in
            var remarks: [String] = []
            guard let id = try system.liveCompany(name, orID: false, &remarks, catalogue, now) else { return nil }
            return try system.companyName(id, foundBy: name, catalogue, now).flatMap { found in
                found.trimmed.equalsIgnoringCase(name) ? (id, found) : nil
            }
        }
    }

    /// `ITP <rmm@msp.example>` without the name.
    static func bareAddress(_ sender: String) -> String {
        guard let open = sender.lastIndex(of: "<"), let close = sender.lastIndex(of: ">"), open < close else {
            return sender.trimmed
        }
        return sender[sender.index(after: open)..<close].trimmed
    }
}

/// What differs between PSAs in setting one up.
protocol TicketSetup {
    /// How contacts are made; nil where the API makes none.
    var contacts: (any ContactMaker)? { get }
    /// The name of a company that was found by a name.
    func companyName(
        _ id: Int64, foundBy name: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String?
}

/// How a PSA's contacts are found and made.
protocol ContactMaker {
    /// The contacts of a company by the names that ITP's contact has.
    func contactList(company: Int64) -> CatalogueList
    /// Whether a row of that list is ITP's contact.
    func isAlertContact(_ row: JSON) -> Bool
    /// What the contact is to hold.
    func newContact(company: Int64, address: String, _ dialogue: inout AccountDialogue) throws(DialogueFault) -> JSON
    /// What makes it.
    func contactCall(company: Int64, _ body: JSON, _ session: VendorSession?) -> VendorCall
}
