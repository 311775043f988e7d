import Events
import HTTPServer
import Platform
import Storage

/// `/metrics`: what `/stats` says, as Prometheus reads it. Everything in it is counted as it happens; nothing is counted here.
struct MetricsPage {
    let status: StatusPages
    let history: LedgerHistory

    func response() throws -> HTTPResponse {
        var text = MetricsText()
        writeProcess(&text)
        writeHealth(&text)
        writeLog(&text)
        writeIntake(&text)
        writeServer(&text)
        writeJournal(&text)
        try writeLedger(&text)
        writeDeliveries(&text)
        return text.response
    }

    private func writeProcess(_ text: inout MetricsText) {
        text.family("itp_build_info", .gauge, "The program's version, in a label.")
        text.sample(1, [("version", status.version)])
        text.family("process_start_time_seconds", .gauge, "When the service started, in seconds since 1970.")
        text.sample(Double(status.startedAt.milliseconds) / 1000)
        guard let usage = ProcessUsage.current() else { return }
        text.single("process_resident_memory_bytes", .gauge, "Memory in use.", usage.residentBytes)
        text.family("process_cpu_seconds_total", .counter, "Processor time used.")
        text.sample(usage.processorSeconds)
    }

    private func writeHealth(_ text: inout MetricsText) {
        text.single(
            "itp_healthy", .gauge, "1 while alerts can be taken and decided, else 0.", status.failure == nil ? 1 : 0)
        text.single(
            "itp_degraded_reasons", .gauge,
            "How many things /health names that are wrong without stopping the service.",
            status.degraded.count)
        text.single(
            "itp_configuration_refused", .gauge,
            "1 while the configuration's files, or a tenant's part, are not in use.",
            status.troubles.reasons("config ").isEmpty ? 0 : 1)
        text.single(
            "itp_clock_jumps_total", .counter, "How often the system's clock was set by more than a few seconds.",
            status.clock.jumpCount)
        text.family("itp_configuration_info", .gauge, "The configuration in use, by its hash in a label.")
        text.sample(1, [("hash", status.settingsHash() ?? "")])
    }

    private func writeLog(_ text: inout MetricsText) {
        text.family(
            "itp_log_lines_dropped_total", .counter, "Lines of the log that nobody read, or that could not be written.")
        for (output, count) in status.log.droppedLinesByOutput { text.sample(count, [("output", output)]) }
    }

    private func writeIntake(_ text: inout MetricsText) {
        let counters = status.counters
        text.single(
            "itp_alerts_accepted_total", .counter, "Alerts that are on disk and were answered.", counters.acceptedCount)
        text.family("itp_alerts_rejected_total", .counter, "Requests with alerts that were refused, by reason.")
        for (reason, count) in counters.rejections { text.sample(count, [("reason", reason)]) }
        text.family("itp_accept_duration_seconds", .histogram, "From a request's last byte to its answer.")
        text.histogram(counters.acceptTimes)
        let backlog = status.journal.backlog
        text.single("itp_queue_records", .gauge, "Journal records that are not decided yet.", backlog.records)
        text.family("itp_queue_age_seconds", .gauge, "How long the oldest of them has waited; 0 where none waits.")
        text.sample(Double(backlog.nanoseconds / 1_000_000) / 1000)
        text.family(
            "itp_decisions_total", .counter, "Events decided, or decided anew by what came of them, by disposition.")
        for (disposition, count) in counters.decisions { text.sample(count, [("disposition", disposition.rawValue)]) }
    }

    private func writeServer(_ text: inout MetricsText) {
        let http = status.server()
        text.single("itp_http_connections", .gauge, "Connections that are open.", http.openConnections)
        text.single("itp_http_body_bytes", .gauge, "Bytes of bodies that are not answered.", http.bodyBytesInFlight)
        text.single("itp_http_connections_total", .counter, "Connections taken.", http.accepted)
        text.single("itp_http_connections_refused_total", .counter, "Connections turned away.", http.refused)
        text.single("itp_http_requests_total", .counter, "Requests that were let in.", http.requests)
        text.single(
            "itp_http_requests_not_admitted_total", .counter, "Requests turned away at their head.", http.notAdmitted)
        text.family("itp_http_bad_requests_total", .counter, "Requests that the server refused by itself, by reason.")
        for (reason, count) in http.badRequests.sorted(by: { $0.key < $1.key }) {
            text.sample(count, [("reason", reason)])
        }
    }

    private func writeJournal(_ text: inout MetricsText) {
        let journal = status.journal.measures
        text.single("itp_journal_records_total", .counter, "The number of the last record on disk.", journal.durable)
        text.single("itp_journal_segments", .gauge, "Files that records are in.", journal.segments)
        text.single("itp_journal_bytes", .gauge, "What these take on disk.", journal.bytes)
        text.family("itp_journal_write_duration_seconds", .histogram, "For a batch of records to be on disk.")
        text.histogram(journal.writeTimes)
    }

    private func writeLedger(_ text: inout MetricsText) throws {
        text.family("itp_events", .gauge, "Events since the ledger began, by what has become of them.")
        for (disposition, count) in try history.dispositionCounts() {
            text.sample(count, [("disposition", disposition)])
        }
        text.family("itp_orders", .gauge, "Orders for tickets that wait in the outbox, by lane.")
        for (lane, count) in try history.orderCounts() { text.sample(count, [("lane", lane)]) }
        let oldest = try history.oldestOrder().map { max(0, (status.clock.now - $0).milliseconds) } ?? 0
        text.family("itp_order_age_seconds", .gauge, "How long ago the oldest of them was decided; 0 where none waits.")
        text.sample(Double(oldest) / 1000)
        text.family("itp_messages", .gauge, "Mails and pages in the outbox of messages, by lane and state.")
        for (lane, state, count) in try history.messageCounts() {
            text.sample(count, [("lane", lane), ("state", state)])
        }
        text.single("itp_dead_letters", .gauge, "Orders that were given up.", try history.deadLetterCount())
        text.single("itp_timers", .gauge, "Timers that are set.", try history.timerCount())
        text.single("itp_watermark", .gauge, "Journal records up to this one are decided.", try history.watermark())
        text.single("itp_ledger_bytes", .gauge, "The size of the ledger's file.", try history.fileBytes())
    }

    private func writeDeliveries(_ text: inout MetricsText) {
        let counters = status.counters
        text.family("itp_deliveries_total", .counter, "Tries of lanes, by lane and result.")
        for (lane, result, count) in counters.deliveries { text.sample(count, [("lane", lane), ("result", result)]) }
        text.family("itp_delivery_duration_seconds", .histogram, "From handing an order to a PSA's lane to its report.")
        for (lane, times) in counters.deliveryTimes { text.histogram(times, [("lane", lane)]) }
        text.family("itp_circuit_open", .gauge, "1 while a lane is left alone because it does not work.")
        for (lane, isOpen) in counters.circuits { text.sample(isOpen ? 1 : 0, [("lane", lane)]) }
    }
}
