import Decisions
import Events
import Formats
import Storage

/// Counts what two configurations make of the same events. Its size depends on rules and customers, not on events.
struct ReplayTally {
    /// What one configuration made of all events.
    struct Side {
        var tickets = 0
        var pages = 0
        var dispositions: [String: Int] = [:]

        mutating func add(_ outcome: ReplayOutcome) {
            tickets += outcome.makesTicket ? 1 : 0
            pages += outcome.pages
            dispositions[outcome.word, default: 0] += 1
        }
    }

    /// All events with one difference.
    struct Group {
        var count = 0
        /// Of them, those that rest on an answer that is assumed.
        var assumed = 0
        var rules: [String: Int] = [:]
        var organisations: [String: Int] = [:]
        var priorities: [String: Int] = [:]
        var examples: [Example] = []
    }

    /// One event of a group.
    struct Example {
        var event: Identifier
        var receivedAt: Instant
        var subject: String
        var organisation: String
        var before: String
        var after: String
        var cause: String
        var isAssumed: Bool
    }

    /// How true the old configuration's replay is to what happened.
    struct Fidelity {
        /// Events that this configuration decided, and that are in the ledger.
        var compared = 0
        var same = 0
        /// Decided alike, then changed by what the delivery met.
        var byDelivery = 0
        /// Decided by other configurations.
        var others = 0
        /// Not in the ledger, or not decided there yet.
        var unknown = 0
        /// What the replay says and what happened, with the first event of each.
        var differences: [String: (count: Int, example: Identifier)] = [:]
    }

    /// A group shows so many events.
    static let examplesLimit = 5
    /// Rules, and customers, that a group tells apart; what comes beyond is counted under one name.
    private static let keysLimit = 10_000
    /// What a delivery may make of an event.
    private static let ofDelivery: Set<String> = [
        "ticketed", "reopened", "delivered-by-email", "failed", "expired", "noted",
    ]

    private(set) var events = 0
    private(set) var old = Side()
    private(set) var new = Side()
    private(set) var groups: [ReplayDifference: Group] = [:]
    private(set) var assumed: [String: Int] = [:]
    private(set) var fidelity = Fidelity()

    /// Tickets of the old configuration that the new one does not make, and whose alerts do not reach the PSA at all.
    private(set) var droppedTickets = 0

    mutating func compare(_ before: ReplayOutcome, _ after: ReplayOutcome, happened: EventEnding?, oldHash: String) {
        events += 1
        old.add(before)
        new.add(after)
        for name in Set(before.assumed + after.assumed) { ReplayTally.count(name, in: &assumed) }
        if before.makesTicket, after.action == nil { droppedTickets += 1 }
        check(before, happened, oldHash)
        let differences = ReplayDifference.of(before, after)
        guard !differences.isEmpty else { return }
        let cause = ReplayDifference.cause(before, after)
        let isAssumed = !before.assumed.isEmpty || !after.assumed.isEmpty
        for difference in differences {
            add(difference, before, after, cause, isAssumed)
        }
    }

    private mutating func add(
        _ difference: ReplayDifference, _ before: ReplayOutcome, _ after: ReplayOutcome, _ cause: String,
        _ isAssumed: Bool
    ) {
        var group = groups.removeValue(forKey: difference) ?? Group()
        group.count += 1
        group.assumed += isAssumed ? 1 : 0
        ReplayTally.count(cause, in: &group.rules)
        let organisation = after.facts.organisation.isEmpty ? before.facts.organisation : after.facts.organisation
        ReplayTally.count(organisation.isEmpty ? "(no org)" : organisation, in: &group.organisations)
        let priority = before.facts.priority > 0 ? before.facts.priority : after.facts.priority
        ReplayTally.count(priority > 0 ? "P\(priority)" : "(none)", in: &group.priorities)
        if group.examples.count < ReplayTally.examplesLimit {
            group.examples.append(
                Example(
                    event: before.event, receivedAt: before.receivedAt, subject: before.facts.subject,
                    organisation: organisation, before: ReplayTally.words(before), after: ReplayTally.words(after),
                    cause: cause, isAssumed: isAssumed))
        }
        groups[difference] = group
    }

    private mutating func check(_ before: ReplayOutcome, _ happened: EventEnding?, _ hash: String) {
        guard let happened, let truth = happened.disposition else {
            fidelity.unknown += 1
            return
        }
        guard happened.settings == hash else {
            fidelity.others += 1
            return
        }
        fidelity.compared += 1
        let replayed = before.word
        if replayed == truth {
            fidelity.same += 1
        } else if before.action != nil, ReplayTally.ofDelivery.contains(truth) {
            fidelity.byDelivery += 1
        } else {
            let key = "\(replayed), but was \(truth)"
            fidelity.differences[key] = (
                (fidelity.differences[key]?.count ?? 0) + 1, fidelity.differences[key]?.example ?? before.event
            )
        }
    }

    private static func words(_ outcome: ReplayOutcome) -> String {
        "\(outcome.word): \(outcome.reason)"
    }

    private static func count(_ key: String, in counts: inout [String: Int]) {
        counts[counts[key] != nil || counts.count < keysLimit ? key : "(others)", default: 0] += 1
    }
}
