import Formats
public import Settings

/// Netwrix Auditor's Integration API, as far as reading activity records by their IDs goes.
///
/// Unverified against a real Auditor: from its documentation, where a search is `POST /netwrix/api/v1/activity_records/search`.
public enum NetwrixAPI {
    /// Records of one request.
    public static let recordsLimit = 200
    /// How long the Auditor may take.
    public static let timeoutSeconds = 180
    /// A longer reply is not read.
    public static let maxReplyBytes = 16 << 20

    /// The search for records of these IDs; at most `recordsLimit`.
    public static func search(_ ids: [String], _ settings: NetwrixSettings) -> VendorCall {
        let body: JSON = ["FilterList": ["RID": .array(ids.prefix(recordsLimit).map { .string($0) })]]
        return VendorCall(
            method: "POST",
            url: "\(settings.url)/netwrix/api/v1/activity_records/search?format=json&count=\(recordsLimit)",
            headers: [
                VendorCall.Header("Content-Type", "application/json"), VendorCall.Header("Accept", "application/json"),
            ],
            body: body.bytes)
    }

    /// What came of a search.
    public enum Result: Sendable, Equatable {
        /// The records by their IDs, as JSON; those that are missing are not there.
        case found([String: String])
        /// It may work later; the reason.
        case later(String)
    }

    /// Reads an outcome: JSON, or XML as the API answers where it does not heed the format.
    public static func result(of outcome: VendorOutcome) -> Result {
        switch outcome {
        case .notSent(let reason), .ambiguous(let reason): return .later(reason)
        case .reply(let reply) where reply.status == 401: return .later("the Auditor refuses the user")
        case .reply(let reply) where reply.status != 200: return .later("the Auditor answers with \(reply.status)")
        case .reply(let reply):
            guard let document = document(reply.body) else {
                return .later("the Auditor's answer is neither JSON nor XML")
            }
            let list = document["ActivityRecordList"] ?? document
            let records = list["ActivityRecord"] ?? list
            var found: [String: String] = [:]
            for record in records.array ?? [records] {
                if let id = record["RID"]?.string { found[id] = record.compact }
            }
            return .found(found)
        }
    }

    private static func document(_ bytes: [UInt8]) -> JSON? {
        if let json = JSON(ifValid: bytes) { return json }
        do {
            return try XMLReader.read(bytes)
        } catch {
            return nil
        }
    }
}
