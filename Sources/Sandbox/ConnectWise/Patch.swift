import Formats

/// The vendor's dialect of JSON patches.
extension ConnectWiseSandbox {
    mutating func patchTicket(
        _ at: Int, _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        guard let operations = try body(request, "ticket").array else {
            throw ConnectWiseSandbox.patchFault("A list of operations was expected.", "")
        }
        var values = all[at].record.values
        for operation in operations { try ConnectWiseSandbox.apply(operation, to: &values) }
        return try store(values, withDefaults: false, at, now: now)
    }

    private static func apply(_ operation: JSON, to values: inout [String: JSON]) throws(ConnectWiseFault) {
        guard let op = operation["op"]?.string, ["add", "replace", "remove"].contains(op) else {
            throw patchFault("op must be add, replace or remove.", "op")
        }
        guard let written = operation["path"]?.string else { throw patchFault("path is required.", "path") }
        // Paths are bare, but a leading slash is let pass; upper and lower case count.
        let path = written.hasPrefix("/") ? String(written.dropFirst()) : written
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let field = parts.first.flatMap({ ConnectWiseSchema.ticket[$0] }) else {
            throw patchFault("\(written) is not a property of the ticket.", written)
        }
        if parts.count > 1 {
            // The false success that the vendor warns of: answered with 200, and nothing is changed.
            switch field.kind {
            case .reference, .list: return
            default: throw patchFault("\(written) is not a property of the ticket.", written)
            }
        }
        guard field.access == .normal else { return }
        guard op != "remove" else {
            values[field.name] = nil
            return
        }
        guard let value = operation["value"] else { throw patchFault("value is required.", written) }
        values[field.name] = value
    }

    private static func patchFault(_ message: String, _ field: String) -> ConnectWiseFault {
        .invalidObject(
            "ticket",
            [ConnectWiseFault.Detail(code: "InvalidPatch", message: message, resource: "ticket", field: field)])
    }
}
