import Decisions
import Events
import Formats
import Platform
import Service
import Settings
import Storage
import TestSupport
import Vendors

@testable import Sandbox

/// A day of an MSP against one PSA in virtual time: what happens is written down by the minute, and everything comes to rest
/// before the clock goes on.
struct Day {
    /// What a call meets on its way.
    enum Weather: Equatable {
        case fair
        /// Nothing listens at the PSA.
        case outage
        /// The PSA does what it is asked, and its answers are lost.
        case lostAnswers
        /// Refused with this status, in the vendor's own form.
        case refusing(Int, retryAfterSeconds: Int?)
    }

    var world: World
    var weather = Weather.fair
    /// The times of the calls since the weather changed.
    private(set) var calls: [Instant] = []
    /// What the lane has said of the account's credentials.
    private(set) var credentials: [String] = []
    private var posted: UInt64 = 0

    init(_ settings: Settings, _ psa: any VendorSandbox, at time: String) throws {
        world = try World(seed: 1, alerts: 0, settings: settings, psa: psa)
        world.killsLeft = 0
        world.faultsLeft = 0
        world.now = try Day.instant(time)
    }

    private static func instant(_ time: String) throws -> Instant {
        guard let instant = Instant(rfc3339: time) else { throw SimulationError("'\(time)' is no time") }
        return instant
    }

    /// The clock goes on to `time` of the same day; each timer fires when it is due.
    mutating func at(_ time: String, _ weather: Weather? = nil) throws {
        let end = try Day.instant(world.now.description.prefix(11) + time + ":00Z")
        guard end >= world.now else { throw SimulationError("\(time) has passed") }
        while let next = world.timers.next, next <= end {
            world.advance(by: Int(max(0, (next - world.now).milliseconds)))
            try settle()
        }
        world.advance(by: Int((end - world.now).milliseconds))
        try settle()
        if let weather {
            self.weather = weather
            calls = []
        }
    }

    /// An alert comes in; what follows at once has been done when this returns.
    mutating func alert(
        _ agent: String, _ drive: String, priority: Int = 3, state: String = "firing", file: String? = nil
    ) throws {
        guard var journal = world.writer else { throw SimulationError("the service does not run") }
        posted += 1
        let files: [JSON] = (file.map { [$0] } ?? []).map { name in
            ["name": .string(name), "type": "text/plain", "base64": .string(Base64.encode(Array("512 MB left".utf8)))]
        }
        let body: JSON = [
            "subject": .string("EVT|Disk|\(drive)|a|b|MB-DISK.EVT.S.P\(priority).Alm"), "agent": .string(agent),
            "state": .string(state), "attachments": .array(files),
        ]
        let alert = AlertRecord(
            receipt: Identifier(milliseconds: world.now.milliseconds, random: (posted, posted)),
            receivedAt: world.now, source: "api", peer: "127.0.0.1", deliveryID: nil, body: body.bytes)
        let type = JournalRecordType(rawValue: UInt16(AlertRecord.recordType))
        _ = try journal.append([JournalEntry(type: type, payload: alert.encoded)])
        world.writer = journal
        try settle()
    }

    /// The service tidies up, as it does every few minutes.
    mutating func housekeep() throws {
        world.toDecider.append(.housekeep)
        try settle()
    }

    /// The operator has changed the configuration.
    mutating func reload(_ settings: Settings) throws {
        guard let account = settings.primary.account else { throw SimulationError("no account") }
        world.toDecider.append(.settings(settings))
        world.toLane.append(.account(account, quietPeriod: world.quietPeriod))
        try settle()
    }

    private mutating func settle() throws {
        for _ in 0..<20_000 {
            if !world.toLane.isEmpty {
                for effect in world.lane.handle(world.toLane.removeFirst(), now: world.now) {
                    if case .credentials(let refused) = effect { credentials.append(refused ?? "taken") }
                    world.take(effect)
                }
            } else if !world.calls.isEmpty {
                carryOut(world.calls.removeFirst())
            } else if !world.toDecider.isEmpty || world.hasRecords {
                try world.decide()
            } else {
                return
            }
        }
        throw SimulationError("the day does not come to rest at \(world.now)")
    }

    private mutating func carryOut(_ call: World.Call) {
        calls.append(world.now)
        let outcome: VendorOutcome
        switch weather {
        case .fair: outcome = .reply(Day.reply(world.perform(call.call)))
        case .outage: outcome = .notSent(reason: "connection refused")
        case .lostAnswers:
            _ = world.perform(call.call)
            outcome = .ambiguous(reason: "connection reset")
        case .refusing(let status, let wait):
            outcome = .reply(Day.reply(world.psa.failure(status, retryAfterSeconds: wait)))
        }
        world.toLane.append(.outcome(row: call.row, outcome))
    }

    private static func reply(_ reply: SandboxReply) -> VendorReply {
        let wait = reply.headers.first { $0.0.equalsIgnoringCase("Retry-After") }
        return VendorReply(status: reply.status, retryAfter: wait?.1, body: reply.body)
    }
}
