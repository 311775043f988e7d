import Events
import Formats
import Settings

/// Stage 12: what the ticket says.
enum ComposeStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        guard let tenant = work.tenant, let account = tenant.account else {
            work.note(.compose, saw: "no PSA is configured", "nothing can take a ticket")
            return .end(.failed, reason: "no PSA is configured for this tenant")
        }
        let rewrite = psaRewrite(work, context.settings.psaRewrites)
        let values = MacroValues(rewrite: rewrite, isEmail: account.system == .email)
        let subject = values.fill(tenant.subject ?? defaultSubject(account), work)
        // Most subjects are one line of ASCII already.
        let oneLine =
            subject.isPlainLine
            ? subject.trimmed : subject.split(whereSeparator: \.isNewline).joined(separator: " ").trimmed
        let terms = account.terms
        work.draft.subject = cut(oneLine, to: account.system == .email ? mailSubjectLimit : terms.subjectLimit)
        work.draft.mail = mail(work, tenant, account, rewrite, oneLine, context)
        work.draft.description = description(work, tenant, values, whole: oneLine)
        work.draft.internalNote = internalNote(work, tenant, values, rewrite)
        work.draft.classification = rewrite?.classification ?? TicketDraft.Classification()
        work.draft.priority = work.priority
        work.draft.priorityName = tenant.priorityNames[work.priority]
        work.draft.isClosed = work.remediation == .pass
        work.draft.status = work.draft.isClosed ? tenant.closedStatus : tenant.newStatus
        work.draft.source = terms.source
        work.draft.workType = terms.workType
        work.draft.dueSeconds = terms.dueSeconds
        work.draft.agent = work.event.agent.name
        work.draft.company = company(work.event.organisation, tenant, context)
        let route = terms.board(level: work.event.organisation.serviceLevel, hostClass: work.hostClass)
        work.draft.board = route.board
        let (shown, priority) = (work.draft.subject, work.draft.priorityName)
        work.step(.compose, rewrite?.reference) { words in
            words.saw(rewrite == nil ? "no line of [PSA REWRITE] fits" : "the line of [PSA REWRITE] that fits")
            words.decided("'", shown, "', board '", route.board, "' (", route.why, "), priority ")
            if let name = priority {
                words.decided("'", name, "'")
            } else {
                words.decided("of the PSA's default")
            }
        }
        return .next
    }

    /// The ticket as a mail, for PSAs that are reached by mail alone and where the API does not take it.
    private static func mail(
        _ work: Work, _ tenant: Shared<TenantSettings>, _ account: PSAAccount, _ rewrite: PSARewrite?,
        _ subject: String, _ context: Context
    ) -> TicketDraft.Mail? {
        guard !tenant.ticketAddresses.isEmpty else { return nil }
        var own = subject
        if account.system != .email {
            let values = MacroValues(rewrite: rewrite, isEmail: true)
            own = values.fill(mailSubject, work).split(whereSeparator: \.isNewline).joined(separator: " ").trimmed
        }
        let from = tenant.sender.address(organisation: work.event.organisation.id)
        return TicketDraft.Mail(
            from: from.isEmpty ? context.settings.service.mail?.from ?? "" : from, to: tenant.ticketAddresses,
            subject: cut(own, to: mailSubjectLimit), after: tenant.fallbackAfter)
    }

    private static let plainSubject = Template("<altsubject>")
    private static let mailSubject = Template("RMM|<agent>|<estatus1>|<hostclass>|<altsubject>")
    /// What readers of mails keep of a subject.
    private static let mailSubjectLimit = 255

    private static func defaultSubject(_ account: PSAAccount) -> Template {
        account.system == .email ? mailSubject : plainSubject
    }

    /// The line of `[PSA REWRITE]` that fits, the most specific key first; for each key the organisation's section, then
    /// the tenant's, then the common one.
    static func psaRewrite(_ work: Work, _ rewrites: [String: LookupTable<PSARewrite>]) -> PSARewrite? {
        guard !rewrites.isEmpty else { return nil }
        // Seldom is there another than the common section.
        let common = rewrites[""]
        let hasOwn = rewrites.count > 1 || common == nil
        let organisation = hasOwn ? rewrites[work.event.organisation.id.lowercased()] : nil
        let tenant = hasOwn ? rewrites[work.event.organisation.tenant.lowercased()] : nil
        func find(_ look: (LookupTable<PSARewrite>) -> PSARewrite?) -> PSARewrite? {
            organisation.flatMap(look) ?? tenant.flatMap(look) ?? common.flatMap(look)
        }
        if let row = find({ $0[work.event.subject] }) { return row }
        guard let parsed = work.parsed else { return nil }
        // `Name.Category.HostClass.Data1`, and the beginning of the same bytes without Data1.
        var key: [UInt8] = []
        key.reserveCapacity(usualKey)
        key.append(parsed.monitor.name)
        key.append(".")
        key.append(parsed.monitor.category)
        key.append(".")
        key.append(work.hostClass.rawValue)
        let monitor = key.count
        key.append(".")
        key.append(parsed.data[0])
        return key.withUnsafeBufferPointer { key in
            find { $0[bytes: key] } ?? find { $0[bytes: UnsafeBufferPointer(rebasing: key[..<monitor])] }
        }
    }

    /// What most keys of `[PSA REWRITE]` have, in bytes.
    private static let usualKey = 64

    /// Cut at a word's end, with an ellipsis; counted in UTF-16 units, as ConnectWise's platform counts.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf16.count > limit else { return text }
        var end = text.startIndex
        var units = 1
        for index in text.indices {
            units += text[index].utf16.count
            guard units <= limit else { break }
            end = text.index(after: index)
        }
        var kept = text[..<end]
        // A cut through a word falls back to its beginning, unless that would lose more than half.
        if text[end] != " ", let blank = kept.lastIndex(of: " "), kept[..<blank].utf16.count > limit / 2 {
            kept = kept[..<blank]
        }
        return kept.trimmed + "…"
    }

    private static func description(
        _ work: Work, _ tenant: Shared<TenantSettings>, _ values: MacroValues, whole subject: String
    ) -> String {
        let body = work.event.body
        var paragraphs = Paragraphs(room: body.utf8.count + usualNotes)
        if work.draft.subject != subject { paragraphs.add(subject) }
        let end = tenant.cleanBody ? body.firstIndexIgnoringCase(of: "for more information") : nil
        paragraphs.addTrimmed(body[..<(end ?? body.endIndex)])
        if work.event.state == .resolved { paragraphs.add("The problem is resolved, says the sender.") }
        if let past = work.past { paragraphs.add(past.sentence) }
        if work.suppressedBefore > 0 {
            let count = work.suppressedBefore
            paragraphs.add("\(count) repeated alert\(count == 1 ? " was" : "s were") suppressed before this one.")
        }
        if work.remediation != .none {
            paragraphs.add("Remediation: \(work.remediation.rawValue). \(work.remediationReason)".trimmed)
        }
        if !work.event.link.isEmpty, !tenant.suppressLink { paragraphs.add(work.event.link) }
        eachNote(tenant.ticketNotes, work) { note in paragraphs.add { values.fill(note, work, into: &$0) } }
        return paragraphs.text
    }

    /// What notes and their like take in most texts, in bytes.
    private static let usualNotes = 512

    private static func internalNote(
        _ work: Work, _ tenant: Shared<TenantSettings>, _ values: MacroValues, _ rewrite: PSARewrite?
    ) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(usualNotes)
        eachNote(tenant.internalNotes, work) { note in
            values.fill(note, work, into: &text)
            text.append("\n\n")
        }
        text.append("ITP event ")
        work.event.id.append(to: &text)
        text.append(", received ")
        text.append(work.event.receivedAt.description)
        text.append(", P")
        text.append(String(work.priority))
        var separator = ", decided by "
        for place in work.trace.places {
            text.append(separator)
            text.append(place)
            separator = ", "
        }
        if let rewrite {
            text.append(separator)
            text.append(rewrite.reference.place)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The common note, and the first that fits: with data and result, with data, with result, by the monitor alone.
    private static func eachNote(_ table: NotesTable, _ work: Work, _ take: (Template) -> Void) {
        if let common = table.common { take(common.text) }
        if let parsed = work.parsed,
            let note = table.note(
                monitor: parsed.monitor.name, hostClass: work.hostClass, data: parsed.data[0],
                result: work.remediation.rawValue)
        {
            take(note.text)
        }
    }

    private static func company(
        _ organisation: Event.Organisation, _ tenant: Shared<TenantSettings>, _ context: Context
    ) -> TicketDraft.Company {
        var company = TicketDraft.Company()
        company.orgID = organisation.id
        company.name = organisation.name
        company.mapped = context.settings.companyMap[organisation.id]
        company.fallback = tenant.defaultCompany
        company.matchByID = tenant.matchByID
        return company
    }
}
