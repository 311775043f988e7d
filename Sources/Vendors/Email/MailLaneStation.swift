public import Events

/// The lane to a mail server: a station that hands over mails one after the other, a few at a time, and leaves a server alone
/// that does not work. Like every lane it keeps nothing that has to survive.
public struct MailLaneStation: Sendable {
    /// Names an order: which outbox it comes from, and its row there.
    public enum Key: Sendable, Hashable {
        /// A ticket that goes by mail.
        case ticket(lane: String, row: Int64)
        /// A message to people.
        case message(row: Int64)
    }

    /// A mail that is to go out.
    public struct Order: Sendable, Equatable {
        /// Which order it is.
        public var key: Key
        /// The mail.
        public var mail: OutgoingMail
        /// Whether it must not be sent again while nobody knows what became of it: a ticket.
        public var sendsOnce: Bool
        /// Whether an earlier try may have been taken.
        public var isAmbiguous: Bool

        /// Makes an order.
        public init(key: Key, mail: OutgoingMail, sendsOnce: Bool, isAmbiguous: Bool = false) {
            self.key = key
            self.mail = mail
            self.sendsOnce = sendsOnce
            self.isAmbiguous = isAmbiguous
        }
    }

    /// What a lane is told.
    public enum Message: Sendable {
        /// A mail that may go out.
        case deliver(Order)
        /// The order is durably marked as being sent.
        case intentIsDurable(Key)
        /// Handing over has come to something.
        case outcome(Key, VendorOutcome)
        /// Whether there is a mail server; its address is the runner's affair.
        case server(isConfigured: Bool)
    }

    /// What a lane asks for.
    public enum Effect: Sendable, Equatable {
        /// Hand this to the mail server.
        case send(Key, MailCall)
        /// Mark the order durably as being sent, then say so.
        case declareIntent(Key)
        /// The try has ended.
        case report(Key, DeliveryReport)
    }

    private enum Phase: Sendable {
        case intending
        case sending
    }

    /// Mails that are handed over at the same time.
    public static let concurrencyLimit = 2
    /// Failures of the server in a row after which it is left alone for a while.
    public static let failureLimit = 3
    private static let firstPause = Instant.Span.seconds(15)
    private static let longestPause = Instant.Span.minutes(5)

    private var isConfigured: Bool
    private var running: [Key: (order: Order, phase: Phase)] = [:]
    private var waiting: [Order] = []
    private var failures = 0
    private var pausedUntil: Instant?

    /// A lane.
    public init(isConfigured: Bool) { self.isConfigured = isConfigured }

    /// The orders that the lane holds.
    public var load: Int { running.count + waiting.count }

    /// Takes a message; what has to be done follows as effects, in order.
    public mutating func handle(_ message: Message, now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch message {
        case .deliver(let order): waiting.append(order)
        case .intentIsDurable(let key): send(key, now, &effects)
        case .outcome(let key, let outcome): finish(key, outcome, now, &effects)
        case .server(let isConfigured):
            self.isConfigured = isConfigured
            failures = 0
            pausedUntil = nil
        }
        startWaiting(now, &effects)
        return effects
    }

    private mutating func startWaiting(_ now: Instant, _ effects: inout [Effect]) {
        while !waiting.isEmpty {
            // After a pause a single mail tries whether the server works again.
            let limit = failures >= MailLaneStation.failureLimit ? 1 : MailLaneStation.concurrencyLimit
            let isPaused = pausedUntil.map { now < $0 } ?? false
            guard isPaused || running.count < limit else { return }
            let order = waiting.removeFirst()
            if let refusal = refusal(of: order, now) {
                effects.append(.report(order.key, refusal))
            } else {
                running[order.key] = (order, .intending)
                effects.append(.declareIntent(order.key))
            }
        }
    }

    /// Why an order is not tried now.
    private func refusal(of order: Order, _ now: Instant) -> DeliveryReport? {
        if order.sendsOnce, order.isAmbiguous {
            return .stillAmbiguous(reason: "a mail cannot be looked up")
        }
        guard isConfigured else {
            return .retry(reason: "no mail server; write [MAIL] URL into ITPSvcCfg.ini", after: .minutes(5))
        }
        if let until = pausedUntil, now < until {
            return .retry(reason: "the mail server does not work; it is tried again at \(until)", after: until - now)
        }
        return nil
    }

    private mutating func send(_ key: Key, _ now: Instant, _ effects: inout [Effect]) {
        guard let (order, phase) = running[key], phase == .intending else { return }
        switch MailComposer.call(order.mail, date: now) {
        case .success(let call):
            running[key] = (order, .sending)
            effects.append(.send(key, call))
        case .failure(let defect):
            running[key] = nil
            effects.append(.report(key, .refused(reason: defect.what)))
        }
    }

    private mutating func finish(_ key: Key, _ outcome: VendorOutcome, _ now: Instant, _ effects: inout [Effect]) {
        guard let (order, phase) = running[key], phase == .sending else { return }
        running[key] = nil
        if MailReplies.isServerTrouble(outcome) {
            failures += 1
            if failures >= MailLaneStation.failureLimit {
                let doublings = min(failures - MailLaneStation.failureLimit, 10)
                let pause = MailLaneStation.firstPause.milliseconds << Int64(doublings)
                pausedUntil = now + min(Instant.Span(milliseconds: pause), MailLaneStation.longestPause)
            }
        } else {
            failures = 0
            pausedUntil = nil
        }
        effects.append(.report(key, MailReplies.report(outcome, sendsOnce: order.sendsOnce)))
    }
}
