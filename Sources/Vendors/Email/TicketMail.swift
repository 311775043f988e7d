public import Events
import Formats

/// A ticket as a mail: what the lane to a mail server makes of an order of the outbox.
public enum TicketMail {
    /// The order for the lane; nil where the ticket cannot go by mail.
    ///
    /// `isLastResort`: an earlier try may have been taken, and now it goes out again, marked as such.
    public static func order(
        _ order: DeliveryOrder, lane: String, isLastResort: Bool, files: [EventFile] = []
    ) -> MailLaneStation.Order? {
        guard let route = order.action.draft.mail else { return nil }
        let reference = order.action.reference.description
        let mark = isLastResort ? " [possible duplicate]" : ""
        var text = isLastResort ? "Possible duplicate: an earlier mail of this ticket may have arrived.\n\n" : ""
        text += order.action.draft.description
        if !text.contains(reference) { text += "\n\nITP event \(reference)" }
        var mail = OutgoingMail(
            id: reference, from: route.from, to: route.to, subject: route.subject + mark, text: text)
        mail.event = reference
        mail.attachments = files.map {
            OutgoingMail.Attachment(name: $0.name, type: $0.mediaType, bytes: $0.bytes)
        }
        return MailLaneStation.Order(
            key: .ticket(lane: lane, row: order.row), mail: mail, sendsOnce: true,
            isAmbiguous: order.ambiguousSince != nil && !isLastResort)
    }

    /// A message to people for the lane; `from` is the sender where the message names none.
    public static func order(_ message: MessageOrder, row: Int64, from: String) -> MailLaneStation.Order {
        var mail = OutgoingMail(
            id: message.id, from: message.from.isEmpty ? from : message.from, to: message.recipients,
            subject: message.subject, text: message.body)
        mail.event = message.events.first?.description
        return MailLaneStation.Order(key: .message(row: row), mail: mail, sendsOnce: false)
    }
}
