import Events
import Formats
import Settings

/// What the messages about one event say. The ticket's number is added when they go out.
struct NotifyTexts {
    private static let subjectCharacters = 200
    private static let mailCharacters = 16 << 10
    private static let pageCharacters = 4 << 10
    private static let title = Template("P<priority> <org>: <altsubject>")
    private static let pageSubject = title
    private static let pageBody = Template(
        "P<priority> <altsubject>\nCustomer: <org>\nAgent: <agent>\nEvent: <eventguid>")

    private let work: Work
    private let tenant: Shared<TenantSettings>
    private let values: MacroValues

    init(_ work: Work, _ tenant: Shared<TenantSettings>, _ settings: Settings) {
        self.work = work
        self.tenant = tenant
        values = MacroValues(rewrite: ComposeStage.psaRewrite(work, settings.psaRewrites), isEmail: false)
    }

    func message(_ channel: MessageOrder.Channel, _ recipients: [String]) -> MessageOrder {
        let (subject, body) = texts(channel)
        let limit = channel == .page ? NotifyTexts.pageCharacters : NotifyTexts.mailCharacters
        // What is decided anew after a hold may be told a second time, of another ticket.
        let turn = work.past == nil ? "" : ".\(work.now.milliseconds)"
        return MessageOrder(
            id: "\(work.event.id).\(channel.rawValue)\(turn)", channel: channel,
            tenant: tenant.id, recipients: recipients,
            from: tenant.sender.base, subject: cutText(inOneLine(subject), to: NotifyTexts.subjectCharacters),
            body: cutText(body, to: limit), dedupKey: work.event.id.description, events: [work.event.id],
            priority: work.priority)
    }

    private func texts(_ channel: MessageOrder.Channel) -> (subject: String, body: String) {
        let title = values.fill(NotifyTexts.title, work)
        switch channel {
        case .page:
            return (
                values.fill(tenant.notifications.subject ?? NotifyTexts.pageSubject, work),
                values.fill(tenant.notifications.body ?? NotifyTexts.pageBody, work)
            )
        case .noc: return ("NOC \(tenant.name): \(title)".replacing("NOC :", with: "NOC:"), detail)
        case .onCall, .notice: return ("Priority Alert Notification: \(title)", detail)
        }
    }

    private var detail: String {
        let rows = [
            ("Tenant", tenant.name), ("Customer", "\(work.event.organisation.name) (\(work.event.organisation.id))"),
            ("Agent", work.event.agent.name), ("Host class", "\(work.hostClass.rawValue) \(work.hostOS)".trimmed),
            ("Priority", "P\(work.priority) \(work.draft.priorityName ?? "")".trimmed),
            ("Subject", work.event.subject), ("Received", work.event.receivedAt.description),
            ("Event", work.event.id.description),
        ]
        let head = rows.filter { !$0.1.isEmpty }.map { "\($0.0): \(inOneLine($0.1))" }.joined(separator: "\n")
        return [head, work.draft.description].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}

/// A text cut to so many characters, with an ellipsis where something is missing.
func cutText(_ text: String, to limit: Int) -> String {
    guard let end = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex), end != text.endIndex else {
        return text
    }
    return text[..<end] + "…"
}
