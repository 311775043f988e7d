import Events
import Formats

/// The macros that texts may hold, in small letters; custom fields come beside them.
let knownMacros: Set<String> = [
    "agent", "agentmg", "agentid", "estatus", "estatus1", "rstatus", "rstatus1", "hostclass", "hostos", "data1",
    "data2", "data3", "eventtype", "priority", "subject", "altsubject", "eventcode", "eventguid", "org", "orgid",
    "source", "time", "count",
]

/// The number and name behind `CF:name`, `CF2:name` … `CF10:name`; nil where a macro is none of them.
public func customFieldName(ofMacro macro: String) -> String? {
    guard macro.hasPrefix("cf"), let colon = macro.firstIndex(of: ":") else { return nil }
    let digits = macro[..<colon].dropFirst(2)
    guard digits.isEmpty || (Int(digits).map { (2...10).contains($0) } ?? false) else { return nil }
    return macro[macro.index(after: colon)...].trimmed
}

extension SettingsLoader {
    /// `[TICKET NOTES]` or `[INTERNAL NOTES]` with a tenant's overlay.
    mutating func notesTable(_ name: String, _ tenant: String) -> NotesTable {
        let own = tenant.isEmpty ? nil : sections.section(name, tenant)
        var rows: [(key: String, value: NotesTable.Note)] = []
        for line in (own?.lines ?? []) + (sections.section(name)?.lines ?? []) {
            guard let text = noteText(line) else { continue }
            var shown = line
            shown.value = text
            checkMacros(shown)
            rows.append((line.key, NotesTable.Note(text: Template(text), reference: line.reference())))
        }
        return NotesTable(rows)
    }

    /// The line's text, from `TXNOTES/` where it says `FILE:name`; `\n` stands for a line end.
    private mutating func noteText(_ line: SettingLine) -> String? {
        guard line.value.uppercased().hasPrefix("FILE:") else { return unescaped(line.value) }
        let name = line.value.dropFirst(5).trimmed
        guard !name.contains("/"), !name.contains("\\"), !name.hasPrefix(".") else {
            add(Finding(.error, line.file, line.line, "'\(name)' leaves TXNOTES/; write the name of a file in it"))
            return nil
        }
        guard let text = notes.first(where: { $0.key.equalsIgnoringCase(name) })?.value else {
            add(Finding(.lapse, line.file, line.line, "TXNOTES/\(name) does not exist; add the file"))
            return nil
        }
        return text
    }

    private func unescaped(_ value: String) -> String {
        var out = ""
        var rest = value[...]
        while let slash = rest.firstIndex(of: "\\") {
            out += rest[..<slash]
            let after = rest[rest.index(after: slash)...]
            if after.first == "n" {
                out += "\n"
                rest = after.dropFirst()
            } else {
                out += "\\"
                rest = after
            }
        }
        return out + rest
    }

    /// Reports the macros of a text that nothing will fill.
    mutating func checkMacros(_ line: SettingLine) {
        for macro in Template(line.value).macros
        where !knownMacros.contains(macro) && customFieldName(ofMacro: macro) == nil {
            let near = nearestName(to: macro, among: knownMacros.sorted()).map { "; did you mean <\($0)>?" } ?? ""
            add(Finding(.warning, line.file, line.line, "<\(macro)> is no macro and stays as it is\(near)"))
        }
    }

    /// Keeps a finding once, also where a section is read for several tenants.
    mutating func add(_ finding: Finding) {
        if !findings.contains(finding) { findings.append(finding) }
    }
}
