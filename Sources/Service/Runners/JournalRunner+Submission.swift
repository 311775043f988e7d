import Events
import Formats
import HTTPServer
import Storage

extension JournalRunner {
    /// An alert on its way to the disk.
    struct Submission: Sendable {
        var alert: EncodedAlert
        /// The number of the body, where that is durable already in the stream of bodies.
        var body: UInt64?
        /// How many alerts it holds that somebody waits for, and since when by the clock that only goes forwards.
        var awaited: (alerts: Int, since: UInt64)?
        /// Who hears what came of it.
        let sender: Sender

        /// `done` is called on the writing thread: with nil once the alert is durable, else with why it is not.
        init(
            alert: EncodedAlert, body: UInt64? = nil, awaited: (alerts: Int, since: UInt64)? = nil,
            done: @escaping @Sendable (JournalError?) -> Void
        ) {
            self.alert = alert
            self.body = body
            self.awaited = awaited
            sender = .other(done)
        }

        /// An alert whose sender waits; `desk` hears on the writing thread what came of it.
        init(alert: EncodedAlert, receipt: Identifier, reply: HTTPReply, since: UInt64, desk: any ReceiptDesk) {
            self.alert = alert
            awaited = (1, since)
            sender = .request(reply, receipt, desk)
        }

        /// Who waits for an alert.
        enum Sender: Sendable {
            /// A request, of which there are a thousand for each other one: nothing is made for it.
            case request(HTTPReply, Identifier, any ReceiptDesk)
            case other(@Sendable (JournalError?) -> Void)

            /// What came of it: nil once the alert is durable.
            func hear(_ failure: JournalError?) {
                switch self {
                case .request(let reply, let receipt, let desk): desk.answer(reply, receipt, failure)
                case .other(let done): done(failure)
                }
            }
        }

        /// An alert that nobody waits for.
        init(alert: AlertRecord, done: @escaping @Sendable (JournalError?) -> Void) {
            self.init(alert: EncodedAlert(alert), done: done)
        }
    }
}
