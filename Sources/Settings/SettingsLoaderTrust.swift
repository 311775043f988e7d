import Formats

extension SettingsLoader {
    /// `ReloadGuard`: `20%`, or `20`; nil where every reload is taken.
    mutating func reloadGuard() -> Int? {
        guard let line = sections.section("GLOBAL")?["ReloadGuard"], !line.value.isEmpty else { return nil }
        let digits = line.value.hasSuffix("%") ? line.value.dropLast().trimmed : line.value
        guard let percent = Int(digits), (0...100).contains(percent) else {
            add(
                Finding(
                    .error, line.file, line.line,
                    "ReloadGuard: '\(line.value)' is no share; write a number from 0 to 100, for instance 20%"))
            return nil
        }
        return percent == 0 ? nil : percent
    }

    /// `Drill`: `daily HH:MM`.
    mutating func drillMinute() -> Int? {
        guard let line = sections.section("GLOBAL")?["Drill"], !line.value.isEmpty else { return nil }
        let words = line.value.split(separator: " ").map(String.init)
        guard words.count == 2, words[0].equalsIgnoringCase("daily"), let minute = parseMinuteOfDay(words[1]) else {
            add(
                Finding(
                    .error, line.file, line.line,
                    "Drill: '\(line.value)' is no time of a drill; write for instance daily 09:00"))
            return nil
        }
        return minute
    }

    /// `Heartbeat`: an address of the web.
    mutating func heartbeat(_ section: MergedSection?) -> String? {
        guard let line = section?["Heartbeat"], !line.value.isEmpty else { return nil }
        guard line.value.hasPrefix("https://") || line.value.hasPrefix("http://") else {
            add(
                Finding(
                    .lapse, line.file, line.line,
                    "Heartbeat: '\(line.value)' is no address; write for instance https://monitor.example/ping/itp"))
            return nil
        }
        return line.value
    }
}
