import Events
import Formats
import Settings

/// What each macro stands for in one event's texts.
struct MacroValues {
    let work: Work
    let rewrite: PSARewrite?
    let isEmail: Bool

    /// The value of a macro by its name in small letters; nil where it is none.
    func value(_ name: String) -> String? {
        if let field = customFieldName(ofMacro: name) { return customField(field) }
        return values[name]?()
    }

    /// `code;text` for e-mail, the text alone for a PSA with an API; without a line, the subject.
    private var altSubject: String {
        guard let rewrite, !rewrite.text.isEmpty else { return work.event.subject }
        return isEmail ? "\(rewrite.code);\(rewrite.text)" : rewrite.text
    }

    private var values: [String: () -> String] {
        [
            "agent": { work.event.agent.name },
            "agentmg": { work.event.agent.groups.joined(separator: ".") },
            "agentid": { work.event.agent.guid },
            "estatus": { work.remediation == .pass ? "Closed" : (work.remediation == .skip ? "Repeating" : "New") },
            "estatus1": { work.remediation == .pass ? "C" : (work.remediation == .skip ? "R" : "N") },
            "rstatus": { work.remediation.rawValue },
            "rstatus1": { String(work.remediation.rawValue.prefix(1)) },
            "hostclass": { work.hostClass.rawValue },
            "hostos": { work.hostOS },
            "data1": { data(0) },
            "data2": { data(1) },
            "data3": { data(2) },
            "eventtype": { work.event.eventType },
            "priority": { "\(work.priority)" },
            "subject": { work.event.subject },
            "altsubject": { altSubject },
            "eventcode": { rewrite?.code.isEmpty == false ? rewrite?.code ?? "" : work.event.eventCode },
            "eventguid": { work.event.id.description },
            "org": { work.event.organisation.name },
            "orgid": { work.event.organisation.id },
            "source": { work.parsed?.source ?? work.event.source },
            "time": { work.event.receivedAt.description },
            "count": { "\(work.suppressedBefore)" },
        ]
    }

    private func data(_ index: Int) -> String { work.parsed?.data[index] ?? "" }

    /// An unknown or empty field shows as `???`, so that the reader sees that something was meant to stand there.
    private func customField(_ name: String) -> String {
        let field = work.event.agent.customFields.first { $0.name.equalsIgnoringCase(name) }
        return field.flatMap { $0.value.isEmpty ? nil : $0.value } ?? "???"
    }
}
