import Formats
import Mapping

/// What is JSON stays the same when it is written and read again; and what a glance takes for an alert is one.
@Sendable func fuzzJSON(_ input: [UInt8]) {
    if PlainAlerts.isSurelyOne(input.span) {
        let alerts = try? PlainAlerts(parsing: input)
        require(alerts?.alerts.count == 1 && alerts?.warnings.isEmpty == true, "a glance took what is no alert")
    }
    guard let value = try? JSON(parsing: input) else { return }
    guard let again = try? JSON(parsing: value.bytes) else { return require(false, "what was written cannot be read") }
    require(again == value, "\(value.compact)\n\(again.compact)")
}

/// Reading a configuration gives sections and faults whose lines are in the file, whatever it is.
@Sendable func fuzzINI(_ input: [UInt8]) {
    for answer in [false, true] {
        let dialect = INIDocument.Dialect(keysArePatterns: { _ in answer }, lastEqualsEndsKey: { _ in answer })
        let document = INIDocument(file: "fuzz.ini", bytes: input, dialect: dialect)
        let lines = input.count + 1
        for section in document.sections {
            require(section.line <= lines, "section in line \(section.line)")
            for entry in section.entries { require(entry.line <= lines, "entry in line \(entry.line)") }
        }
    }
}
