import Formats

/// What a technician does to a ticket by hand, in the PSA's own window.
enum TechnicianWork: Equatable, Sendable {
    case status(String)
    case owner(String)
    case priority(String)
    case note(String, isInternal: Bool)
    case time(hours: Double, text: String)
    /// The ticket goes into another one and is closed.
    case merge(into: Int64)
    case delete
}

/// What a PSA's administrator changes by hand.
enum AdministratorWork: Equatable, Sendable {
    /// A company by its name or identifier.
    case company(String, isActive: Bool)
    case renameBoard(String, to: String)
    case renameCompany(String, to: String)
    /// All that is signed in has to sign in again.
    case expireTokens
}

/// Reads what is sent to `/sandbox/technician` and `/sandbox/administrator`.
extension SandboxWorld {
    static let technician = SandboxMSP.technicians[0]

    /// One entry, or a list of them; each names a PSA, a ticket and what is done to it, in the order of this list.
    mutating func workAsTechnician(_ sent: JSON, now: Int64) throws(SandboxRefusal) -> SandboxReply {
        let entries = sent.array ?? [sent]
        // Nothing is done where a part of it is not understood.
        var works: [(SandboxVendor, Int64, [TechnicianWork])] = []
        for entry in entries {
            let known = [
                "psa", "ticket", "owner", "priority", "note", "internal", "hours", "status", "merge", "delete",
            ]
            try SandboxWorld.check(entry, known)
            guard let vendor = try SandboxWorld.vendor(entry), let ticket = entry["ticket"]?.integer else {
                throw SandboxRefusal("'psa' and 'ticket' say which ticket is meant, the latter by its id")
            }
            let works1 = try SandboxWorld.technicianWork(entry)
            guard !works1.isEmpty else {
                throw SandboxRefusal("say what is done: \(known.dropFirst(2).joined(separator: ", "))")
            }
            works.append((vendor, ticket, works1))
        }
        for (vendor, ticket, parts) in works {
            for part in parts { try vendors[vendor]?.perform(part, on: ticket, now: now) }
        }
        return SandboxReply(status: 200, json: ["done": .integer(works.reduce(0) { $0 + $1.2.count })])
    }

    private static func technicianWork(_ entry: JSON) throws(SandboxRefusal) -> [TechnicianWork] {
        var works: [TechnicianWork] = []
        let text: (String) throws(SandboxRefusal) -> String? = { name throws(SandboxRefusal) in
            guard let value = entry[name] else { return nil }
            guard let text = value.string else { throw SandboxRefusal("'\(name)' must be a text") }
            return text
        }
        if let owner = try text("owner") { works.append(.owner(owner)) }
        if let priority = try text("priority") { works.append(.priority(priority)) }
        let note = try text("note")
        if let hours = entry["hours"] {
            guard let hours = hours.double, hours > 0, hours <= 24 else {
                throw SandboxRefusal("'hours' must be a number above 0, at most 24")
            }
            works.append(.time(hours: hours, text: note ?? ""))
        } else if let note {
            works.append(.note(note, isInternal: entry["internal"]?.bool ?? false))
        }
        if let status = try text("status") { works.append(.status(status)) }
        if let target = entry["merge"] {
            guard let target = target.integer else { throw SandboxRefusal("'merge' must be a ticket's id") }
            works.append(.merge(into: target))
        }
        if entry["delete"]?.bool == true { works.append(.delete) }
        return works
    }

    /// One entry, or a list of them; without `psa` an entry is meant for all vendors.
    mutating func workAsAdministrator(_ sent: JSON) throws(SandboxRefusal) -> SandboxReply {
        var works: [(SandboxVendor, AdministratorWork)] = []
        for entry in sent.array ?? [sent] {
            try SandboxWorld.check(entry, ["psa", "company", "active", "board", "rename", "tokens"])
            let work: AdministratorWork
            if let company = entry["company"]?.string, let isActive = entry["active"]?.bool, entry["rename"] == nil {
                work = .company(company, isActive: isActive)
            } else if let company = entry["company"]?.string, let name = entry["rename"]?.string, !name.isEmpty {
                work = .renameCompany(company, to: name)
            } else if let board = entry["board"]?.string, let name = entry["rename"]?.string, !name.isEmpty {
                work = .renameBoard(board, to: name)
            } else if entry["tokens"]?.string == "expire" {
                work = .expireTokens
            } else {
                throw SandboxRefusal(
                    "give 'company' with 'active' or 'rename', 'board' with 'rename', or 'tokens': \"expire\"")
            }
            let vendor = try SandboxWorld.vendor(entry)
            for each in SandboxVendor.allCases where vendor == nil || vendor == each { works.append((each, work)) }
        }
        for (vendor, work) in works { try vendors[vendor]?.perform(work) }
        return SandboxReply(status: 200, json: ["done": .integer(works.count)])
    }

    /// Other limits for one vendor; null takes a limit away.
    mutating func setLimits(_ sent: JSON) throws(SandboxRefusal) -> SandboxReply {
        try SandboxWorld.check(sent, ["psa", "concurrent", "perWindow"])
        guard let vendor = try SandboxWorld.vendor(sent) else { throw SandboxRefusal("'psa' says whose limits") }
        for name in ["concurrent", "perWindow"] {
            guard let value = sent[name] else { continue }
            guard value == .null || value.integer.map({ (1...1_000_000_000).contains($0) }) == true else {
                throw SandboxRefusal("'\(name)' must be a whole number from 1, or null for no limit")
            }
            let limit = value.integer.map { Int($0) }
            if name == "concurrent" {
                vendors[vendor]?.meter.limits.concurrent = limit
            } else {
                vendors[vendor]?.meter.limits.perWindow = limit
            }
        }
        return SandboxReply(status: 200, json: limits)
    }

    /// Each vendor's limits with the most that was seen.
    var limits: JSON {
        .object(
            SandboxVendor.allCases.compactMap { vendor in
                vendors[vendor].map { JSON.Member(vendor.rawValue, $0.meter.json) }
            })
    }

    private static func check(_ entry: JSON, _ known: [String]) throws(SandboxRefusal) {
        guard let members = entry.members else { throw SandboxRefusal("an object was expected, not \(entry.kind)") }
        if let odd = members.first(where: { !known.contains($0.name) }) {
            throw SandboxRefusal("'\(odd.name)' is not known; there are \(known.joined(separator: ", "))")
        }
    }

    private static func vendor(_ entry: JSON) throws(SandboxRefusal) -> SandboxVendor? {
        guard let value = entry["psa"] else { return nil }
        guard let vendor = SandboxVendor(rawValue: value.string ?? "") else {
            let words = SandboxVendor.allCases.map(\.rawValue).joined(separator: ", ")
            throw SandboxRefusal("'psa' must be one of \(words)")
        }
        return vendor
    }
}

/// What everybody's by-hand work needs to be told about.
extension SandboxRefusal {
    static func noTicket(_ id: Int64) -> SandboxRefusal {
        SandboxRefusal("there is no ticket with the id \(id)", status: 404)
    }

    static func unknown(_ what: String, _ name: String) -> SandboxRefusal {
        SandboxRefusal("there is no \(what) '\(name)' in this PSA", status: 404)
    }

    static func cannot(_ what: String) -> SandboxRefusal { SandboxRefusal("this PSA has no \(what)", status: 409) }
}
