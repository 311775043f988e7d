import Formats

extension SettingsLoader {
    /// `ITPSvcCfg.ini`.
    mutating func loadService() -> ServiceSettings {
        var service = ServiceSettings()
        loadListener(&service)
        loadEntrance(&service)
        let journal = sections.section("JOURNAL", in: .service)
        service.journalDirectory = journal.text("Directory")
        service.segmentBytes = journal.text("SegmentSize").flatMap(parseBytes) ?? service.segmentBytes
        if service.segmentBytes < ServiceSettings.leastSegmentBytes, let line = journal?["SegmentSize"] {
            add(Finding(.error, line.file, line.line, "SegmentSize: \(line.value) is too little; write 4 KiB or more"))
        }
        service.retentionSeconds =
            journal.text("Retention").flatMap { parseDuration($0, unit: 86_400) } ?? service.retentionSeconds
        service.journalMaxBytes = journal.text("MaxBytes").flatMap(parseBytes)
        if let line = journal?["Sync"], !line.value.isEmpty, !line.value.equalsIgnoringCase("always") {
            add(Finding(.warning, line.file, line.line, "Sync: this version always syncs before it answers"))
        }
        let queue = sections.section("QUEUE", in: .service)
        service.memoryEvents = queue.number("MemoryEvents") ?? service.memoryEvents
        service.memoryBytes = queue.text("MemoryBytes").flatMap(parseBytes) ?? service.memoryBytes
        service.workers = queue.number("Workers")
        service.deliveryAttempts = queue.number("DeliveryAttempts") ?? service.deliveryAttempts
        service.deliveryMaxAgeSeconds =
            queue.text("DeliveryMaxAge").flatMap { parseDuration($0, unit: 3600) } ?? service.deliveryMaxAgeSeconds
        service.quietPeriodSeconds =
            queue.text("QuietPeriod").flatMap { parseDuration($0, unit: 1) } ?? service.quietPeriodSeconds
        let ledger = sections.section("LEDGER", in: .service)
        service.historyDays = ledger.number("HistoryDays") ?? service.historyDays
        service.historyMaxBytes = ledger.text("HistoryMaxBytes").flatMap(parseBytes) ?? service.historyMaxBytes
        service.mail = loadMail()
        service.netwrix = loadNetwrix()
        service.rmm = loadRMM()
        let global = sections.section("GLOBAL", in: .service)
        service.logLevel = global.text("LogLevel")?.lowercased() ?? service.logLevel
        service.logDirectory = global.text("LogDir")
        service.logDays = global.number("LogDays") ?? service.logDays
        service.debug = global.flag("Debug") ?? false
        service.heartbeat = heartbeat(global)
        return service
    }

    private mutating func loadListener(_ service: inout ServiceSettings) {
        let listen = sections.section("LISTEN", in: .service)
        service.address = listen.text("Address") ?? service.address
        service.intakeTokens = tokens(listen?["IntakeToken"])
        service.intakeIsOpen = listen.text("Auth")?.equalsIgnoringCase("none") ?? false
        service.maxBodyBytes = listen.text("MaxBody").flatMap(parseBytes) ?? service.maxBodyBytes
        service.maxHeaderBytes = listen.text("MaxHeader").flatMap(parseBytes) ?? service.maxHeaderBytes
        service.headerTimeoutSeconds =
            listen.text("HeaderTimeout").flatMap { parseDuration($0, unit: 1) } ?? service.headerTimeoutSeconds
        service.idleTimeoutSeconds =
            listen.text("IdleTimeout").flatMap { parseDuration($0, unit: 1) } ?? service.idleTimeoutSeconds
        service.maxConnections = listen.number("MaxConnections") ?? service.maxConnections
        guard let line = listen?["Address"] else { return }
        if !ServiceSettings.isLoopback(service.address), service.intakeTokens.isEmpty, !service.intakeIsOpen {
            add(
                Finding(
                    .error, line.file, line.line,
                    "\(service.address) is reachable from outside and there is no IntakeToken; "
                        + "write IntakeToken=env:ITP_INTAKE_TOKEN, or Auth=none to let anybody post"))
        }
        if service.intakeIsOpen {
            add(Finding(.warning, line.file, line.line, "Auth=none: anybody who reaches the listener may post alerts"))
        }
    }

    /// A comma list of tokens, each of which may be a reference; what follows a `;` limits a token and is not one.
    mutating func tokens(_ line: SettingLine?) -> [String] {
        guard let line else { return [] }
        let list = line.value.prefix { $0 != ";" }
        return words(String(list)).compactMap { word in
            var single = line
            single.value = word
            return secret(single)
        }
    }
}

extension ServiceSettings {
    /// Whether all addresses of a comma list are reached from this machine alone.
    public static func isLoopback(_ addresses: String) -> Bool {
        ListenAddress.list(addresses).allSatisfy(\.isLoopback)
    }
}
