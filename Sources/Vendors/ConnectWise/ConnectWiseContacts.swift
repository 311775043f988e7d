import Events
import Formats

/// Contacts and files of ConnectWise.
extension ConnectWiseConnection: TicketSetup, ContactMaker {
    var contacts: (any ContactMaker)? { self }

    func contactList(company: Int64) -> CatalogueList {
        CatalogueList(
            path: "company/contacts",
            condition: "company/id=\(company) and firstName="
                + ConnectWiseConnection.quoted(ContactSetup.firstName)
                + " and lastName=" + ConnectWiseConnection.quoted(ContactSetup.lastName),
            what: "reading contacts")
    }

    func isAlertContact(_ row: JSON) -> Bool {
        row["firstName"]?.string?.equalsIgnoringCase(ContactSetup.firstName) == true
            && row["lastName"]?.string?.equalsIgnoringCase(ContactSetup.lastName) == true
            && !ConnectWiseConnection.isInactive(row)
    }

    func newContact(
        company: Int64, address: String, _ dialogue: inout AccountDialogue
    ) throws(DialogueFault) -> JSON {
        let kinds = try dialogue.rows(.communicationTypes).filter { $0["emailFlag"]?.bool == true }
        guard let kind = (kinds.first { $0["defaultFlag"]?.bool == true } ?? kinds.first)?.id else {
            throw DialogueFault("ConnectWise has no communication type for e-mail")
        }
        return [
            "firstName": .string(ContactSetup.firstName), "lastName": .string(ContactSetup.lastName),
            "company": ["id": .integer(company)],
            "communicationItems": [
                [
                    "type": ["id": .integer(kind)], "value": .string(address), "communicationType": "Email",
                    "defaultFlag": true,
                ]
            ],
        ]
    }

    func contactCall(company: Int64, _ body: JSON, _ session: VendorSession?) -> VendorCall {
        post("company/contacts", body)
    }

    func companyName(
        _ id: Int64, foundBy name: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String? {
        let rows = try catalogue.rows(ConnectWiseResolver.companies(name, id: nil), now) { _ in true }
        return rows.first { $0.id == id }?["name"]?.string
    }
}

extension CatalogueList {
    static let communicationTypes = CatalogueList(
        path: "company/communicationTypes", what: "reading communication types")
}
