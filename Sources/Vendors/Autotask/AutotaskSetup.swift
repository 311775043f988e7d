import Events
import Formats

/// Contacts and files of Autotask.
extension Autotask: TicketSetup, ContactMaker {
    var contacts: (any ContactMaker)? { self }

    func contactList(company: Int64) -> CatalogueList {
        CatalogueList(
            path: "Contacts/query",
            condition: Autotask.search(
                [
                    Autotask.test("eq", "companyID", .integer(company)),
                    Autotask.test("eq", "firstName", .string(ContactSetup.firstName)),
                    Autotask.test("eq", "lastName", .string(ContactSetup.lastName)),
                ], ["id", "firstName", "lastName", "isActive"]),
            what: "reading contacts")
    }

    func isAlertContact(_ row: JSON) -> Bool { row["isActive"]?.integer != 0 && row["isActive"]?.bool != false }

    func newContact(
        company: Int64, address: String, _ dialogue: inout AccountDialogue
    ) throws(DialogueFault) -> JSON {
        [
            "firstName": .string(ContactSetup.firstName), "lastName": .string(ContactSetup.lastName),
            "emailAddress": .string(address), "isActive": 1,
        ]
    }

    func contactCall(company: Int64, _ body: JSON, _ session: VendorSession?) -> VendorCall {
        write("POST", "Companies/\(company)/Contacts", body, session)
    }

    func companyName(
        _ id: Int64, foundBy name: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String? {
        let rows = try catalogue.rows(.autotaskCompanies(name, id: nil), now) { _ in true }
        return rows.first { $0.id == id }?["companyName"]?.string
    }
}
