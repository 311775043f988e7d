import Formats

/// PagerDuty's Events API, version 2, by its published schema.
extension PagerSandbox {
    static func pagerDutyError(_ status: Int, _ error: String) -> SandboxReply {
        SandboxReply(
            status: status,
            json: ["status": "invalid event", "message": "Event object is invalid", "errors": [.string(error)]])
    }

    mutating func pagerDuty(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        guard request.path == "/pagerduty/v2/enqueue" else { return SandboxReply(status: 404, text: "Not Found") }
        guard request.method == "POST" else { return SandboxReply(status: 405, text: "Method Not Allowed") }
        guard request.body.count <= 512 << 10 else { return SandboxReply(status: 413, text: "too large") }
        guard let body = JSON(ifValid: request.body), body.members != nil else {
            return PagerSandbox.pagerDutyError(400, "JSON parse error")
        }
        if let fault = PagerSandbox.fault(body) { return PagerSandbox.pagerDutyError(400, fault) }
        let key = body["dedup_key"]?.string ?? "sandbox-\(pages.count + 1)"
        let time = SandboxTime.text(now)
        switch body["event_action"]?.string {
        case "trigger":
            let payload = body["payload"]
            trigger(
                SandboxPage(
                    service: .pagerduty, alias: key, message: payload?["summary"]?.string ?? "",
                    details: payload?["custom_details"]?["text"]?.string ?? "",
                    priority: payload?["severity"]?.string ?? "", createdAt: time, updatedAt: time))
        // What nobody knows is passed over without a word.
        case "resolve":
            if let index = open(.pagerduty, key) {
                pages[index].isOpen = false
                pages[index].updatedAt = time
            }
        default:
            if let index = open(.pagerduty, key) { pages[index].isAcknowledged = true }
        }
        return SandboxReply(
            status: 202, json: ["status": "success", "message": "Event processed", "dedup_key": .string(key)])
    }

    /// What the schema does not allow.
    private static func fault(_ body: JSON) -> String? {
        guard let routing = body["routing_key"]?.string else { return "'routing_key' is missing or blank" }
        guard routing.utf8.count == 32 else { return "Length of 'routing_key' is incorrect (should be 32 characters)" }
        guard routing == routingKey else { return "Invalid routing key" }
        guard let action = body["event_action"]?.string, ["trigger", "acknowledge", "resolve"].contains(action) else {
            return "'event_action' is missing or invalid"
        }
        if let key = body["dedup_key"]?.string, key.utf8.count > 255 { return "'dedup_key' is too long" }
        guard action == "trigger" else {
            return body["dedup_key"]?.string == nil ? "'dedup_key' is missing or blank" : nil
        }
        let payload = body["payload"]
        let summary = payload?["summary"]?.string ?? ""
        if summary.isEmpty { return "'payload.summary' is missing or blank" }
        if summary.utf16.count > 1024 { return "'payload.summary' is too long" }
        if payload?["source"]?.string?.isEmpty ?? true { return "'payload.source' is missing or blank" }
        let severities = ["critical", "error", "warning", "info"]
        if !severities.contains(payload?["severity"]?.string ?? "") { return "'payload.severity' is invalid" }
        if let details = payload?["custom_details"], details.members == nil { return "'custom_details' is no object" }
        return nil
    }
}
