public import Events

/// What a PSA account's options say of its new tickets, read once: the board for a service level, source, work type, due
/// date; and how long a subject the PSA takes.
public struct TicketTerms: Sendable, Equatable {
    /// The most that a ticket's subject may have, in UTF-16 units.
    public let subjectLimit: Int
    /// The source; nil = the PSA's own choice.
    public let source: String?
    /// The work type; nil = none.
    public let workType: String?
    /// How long after its creation a ticket is due, in seconds; nil = not said.
    public let dueSeconds: Int?
    /// The board or queue of what no service level routes elsewhere; empty where the configuration must name it and does not.
    public let board: String

    /// By the service level in small letters.
    private let routes: [String: Route]

    /// Where one service level's tickets go.
    private struct Route: Equatable {
        var board: String?
        /// By the host type in small letters.
        var byType: [String: String] = [:]
    }

    init(_ system: PSAAccount.System, _ options: [String: String]) {
        let words = Words.of(system)
        subjectLimit = words.subjectLimit
        source = options[words.prefix + "source"] ?? words.source
        workType = options[words.prefix + "worktype"]
        // Unlike other times of day and length, this one is a number of hours.
        dueSeconds = options[words.prefix + "due"].flatMap { Int($0) }.map { $0 * 3600 }
        board = options[words.prefix + words.boardKey] ?? words.board
        var routes: [String: Route] = [:]
        for (key, board) in options where key.hasPrefix(words.prefix) {
            let level = key.dropFirst(words.prefix.count)
            routes[String(level), default: Route()].board = board
            if let dot = level.lastIndex(of: ".") {
                routes[String(level[..<dot]), default: Route()].byType[String(level[dot...].dropFirst())] = board
            }
        }
        self.routes = routes
    }

    /// The board by service level and host type, by service level, else the default; and which of them it was.
    public func board(level: String, hostClass: HostClass) -> (board: String, why: String) {
        guard !level.isEmpty else { return (board, "the default: no service level") }
        guard let route = routes[level.lowercased()] else {
            return (board, "the default: no board for service level \(level)")
        }
        if !route.byType.isEmpty {
            for type in [hostClass.rawValue, TicketTerms.word(hostClass)] {
                if let board = route.byType[type.lowercased()] { return (board, "\(level).\(type)") }
            }
        }
        if let board = route.board { return (board, "service level " + level) }
        return (board, "the default: no board for service level \(level)")
    }

    private static func word(_ hostClass: HostClass) -> String {
        switch hostClass {
        case .server: "Server"
        case .workstation: "Workstation"
        case .any, .other: "Other"
        }
    }

    /// How a PSA's keys and limits are called.
    private struct Words {
        /// What its keys in `[RMM_SETTINGS]` begin with, in small letters.
        var prefix: String
        /// The rest of the key that names the board or queue.
        var boardKey: String
        /// The board where the configuration names none.
        var board = ""
        /// The source where the configuration names none; nil = the PSA's own choice.
        var source: String?
        var subjectLimit: Int

        static func of(_ system: PSAAccount.System) -> Words {
            switch system {
            // 255 is what clients of Autotask know; its lane reads the length from the API and cuts again.
            case .autotask:
                Words(
                    prefix: "psa_at_", boardKey: "queue", board: "Monitoring Alert", source: "Monitoring Alert",
                    subjectLimit: 255)
            // Nothing is documented of BMS.
            case .bms: Words(prefix: "psa_bms_", boardKey: "queue", source: nil, subjectLimit: 255)
            // ConnectWise takes 100 characters in a summary; the contract's 'V' grade, schema of 2026.4.
            case .connectWise, .tigerpaw, .email:
                Words(prefix: "psa_cw_", boardKey: "board", source: "Monitor Alerts", subjectLimit: 100)
            }
        }
    }
}
