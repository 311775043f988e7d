import Events
import Formats

extension SettingsLoader {
    /// The hours of a tenant, from its section as it is laid over the primary's.
    mutating func tenantHours(_ section: MergedSection?) -> TenantHours {
        var hours = TenantHours()
        hours.helpDesk = schedule(section)
        for (key, path) in [
            ("WD_NotifyTime", \DailyTimes.weekday), ("WE_NotifyTime", \.weekend), ("HO_NotifyTime", \.holiday),
        ] as [(String, WritableKeyPath<DailyTimes, Int?>)] {
            hours.notifyTimes[keyPath: path] = section.text(key).flatMap(parseMinuteOfDay)
        }
        hours.classFour = hours.helpDesk
        hours.classFour.weekday = classFourHours(section, "WD")
        hours.classFour.weekend = classFourHours(section, "WE")
        hours.classFour.holiday = hours.classFour.weekend
        if hours.classFour.neverOpens { tellNeverOpen(classFourLine(section, "WD_End"), "Class4_WD and Class4_WE") }
        return hours
    }

    /// `[COVERAGE]` and every `[COVERAGE_{OrgID}]` laid over it.
    mutating func loadCoverage() -> CoverageSettings {
        var coverage = CoverageSettings()
        let common = sections.section("COVERAGE")
        coverage.common = common.map { schedule($0) }
        for section in sections.named("COVERAGE") {
            var merged = section
            for line in common?.lines ?? [] where merged[line.key] == nil { merged.append(line) }
            coverage.byOrganisation[section.suffix.lowercased()] = schedule(merged)
        }
        return coverage
    }

    /// The tables of `Class4_*` stand in `[RMM_SETTINGS]` or, for all tenants, in `[GLOBAL]`.
    func classFourLine(_ section: MergedSection?, _ key: String) -> SettingLine? {
        section?["Class4_" + key] ?? sections.section("GLOBAL")?["Class4_" + key]
    }

    private func classFourHours(_ section: MergedSection?, _ day: String) -> DailyHours {
        let minute = { (key: String) in
            classFourLine(section, "\(day)_\(key)").flatMap { parseMinuteOfDay($0.value) }
        }
        return DailyHours(start: minute("Start") ?? 0, end: minute("End") ?? 1439)
    }

    private mutating func schedule(_ section: MergedSection?) -> Schedule {
        let hours = { (day: String) in
            DailyHours(
                start: section.text(day + "_Start").flatMap(parseMinuteOfDay) ?? 0,
                end: section.text(day + "_End").flatMap(parseMinuteOfDay) ?? 1439)
        }
        let schedule = Schedule(
            zone: zone(section), holidays: holidays(section?["HolidaySets"]), weekday: hours("WD"),
            weekend: hours("WE"), holiday: hours("HO"))
        if schedule.neverOpens { tellNeverOpen(section?["WD_End"] ?? section?["WE_End"], "WD and WE") }
        return schedule
    }

    private mutating func tellNeverOpen(_ line: SettingLine?, _ days: String) {
        guard let line else { return }
        add(
            Finding(
                .lapse, line.file, line.line,
                "these hours never open: \(days) are 00:00 to 00:00; write for instance 08:00 to 16:59"))
    }

    // MARK: Zones

    private static let timedKeys = ["WD", "WE", "HO"].flatMap { [$0 + "_Start", $0 + "_End", $0 + "_NotifyTime"] }

    private mutating func zone(_ section: MergedSection?) -> TimeZoneTable {
        let line = section?["TimeZone"]
        let name = line?.value ?? ""
        if name.isEmpty, let timed = section?.lines.first(where: { isTimed($0) }) {
            add(
                Finding(
                    .warning, timed.file, timed.line,
                    "\(timed.key) without a TimeZone is a time of the host's zone; write TimeZone=Area/City"))
        }
        do {
            return try zones.table(name)
        } catch {
            let place = line ?? SettingLine(key: "TimeZone", value: "", file: "ITPConfig.ini", line: 0)
            add(Finding(.error, place.file, place.line, "TimeZone: \(error.what)"))
            return .utc
        }
    }

    private func isTimed(_ line: SettingLine) -> Bool {
        !line.value.isEmpty && Self.timedKeys.contains { $0.equalsIgnoringCase(line.key) }
    }

    // MARK: Holidays

    /// The days of the sets that a line `HolidaySets=0,1` names.
    private mutating func holidays(_ line: SettingLine?) -> Holidays {
        var days = Holidays()
        guard let line else { return days }
        for name in words(line.value) {
            if let set = holidaySets[INIDocument.canonical(name)] {
                days.add(set)
            } else {
                add(
                    Finding(
                        .lapse, line.file, line.line,
                        "HolidaySets: there is no set '\(name)'; write [HOLIDAYSET_\(name)], or take \(name) out"))
            }
        }
        return days
    }

    /// Reads every `[HOLIDAYSET_#]`, by what follows its name.
    mutating func loadHolidaySets() {
        for section in sections.named("HOLIDAYSET") {
            var set = Holidays()
            for line in section.lines where !set.add(line.key, name: line.value) {
                add(
                    Finding(
                        .lapse, line.file, line.line,
                        "'\(line.key)' is no date; write MMDD, or YYYYMMDD for one year alone"))
            }
            holidaySets[INIDocument.canonical(section.suffix)] = set
            tellPast(section)
            checkFloating(section)
        }
    }

    private mutating func tellPast(_ section: MergedSection) {
        let dated = section.lines.compactMap { line in Holidays.singleDay(line.key).map { (line: line, day: $0) } }
        guard let now, let last = dated.max(by: { $0.day.daysSince1970 < $1.day.daysSince1970 }),
            last.day.daysSince1970 < CivilDay(instant: now).daysSince1970
        else { return }
        add(
            Finding(
                .warning, last.line.file, last.line.line,
                "every dated holiday of [HOLIDAYSET_\(section.suffix)] is past, the last was \(last.day); "
                    + "write those to come"))
    }
}

extension Schedule {
    /// Whether no weekday and no weekend has an open minute. Holidays alone are no hours to rely on.
    var neverOpens: Bool {
        weekday.minutes == nil && weekend.minutes == nil && (holiday.minutes == nil || holidays == Holidays())
    }
}
