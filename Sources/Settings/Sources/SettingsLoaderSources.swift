import Events
import Formats

extension SettingsLoader {
    /// Every `[SOURCE name]`, laid over the shipped mapping of that name, by its name in small letters.
    mutating func loadSources() -> [String: SourceSettings] {
        var sources: [String: SourceSettings] = [:]
        for section in sections.named("SOURCE", in: .service) {
            let isName = section.suffix.utf8.allSatisfy { byte in
                "-_.".utf8.contains(byte) || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(lowercased(byte))
            }
            // `[SOURCE api]` is `POST /v1/alerts`, which is open by its own keys.
            if section.suffix.lowercased() == "api" { continue }
            guard isName else {
                add(
                    Finding(
                        .error, section.file, section.line,
                        "'\(section.suffix)' is no name for a source; write letters, digits and hyphens"))
                continue
            }
            checkLike(section)
            sources[section.suffix.lowercased()] = source(laidOver(section))
        }
        return sources
    }

    /// The section with the lines of the shipped one that it does not write itself.
    func laidOver(_ own: MergedSection) -> MergedSection {
        var merged = own
        guard let shipped = ShippedSources.section(own["Like"].map(\.value) ?? own.suffix) else { return merged }
        let writesTemplates = own.lines.contains { $0.key.uppercased().hasPrefix("TEMPLATE.") }
        for line in shipped.lines where own[line.key] == nil {
            if writesTemplates, line.key.uppercased().hasPrefix("TEMPLATE.") { continue }
            merged.append(line)
        }
        return merged
    }

    /// `Like` of a source that is not shipped.
    private mutating func checkLike(_ own: MergedSection) {
        guard let line = own["Like"], ShippedSources.section(line.value) == nil else { return }
        let near = nearestName(to: line.value, among: ShippedSources.names).map { "did you mean \($0)?" }
        add(
            Finding(
                .error, line.file, line.line,
                "no source '\(line.value)' is shipped; "
                    + (near ?? "write one of \(ShippedSources.names.joined(separator: ", "))")))
    }

    private mutating func source(_ section: MergedSection) -> SourceSettings {
        var source = SourceSettings(
            name: section.suffix.lowercased(),
            reference: RuleReference(file: section.file, line: section.line, text: "[SOURCE \(section.suffix)]"))
        source.publicURL = section["PublicURL"]?.value ?? ""
        source.redacted = words(section["Redact"]?.value ?? "")
        source.auth = sourceAuth(section)
        source.answers = sourceAnswers(section)
        source.limits = sourceLimits(section, source.auth)
        source.course = sourceCourse(section)
        source.decoding = sourceDecoding(section)
        source.mail = mailSource(section)
        var reader = SourceReader(section, patterns)
        source.mapping = reader.mapping()
        source.headers = reader.headers.union(["content-type", "user-agent", "idempotency-key", "webhook-id"])
        if source.mail != nil { source.headers.formUnion(["x-envelope-from", "x-envelope-to"]) }
        for finding in reader.findings { add(finding) }
        if let line = section["TimeZone"], !line.value.isEmpty {
            do {
                source.mapping.zone = try zones.table(line.value)
            } catch {
                add(Finding(.error, line.file, line.line, "TimeZone: \(error)"))
            }
        }
        return source
    }

    private func sourceAnswers(_ section: MergedSection?) -> SourceSettings.Answers {
        var answers = SourceSettings.Answers()
        answers.success = section.number("Success") ?? answers.success
        answers.reject = section.number("Reject") ?? answers.reject
        answers.overload = section.number("Overload") ?? answers.overload
        answers.rejectsMalformed = section.text("OnMalformed")?.equalsIgnoringCase("reject") ?? false
        return answers
    }

    private func sourceLimits(_ section: MergedSection?, _ auth: [SourceAuth]) -> SourceSettings.Limits {
        var limits = SourceSettings.Limits()
        limits.tenants = section.text("Tenants").map { list in
            Set(words(list).map { $0.equalsIgnoringCase("primary") ? "" : $0.lowercased() })
        }
        limits.organisations = section.text("Orgs").map { Set(words($0).map { $0.lowercased() }) }
        // Whoever lets anybody in has to say himself that anybody may start procedures.
        let line = section?["Remediate"]
        let isShipped = line.map { $0.file == ShippedSources.file } ?? true
        limits.mayRemediate = (section.flag("Remediate") ?? false) && !(isShipped && auth.contains(.none))
        return limits
    }

    private func sourceCourse(_ section: MergedSection?) -> SourceSettings.Course {
        var course = SourceSettings.Course()
        course.duplicateWindow = section.number("DeDupPeriod").map { .minutes($0) }
        course.expectEvery = section.text("ExpectEvery").flatMap { parseDuration($0, unit: 3600) }
            .flatMap { $0 > 0 ? .seconds($0) : nil }
        return course
    }

    // MARK: Decoding

    private mutating func sourceDecoding(_ section: MergedSection) -> SourceDecoding {
        var decoding = SourceDecoding()
        decoding.steps = steps(section["Decode"])
        if decoding.steps.isEmpty {
            decoding.steps = [SourceDecoding.Step(place: nil, formats: [.json], isOptional: false)]
        }
        decoding.itemSteps = steps(section["ItemDecode"])
        decoding.isTolerant = Optional(section).flag("Tolerant") ?? false
        decoding.root = section["Root"].flatMap { path($0, $0.value) }
        for line in section.lines where line.key.uppercased().hasPrefix("TEMPLATE.") {
            guard let template = BodyTemplate(line.value) else {
                add(
                    Finding(
                        .error, line.file, line.line,
                        "\(line.key): this is no JSON with placeholders such as [name], %name, {NAME} or {{name}}"))
                continue
            }
            decoding.templates.append(template)
        }
        if let line = section["Placeholder"], !line.value.isEmpty {
            if line.value.equalsIgnoringCase("none") {
                decoding.placeholders = .none
            } else {
                do {
                    decoding.placeholders = .matching(try patterns(line.value))
                } catch {
                    add(Finding(.error, line.file, line.line, "Placeholder: the expression does not compile: \(error)"))
                }
            }
        }
        return decoding
    }

    /// `json|form, /Message:json?`.
    private mutating func steps(_ line: SettingLine?) -> [SourceDecoding.Step] {
        guard let line else { return [] }
        var steps: [SourceDecoding.Step] = []
        for var word in words(line.value) {
            var place: JSONPath?
            if word.hasPrefix("/"), let colon = word.lastIndex(of: ":") {
                place = path(line, String(word[..<colon]))
                word = String(word[word.index(after: colon)...])
            }
            let isOptional = word.hasSuffix("?")
            if isOptional { word.removeLast() }
            let formats = word.split(separator: "|").map { SourceDecoding.Format(rawValue: $0.trimmed.lowercased()) }
            guard !formats.isEmpty, !formats.contains(nil) else {
                let known = SourceDecoding.Format.allCases.map(\.rawValue)
                let near = nearestName(to: word, among: known).map { "did you mean \($0)?" }
                add(
                    Finding(
                        .error, line.file, line.line,
                        "\(line.key): '\(word)' is no format; \(near ?? "write \(known.joined(separator: ", "))")"))
                continue
            }
            steps.append(SourceDecoding.Step(place: place, formats: formats.compactMap(\.self), isOptional: isOptional))
        }
        return steps
    }

    private mutating func path(_ line: SettingLine, _ text: String) -> JSONPath? {
        if let path = JSONPath(text) { return path }
        add(Finding(.error, line.file, line.line, "\(line.key): '\(text)' is no pointer; write for instance /a/b"))
        return nil
    }
}
