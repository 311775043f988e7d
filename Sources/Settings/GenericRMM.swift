public import Formats

/// An RMM, or a runner of scripts, that is described by the configuration: how a run is started, and how its end is known.
public struct GenericRMM: Sendable, Equatable {
    /// The start's method.
    public var method = "POST"
    /// The start's address behind `URL`, with macros, which are escaped.
    public var startPath: Template
    /// The start's body, JSON with macros, which are escaped for their strings; empty = none.
    public var startBody: Template
    /// Header lines of every call, with the macro `<token>`.
    public var headers: [Header] = []
    /// Where the start's answer holds what the run is called.
    public var runID: JSONPath?
    /// The address behind `URL` at which a run is asked for; nil = its end is told by call-back.
    public var statusPath: Template?
    /// Where an answer, or a call-back, holds how the run is.
    public var status: JSONPath
    /// The words there that are a success.
    public var passed: [String]
    /// The words there that are a failure; any other means that it still runs.
    public var failed: [String]
    /// Where it holds what is told of the end.
    public var detail: JSONPath?

    /// A line of a request's head.
    public struct Header: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its value.
        public var value: Template
    }

    /// Whether the RMM is told whose agent is meant, so that it can refuse another one's.
    public var tellsCustomer: Bool { (startPath.macros + startBody.macros).contains("org") }

    /// The macros of a start.
    public static let macros: Set<String> = ["procedure", "agent", "org", "event", "callback", "args"]
    /// What the macro of one argument's value begins with.
    public static let argumentMacro = "arg:"
}

extension SettingsLoader {
    /// The keys of `Type=generic`; nil where they cannot be used.
    mutating func loadGenericRMM(_ section: MergedSection, hasCallback: Bool) -> GenericRMM? {
        let given = Optional(section)
        guard let start = section["Start"], !start.value.isEmpty else {
            return fault(section.lines[0], "[RMM] without Start runs nothing; write Start=POST /api/run")
        }
        let words = start.value.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2, ["POST", "PUT", "GET"].contains(words[0]), words[1].hasPrefix("/") else {
            return fault(start, "Start: '\(start.value)' is no request; write for instance Start=POST /api/run")
        }
        guard let place = section["Status"], let status = JSONPath(place.value), !place.value.isEmpty else {
            return fault(
                start, "[RMM] without Status knows no run's end; write where it stands, for instance Status=/status")
        }
        let passed = StatusWords.list(given.text("Passed"))
        guard !passed.isEmpty else {
            return fault(start, "[RMM] without Passed no run succeeds; write the words of a success, Passed=completed")
        }
        var rmm = GenericRMM(
            method: words[0], startPath: Template(words[1]), startBody: Template(given.text("StartBody") ?? ""),
            statusPath: given.text("StatusPath").map { Template($0) }, status: status, passed: passed,
            failed: StatusWords.list(given.text("Failed")))
        rmm.runID = pointer(section["RunID"])
        rmm.detail = pointer(section["Detail"])
        for line in section.lines where line.key.uppercased().hasPrefix("HEADER.") {
            let name = String(line.key.dropFirst("Header.".count))
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }) else {
                add(Finding(.error, line.file, line.line, "\(line.key): '\(name)' is no header's name"))
                continue
            }
            rmm.headers.append(.init(name: name, value: Template(line.value)))
        }
        check(rmm, start, hasCallback: hasCallback)
        return rmm
    }

    private mutating func check(_ rmm: GenericRMM, _ start: SettingLine, hasCallback: Bool) {
        for macro in rmm.startPath.macros + rmm.startBody.macros
        where !GenericRMM.macros.contains(macro) && !macro.hasPrefix(GenericRMM.argumentMacro) {
            let known = GenericRMM.macros.sorted().map { "<\($0)>" }.joined(separator: ", ")
            add(
                Finding(
                    .error, start.file, start.line, "<\(macro)> is no macro of a start; there is \(known), <arg:Name>"))
        }
        let isTold = hasCallback && (rmm.startPath.macros + rmm.startBody.macros).contains("callback")
        if rmm.statusPath == nil, !isTold {
            let text = "nobody would hear of a run's end; write StatusPath, or CallbackURL and <callback> in StartBody"
            add(Finding(.error, start.file, start.line, text))
        }
        if let path = rmm.statusPath, path.macros.contains("run"), rmm.runID == nil {
            add(
                Finding(
                    .error, start.file, start.line, "StatusPath asks for <run>; write RunID, for instance RunID=/id"))
        }
    }

    private mutating func fault(_ line: SettingLine, _ text: String) -> GenericRMM? {
        add(Finding(.error, line.file, line.line, text))
        return nil
    }

    private mutating func pointer(_ line: SettingLine?) -> JSONPath? {
        guard let line, !line.value.isEmpty else { return nil }
        if let path = JSONPath(line.value) { return path }
        let text = "\(line.key): '\(line.value)' is no place; write a JSON pointer, for instance /data/id"
        add(Finding(.error, line.file, line.line, text))
        return nil
    }
}

private enum StatusWords {
    /// A comma list in small letters.
    static func list(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { $0.trimmed.lowercased() }.filter { !$0.isEmpty }
    }
}
