import Events
import Formats

extension SettingsLoader {
    /// Who is told of a tenant's urgent tickets, from its section as it is laid over the primary's.
    mutating func notifications(_ section: MergedSection?, _ times: DailyTimes) -> NotificationSettings {
        var settings = NotificationSettings()
        settings.priority = section.number("NotifyPriority") ?? 2
        settings.onCall = addressList(section?["NotifyOCEmail"])
        settings.onCallAlways = section.flag("NotifyOCAlways") ?? false
        settings.warnsInAdvance = section.flag("AdvanceWarn") ?? false
        settings.collectsPages = section.number("NotifyControl") == 1
        settings.wait = .seconds(section.number("PageWait") ?? 60)
        settings.subject = pageText(section?["NotifySubject"])
        settings.body = pageText(section?["NotifyBody"])
        settings.pager = pager(section)
        settings.noc = noc(section)
        if settings.pager != nil, times == DailyTimes(), let line = section?["NotifyProcess"] {
            tellHeldAtOnce(line)
        }
        return settings
    }

    /// `RMM_EmailFrom`, else `VsaEmail`, and what tells customers apart.
    mutating func sender(_ section: MergedSection?) -> SenderAddress {
        let uniqueFrom = section.flag("UseUniqueFrom") ?? false
        let uniqueSender = section.flag("UseUniqueSender") ?? false
        if uniqueFrom, uniqueSender, let line = section?["UseUniqueSender"] {
            add(
                Finding(
                    .error, line.file, line.line,
                    "UseUniqueFrom and UseUniqueSender exclude each other; write N for one of them"))
        }
        let base = section.text("RMM_EmailFrom") ?? sections.section("GLOBAL").text("VsaEmail") ?? ""
        return SenderAddress(base, uniqueFrom ? .domain : uniqueSender ? .user : .none)
    }

    /// Who gets notices, and of what.
    mutating func notices() -> NoticeSettings {
        let section = sections.section("GLOBAL")
        var notices = NoticeSettings()
        notices.addresses = addressList(section?["VsaAdminEmail"])
        notices.from = section.text("VsaEmail") ?? ""
        let bits = section.number("NotifyFailCancel") ?? 3
        notices.tellsFailures = bits & 1 != 0
        notices.tellsCancellations = bits & 2 != 0
        notices.batch = .minutes(section.number("NoticeBatch") ?? 5)
        return notices
    }

    /// The addresses of a line; what is none is named and left out.
    mutating func addressList(_ line: SettingLine?) -> [String] {
        guard let line else { return [] }
        for word in line.value.split(whereSeparator: { $0 == "," || $0 == ";" }).map(\.trimmed)
        where !word.isEmpty && !isAddress(word) {
            add(
                Finding(
                    .lapse, line.file, line.line,
                    "\(line.key): '\(word)' is no address; write user@domain, several with commas"))
        }
        return addresses(line.value)
    }

    private mutating func pager(_ section: MergedSection?) -> NotificationSettings.Pager? {
        guard let line = section?["NotifyProcess"], !line.value.isEmpty else {
            if let line = section?["NotifyEmail"] ?? section?["NotifyKey"], !line.value.isEmpty {
                add(
                    Finding(
                        .warning, line.file, line.line,
                        "\(line.key) without NotifyProcess pages nobody; write for instance NotifyProcess=Email"))
            }
            return nil
        }
        // `ITP-INP-On-Page.mod` is OnPage.
        let written = moduleName(line.value).replacing("-", with: "")
        let services = NotificationSettings.Pager.Service.allCases
        guard let service = services.first(where: { $0.rawValue.equalsIgnoringCase(written) }) else {
            let names = services.map(\.rawValue)
            let near = nearestName(to: written, among: names).map { "did you mean \($0)? " } ?? ""
            add(
                Finding(
                    .error, line.file, line.line,
                    "NotifyProcess: there is no '\(line.value)'; \(near)write one of \(names.joined(separator: ", "))"))
            return nil
        }
        let key = section?["NotifyKey"].flatMap { $0.value.isEmpty || !service.hasInterface ? nil : $0 }
        let addresses = addressList(section?["NotifyEmail"])
        guard key != nil || !addresses.isEmpty else {
            let needed = !service.hasInterface ? "NotifyEmail" : "NotifyKey or NotifyEmail"
            add(
                Finding(
                    .error, line.file, line.line, "NotifyProcess=\(service.rawValue) pages nobody without \(needed)"))
            return nil
        }
        let pager = NotificationSettings.Pager(
            service: service, url: section.text("NotifyURL"), key: key.flatMap { secret($0) }, addresses: addresses)
        if let line = section?["NotifyKey"], !line.value.isEmpty { checkKey(line, of: pager) }
        return pager
    }

    private mutating func checkKey(_ line: SettingLine, of pager: NotificationSettings.Pager) {
        if pager.service == .onPage {
            let text = "NotifyKey has no effect with OnPage, whose pages go by mail to NotifyEmail; remove it"
            add(Finding(.warning, line.file, line.line, text))
        }
        let isAddress = pager.key.map { $0.lowercased().hasPrefix("http") } ?? true
        if pager.service == .teams, pager.url == nil, !isAddress {
            let text = "NotifyKey: for Teams it is the workflow's whole address, which begins with https://"
            add(Finding(.lapse, line.file, line.line, text))
        }
    }

    private mutating func noc(_ section: MergedSection?) -> NotificationSettings.NOC? {
        guard let line = section?["NOC-Notify"], parseFlag(line.value) == true else { return nil }
        let addresses = addressList(section?["NOC_Email"])
        guard !addresses.isEmpty else {
            add(Finding(.lapse, line.file, line.line, "NOC-Notify tells nobody without NOC_Email"))
            return nil
        }
        return NotificationSettings.NOC(
            addresses: addresses, level: section.number("NOC_AlertLevel") ?? 2,
            excludesWorkstations: section.flag("NOC_Restrict") ?? false, isAlways: section.flag("NOC_Always") ?? false)
    }

    /// A text of a page: `\n` is a line's end, `\"` a quotation mark.
    private mutating func pageText(_ line: SettingLine?) -> Template? {
        guard let line, !line.value.isEmpty else { return nil }
        checkMacros(line)
        return Template(line.value.replacing("\\n", with: "\n").replacing("\\\"", with: "\""))
    }

    /// Without a notify time nothing is held; whoever has closed hours of coverage may not mean that.
    private mutating func tellHeldAtOnce(_ line: SettingLine) {
        let coverages = [sections.section("COVERAGE")].compactMap(\.self) + sections.named("COVERAGE")
        let hasHours = coverages.contains { section in
            section.lines.contains { line in
                !line.value.isEmpty && ["_START", "_END"].contains { line.key.uppercased().hasSuffix($0) }
            }
        }
        guard hasHours else { return }
        add(
            Finding(
                .warning, line.file, line.line,
                "pages outside the customers' coverage are not held but go out at once; write WD_NotifyTime, "
                    + "WE_NotifyTime and HO_NotifyTime if they are to wait"))
    }
}
