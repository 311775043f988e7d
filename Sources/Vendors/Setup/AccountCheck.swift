import Events
import Formats
public import Settings

/// Asks an account for everything that the configuration expects of it. Nothing is changed.
public enum AccountCheck {
    /// Different calls that may fail before the rest is left unasked.
    private static let faultLimit = 5

    /// What is missing or inactive there, each with the line that names it; and what could not be asked.
    public static func findings(_ expected: PSAExpectations, _ dialogue: inout AccountDialogue) -> [Finding] {
        var findings: [Finding] = []
        var faults: [String] = []
        let names = expected.boards.compactMap { board in
            expected.names.first { $0.kind == .board && $0.value == board }
        }
        let questions =
            names.map { Question.name($0) }
            + expected.names.filter { $0.kind != .board }.map { Question.name($0) } + [.customers]
        for question in questions {
            do {
                findings += try answer(question, expected, &dialogue)
            } catch {
                // A right that is missing is one finding, however many names it keeps from being looked up.
                if !faults.contains(error.description) { faults.append(error.description) }
                if !dialogue.hasAnswered || faults.count == faultLimit { break }
            }
        }
        return findings
            + faults.map { Finding(.error, expected.reference.file, expected.reference.line, $0) }
    }

    private enum Question {
        case name(PSAName)
        case customers
    }

    private static func answer(
        _ question: Question, _ expected: PSAExpectations, _ dialogue: inout AccountDialogue
    ) throws(DialogueFault) -> [Finding] {
        switch question {
        case .name(let name) where name.kind == .board: try boardFindings(name, expected, &dialogue)
        case .name(let name): try finding(name, expected, &dialogue).map { [$0] } ?? []
        case .customers: try customerFindings(expected, &dialogue)
        }
    }

    private static func boardFindings(
        _ board: PSAName, _ expected: PSAExpectations, _ dialogue: inout AccountDialogue
    ) throws(DialogueFault) -> [Finding] {
        let system = dialogue.system
        let faults = try dialogue.resolving { catalogue, now throws(Unresolved) in
            try system.faults(ofBoard: board.value, catalogue, now)
        }
        // Every line that names it is told.
        let places = expected.names.filter { $0.kind == .board && $0.value.equalsIgnoringCase(board.value) }
        return places.flatMap { place in faults.map { finding($0, at: place) } }
    }

    private static func finding(
        _ name: PSAName, _ expected: PSAExpectations, _ dialogue: inout AccountDialogue
    ) throws(DialogueFault) -> Finding? {
        let system = dialogue.system
        let boards = name.board.map { [$0] } ?? expected.boards
        let fault = try dialogue.resolving { catalogue, now throws(Unresolved) in
            try system.fault(of: name, boards: boards, catalogue, now)
        }
        return fault.map { finding($0, at: name) }
    }

    /// What nobody has written can only surprise: the PSA's own default is taken instead.
    private static func finding(_ fault: String, at name: PSAName) -> Finding {
        Finding(
            name.isDefault && name.kind != .board ? .warning : .error, name.reference.file, name.reference.line,
            name.isDefault ? fault + ", which is the default here; write the name that it has in this PSA" : fault)
    }

    /// Customers without a company, and those that share one.
    private static func customerFindings(
        _ expected: PSAExpectations, _ dialogue: inout AccountDialogue
    ) throws(DialogueFault) -> [Finding] {
        var findings: [Finding] = []
        var owners: [Int64: PSACustomer] = [:]
        for customer in expected.customers {
            let found = try company(customer, &dialogue)
            let place = (customer.reference.file, customer.reference.line)
            guard let id = found.id else {
                let help =
                    customer.company.fallback.map { "; its tickets go to '\($0)'" }
                    ?? "; write [COMPANY MAP] or PSA_DefaultCompany"
                findings.append(
                    Finding(
                        customer.company.fallback == nil ? .error : .warning, place.0, place.1,
                        "the customer '\(customer.company.orgID)': \(found.remarks.joined(separator: ", "))\(help)"))
                continue
            }
            if let other = owners[id] {
                findings.append(
                    Finding(
                        .warning, place.0, place.1,
                        "the customer '\(customer.company.orgID)' has the same company as "
                            + "'\(other.company.orgID)' (\(other.reference.place))"))
            }
            owners[id] = owners[id] ?? customer
        }
        return findings
    }

    /// The customer's own company, without the default one.
    static func company(
        _ customer: PSACustomer, _ dialogue: inout AccountDialogue
    ) throws(DialogueFault) -> (id: Int64?, remarks: [String]) {
        let system = dialogue.system
        let company = customer.company
        let name = company.mapped ?? (company.matchByID ? company.orgID : company.name)
        return try dialogue.resolving { catalogue, now throws(Unresolved) in
            var remarks: [String] = []
            let id =
                name.isEmpty
                ? nil : try system.liveCompany(name, orID: company.mapped != nil, &remarks, catalogue, now)
            if id == nil, remarks.isEmpty {
                remarks.append(name.isEmpty ? "it has no name" : "\(system.name) has no company '\(name)'")
            }
            return (id, remarks)
        }
    }
}

/// What the configuration's names are checked by.
protocol TicketDirectory {
    /// What is wrong with a board or queue; empty where tickets can go there.
    func faults(ofBoard name: String, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> [String]
    /// What is wrong with a name that is no board; nil where the PSA knows it on each of these boards.
    func fault(
        of name: PSAName, boards: [String], _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String?
    /// The company of a name, or of an ID too, that takes tickets; it remarks on those that take none.
    func liveCompany(
        _ name: String, orID: Bool, _ remarks: inout [String], _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> Int64?
}
