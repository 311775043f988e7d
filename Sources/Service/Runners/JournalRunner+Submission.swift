import Events
import Formats
import HTTPServer
import Storage

/// Tells the sender of one alert what came of it.
protocol ReceiptDesk: AnyObject, Sendable {
    /// With the receipt of the alert that is on disk, or with why it is not.
    func answer(_ reply: HTTPReply, _ receipt: Identifier, _ failure: JournalError?)
}

extension JournalRunner {
    /// A request that waits for its one alert; there are a thousand of them for each other sender.
    struct Request: Sendable {
        let reply: HTTPReply
        let receipt: Identifier
        /// Since when it waits, by the clock that only goes forwards.
        let since: UInt64
        /// Hears on the writing thread what came of it.
        let desk: any ReceiptDesk
    }

    /// Any other sender.
    struct Waiting: Sendable {
        /// How many alerts somebody waits for, and since when by the clock that only goes forwards.
        let awaited: (alerts: Int, since: UInt64)?
        /// Called on the writing thread: with nil once the alert is durable, else with why it is not.
        let done: @Sendable (JournalError?) -> Void
    }

    /// An alert on its way to the disk whose sender may have any form.
    struct Submission: Sendable {
        let alert: EncodedAlert
        /// The number of the body, where that is durable already in the stream of bodies.
        var body: UInt64?
        let waiting: Waiting

        init(
            alert: EncodedAlert, body: UInt64? = nil, awaited: (alerts: Int, since: UInt64)? = nil,
            done: @escaping @Sendable (JournalError?) -> Void
        ) {
            self.alert = alert
            self.body = body
            waiting = Waiting(awaited: awaited, done: done)
        }

        /// An alert that nobody waits for.
        init(alert: AlertRecord, done: @escaping @Sendable (JournalError?) -> Void) {
            self.init(alert: EncodedAlert(alert), done: done)
        }
    }
}
