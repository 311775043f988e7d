import Formats

/// The managed service provider that every stand-in knows: the same customers, boards and machines, so that examples
/// and tests agree whichever vendor they talk to.
enum SandboxMSP {
    /// A customer.
    struct Company: Sendable {
        var name: String
        var identifier: String
        var isActive = true
    }

    /// A managed machine or device.
    struct Agent: Sendable {
        var name: String
        var company: String
        var kind: String
        var system: String
        var guid: String
        var address: String
        var location: String
        var owner: String
    }

    static let companies = [
        Company(name: "Acme Dental", identifier: "AcmeDental"),
        Company(name: "Globex Manufacturing", identifier: "Globex"),
        Company(name: "Initech Legal", identifier: "Initech"),
        Company(name: "Umbrella Clinic", identifier: "Umbrella"),
        Company(name: "Hooli Retail", identifier: "Hooli"),
        Company(name: "Stark Foundry", identifier: "Stark", isActive: false),
        Company(name: "Catch All", identifier: "CatchAll"),
    ]

    /// Somebody at the service provider.
    struct Technician: Sendable {
        var identifier: String
        var firstName: String
        var lastName: String
        var name: String { firstName + " " + lastName }
    }

    static let technicians = [
        Technician(identifier: "jtech", firstName: "Jane", lastName: "Tech"),
        Technician(identifier: "msmith", firstName: "Mark", lastName: "Smith"),
    ]

    /// The technician of that identifier or name, in any case.
    static func technician(_ text: String) -> Int? {
        technicians.firstIndex { $0.identifier.equalsIgnoringCase(text) || $0.name.equalsIgnoringCase(text) }
    }

    static let boards = ["Alerts", "Priority Alerts", "Requests"]
    /// The boards that alerts go to: these have types, subtypes and items.
    static let alertBoards: Set<String> = ["Alerts", "Priority Alerts"]

    static let statuses = ["New", "In Progress", "Waiting", "Completed", "Closed", "Completed - Auto Remediation"]
    /// The statuses that count as closed.
    static let closedStatuses: Set<String> = ["Completed", "Closed", "Completed - Auto Remediation"]

    static let priorities = ["Critical", "High", "Medium", "Low", "Information"]
    static let types = ["Server", "Workstation", "Network", "Active Directory"]
    static let subtypes = ["Services", "Disk", "Infrastructure", "Security"]
    static let items = ["DHCP", "Capacity", "Schema"]

    static let agents = [
        Agent(
            name: "dhcp01.servers.acme", company: "AcmeDental", kind: "Server",
            system: "Windows Server 2022 Standard", guid: "0a3f1c52-6d0e-4b8e-9f21-5c7d10a4e001",
            address: "10.1.0.5", location: "Main Office", owner: "J. Doe"),
        Agent(
            name: "fs01.servers.acme", company: "AcmeDental", kind: "Server",
            system: "Windows Server 2019 Standard", guid: "0a3f1c52-6d0e-4b8e-9f21-5c7d10a4e002",
            address: "10.1.0.6", location: "Main Office", owner: "J. Doe"),
        Agent(
            name: "pc-014.wkstns.acme", company: "AcmeDental", kind: "Workstation",
            system: "Windows 11 Pro", guid: "0a3f1c52-6d0e-4b8e-9f21-5c7d10a4e003",
            address: "10.1.1.14", location: "Front Desk", owner: "R. Roe"),
        Agent(
            name: "dc01.branch.servers.globex", company: "Globex", kind: "Server",
            system: "Windows Server 2022 Standard", guid: "0a3f1c52-6d0e-4b8e-9f21-5c7d10a4e004",
            address: "10.2.0.2", location: "Branch", owner: "M. Major"),
        Agent(
            name: "pc-201.wkstns.globex", company: "Globex", kind: "Workstation",
            system: "Windows 10 Pro", guid: "0a3f1c52-6d0e-4b8e-9f21-5c7d10a4e005",
            address: "10.2.1.201", location: "Plant Floor", owner: "S. Smith"),
        Agent(
            name: "ups-1.network.initech", company: "Initech", kind: "Network",
            system: "Network Management Card 3", guid: "0a3f1c52-6d0e-4b8e-9f21-5c7d10a4e006",
            address: "10.3.0.9", location: "Server Room", owner: "P. Gibbons"),
    ]
}
