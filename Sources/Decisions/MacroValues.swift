import Events
import Formats
import Settings

/// What each macro stands for in one event's texts.
///
/// It holds no event: that is big, and what fills texts has it at hand.
struct MacroValues {
    let rewrite: PSARewrite?
    let isEmail: Bool

    /// A text with its macros filled.
    func fill(_ template: Template, _ work: Work) -> String { template.expanded { value($0, work) } }

    /// The same at the end of a text.
    func fill(_ template: Template, _ work: Work, into out: inout [UInt8]) {
        template.expand(into: &out) { value($0, work) }
    }

    /// The value of a macro by its name in small letters; nil where it is none.
    func value(_ name: String, _ work: Work) -> String? {
        guard let macro = MacroValues.macros[name] else {
            return customFieldName(ofMacro: name).map { customField($0, work) }
        }
        return switch macro {
        case .agent: work.event.agent.name
        case .agentmg: work.event.agent.groups.joined(separator: ".")
        case .agentid: work.event.agent.guid
        case .estatus: work.remediation == .pass ? "Closed" : (work.remediation == .skip ? "Repeating" : "New")
        case .estatus1: work.remediation == .pass ? "C" : (work.remediation == .skip ? "R" : "N")
        case .rstatus: work.remediation.rawValue
        case .rstatus1: String(work.remediation.rawValue.prefix(1))
        case .hostclass: work.hostClass.rawValue
        case .hostos: work.hostOS
        case .data1: data(0, work)
        case .data2: data(1, work)
        case .data3: data(2, work)
        case .eventtype: work.event.eventType
        case .priority: "\(work.priority)"
        case .subject: work.event.subject
        case .altsubject: altSubject(work)
        case .eventcode: rewrite.flatMap { $0.code.isEmpty ? nil : $0.code } ?? work.event.eventCode
        case .eventguid: work.event.id.description
        case .org: work.event.organisation.name
        case .orgid: work.event.organisation.id
        case .source: work.parsed?.source ?? work.event.source
        case .time: work.event.receivedAt.description
        case .count: "\(work.suppressedBefore)"
        }
    }

    private enum Macro: String, CaseIterable {
        case agent
        case agentmg
        case agentid
        case estatus
        case estatus1
        case rstatus
        case rstatus1
        case hostclass
        case hostos
        case data1
        case data2
        case data3
        case eventtype
        case priority
        case subject
        case altsubject
        case eventcode
        case eventguid
        case org
        case orgid
        case source
        case time
        case count
    }

    /// By the names: every text asks for several, and a `switch` would compare one name after the other.
    private static let macros = LookupTable(Macro.allCases.map { ($0.rawValue, $0) })

    /// `code;text` for e-mail, the text alone for a PSA with an API; without a line, the subject.
    private func altSubject(_ work: Work) -> String {
        guard let rewrite, !rewrite.text.isEmpty else { return work.event.subject }
        return isEmail ? "\(rewrite.code);\(rewrite.text)" : rewrite.text
    }

    private func data(_ index: Int, _ work: Work) -> String { work.parsed?.data[index] ?? "" }

    /// An unknown or empty field shows as `???`, so that the reader sees that something was meant to stand there.
    private func customField(_ name: String, _ work: Work) -> String {
        let field = work.event.agent.customFields.first { $0.name.equalsIgnoringCase(name) }
        return field.flatMap { $0.value.isEmpty ? nil : $0.value } ?? "???"
    }
}
