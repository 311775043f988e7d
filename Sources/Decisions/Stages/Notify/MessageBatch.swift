public import Events

/// Messages that go out together, and the ticket's number in them.
public enum MessageBatch {
    /// A message that is due, and the ticket of its event as far as that is known.
    public struct Part: Sendable, Equatable {
        /// What is said.
        public var message: MessageOrder
        /// Its event's ticket; nil where it is not known yet.
        public var ticket: TicketNumber?

        /// Makes a part.
        public init(_ message: MessageOrder, _ ticket: TicketNumber?) {
            self.message = message
            self.ticket = ticket
        }
    }

    /// Of so many events the text stands in the message, of so many more the subject; the rest is counted.
    static let fullEvents = 10
    static let namedEvents = 100
    private static let partCharacters = 1000

    /// One message of all the parts; nil without any. One alone keeps its texts.
    public static func merged(_ parts: [Part]) -> MessageOrder? {
        guard let first = parts.first else { return nil }
        var message = first.message
        guard parts.count > 1 else {
            if !message.isFollowUp { message.body += "\n\n" + line(first.ticket) }
            return message
        }
        message.events = parts.flatMap(\.message.events)
        message.priority = parts.map(\.message.priority).filter { $0 > 0 }.min() ?? 0
        let what = message.isFollowUp ? "ticket numbers" : "priority alerts"
        message.subject = cutText("\(parts.count) \(what): \(first.message.subject)", to: 200)
        var paragraphs: [String] = []
        for (index, part) in parts.prefix(namedEvents).enumerated() {
            let number = part.ticket.map { " (ticket \($0.number))" } ?? ""
            var text = "\(index + 1). \(part.message.subject)\(part.message.isFollowUp ? "" : number)"
            if index < fullEvents, !part.message.isFollowUp {
                text += "\n" + cutText(part.message.body, to: partCharacters)
            }
            paragraphs.append(text)
        }
        if parts.count > namedEvents { paragraphs.append("… and \(parts.count - namedEvents) more.") }
        message.body = paragraphs.joined(separator: message.isFollowUp ? "\n" : "\n\n")
        return message
    }

    /// What follows a message that went out without the ticket's number.
    public static func followUp(_ message: MessageOrder, _ ticket: TicketNumber) -> MessageOrder {
        var next = message
        next.id += ".number"
        next.isFollowUp = true
        next.subject = cutText("Ticket \(ticket.number): \(message.subject)", to: 200)
        next.body = line(ticket)
        return next
    }

    private static func line(_ ticket: TicketNumber?) -> String {
        guard let ticket else { return "Ticket: not known yet" }
        return "Ticket: \(ticket.number)" + (ticket.url.isEmpty ? "" : " \(ticket.url)")
    }
}
