extension SectionKind {
    /// The keys of `[SOURCE name]`.
    static let sourceKeys: [String: KeyKind] = {
        var keys: [String: KeyKind] = [
            "Like": .text, "Auth": .text, "PublicURL": .text, "Redact": .text, "Success": .integer(200...299),
            "Reject": .integer(200...599), "Overload": .integer(400...599),
            "OnMalformed": .oneOf(["accept", "reject"]),
            "Decode": .text, "ItemDecode": .text, "Tolerant": .flag, "Root": .text, "Placeholder": .text, "Each": .text,
            "Default": .text, "TimeZone": .text, "DateFormat": .text, "DeDupPeriod": .integer(0...1_000_000_000),
            "Flow": .text, "Rules": .text, "AutoClose": .flag, "Remediate": .flag, "Tenants": .text,
            "Orgs": .text, "ExpectEvery": .duration(unit: 3600), "HMAC.Hash": .oneOf(["sha1", "sha256", "sha512"]),
            "HMAC.Key": .oneOf(["raw", "base64"]), "HMAC.Header": .text, "HMAC.Field": .text,
            "HMAC.Encoding": .oneOf(["hex", "base64"]), "HMAC.Prefix": .text, "HMAC.Separator": .text,
            "HMAC.Sign": .text, "HMAC.Timestamp": .text, "HMAC.Id": .text, "HMAC.Tolerance": .duration(unit: 1),
        ]
        keys.merge(mailSourceKeys) { first, _ in first }
        for field in SourceField.allCases { keys[field.rawValue] = .text }
        return keys
    }()
}
