import Formats

extension SettingsLoader {
    /// `Auth`: a comma list of which any may let a request in.
    mutating func sourceAuth(_ section: MergedSection) -> [SourceAuth] {
        guard let line = section["Auth"], !line.value.isEmpty else {
            add(
                Finding(
                    .error, section.file, section.line,
                    "[SOURCE \(section.suffix)] has no Auth=; write for instance Auth=bearer:env:ITP_TOKEN, or Auth=none "
                        + "to let anybody post"))
            return []
        }
        var auth: [SourceAuth] = []
        for word in words(line.value) {
            let kind = word.prefix { $0 != ":" }.lowercased()
            let rest = String(word.dropFirst(kind.count + 1))
            if let one = sourceAuth(kind, rest, line, section) {
                auth.append(one)
            } else if !findings.contains(where: {
                $0.file == line.file && $0.line == line.line && $0.severity == .error
            }) {
                add(
                    Finding(
                        .error, line.file, line.line,
                        "Auth: this entry of kind '\(kind)' cannot be read; write bearer:V, header:NAME:V, query:NAME:V, "
                            + "path:V, basic:USER:V, body:/pointer:V, hmac:PRESET:V, sns:TOPIC-ARN, ip:CIDR or none"))
            }
        }
        if auth.contains(.none) {
            add(Finding(.warning, line.file, line.line, "Auth=none: anybody who reaches the listener may post alerts"))
        }
        return auth
    }

    private mutating func sourceAuth(
        _ kind: String, _ rest: String, _ line: SettingLine, _ section: MergedSection
    ) -> SourceAuth? {
        let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let second = parts.count == 2 ? parts[1] : ""
        switch kind {
        case "none": return rest.isEmpty ? SourceAuth.none : nil
        case "path": return sourceSecret(rest, line).map { .path($0) }
        case "bearer": return sourceSecret(rest, line).map { .bearer($0) }
        case "query": return sourceSecret(second, line).map { .query(name: parts[0], $0) }
        case "header": return sourceSecret(second, line).map { .header(name: parts[0], $0) }
        case "basic": return sourceSecret(second, line).map { .basic(user: parts[0], password: $0) }
        case "body":
            guard let path = JSONPath(parts[0]) else { return nil }
            return sourceSecret(second, line).map { .body(path, $0) }
        case "hmac":
            guard let secret = sourceSecret(second, line) else { return nil }
            return signatureScheme(parts[0], secret, line, section).map { .hmac($0) }
        case "sns": return rest.hasPrefix("arn:") ? .sns(topic: rest) : nil
        case "ip": return AddressRange.parse(rest).map { .address($0.bytes, bits: $0.bits) }
        default: return nil
        }
    }

    /// The value behind a secret; one written in clear is a warning.
    private mutating func sourceSecret(_ value: String, _ line: SettingLine) -> String? {
        guard !value.isEmpty else { return nil }
        if !MergedSections.isReference(value) {
            add(
                Finding(
                    .warning, line.file, line.line, "\(line.key) is written in clear; write env:NAME or file:/path"))
        }
        var single = line
        single.value = value
        return secret(single)
    }

    // MARK: Signatures

    private mutating func signatureScheme(
        _ preset: String, _ secret: String, _ line: SettingLine, _ section: MergedSection
    ) -> SignatureScheme? {
        var scheme = SignatureScheme(key: Array(secret.utf8))
        switch preset.lowercased() {
        case "standard-webhooks", "svix":
            let prefix = preset.lowercased() == "svix" ? "svix" : "webhook"
            scheme.header = "\(prefix)-signature"
            scheme.timestampName = "\(prefix)-timestamp"
            scheme.idName = "\(prefix)-id"
            scheme.isBase64 = true
            scheme.prefix = "v1,"
            scheme.separator = " "
            scheme.parts = [.id, .text("."), .timestamp, .text("."), .body]
            scheme.key = base64Key(secret, line)
        case "github":
            scheme.header = "X-Hub-Signature-256"
            scheme.prefix = "sha256="
        case "mailgun":
            scheme.field = "signature"
            scheme.timestampName = "timestamp"
            scheme.parts = [.field("timestamp"), .field("token")]
            // Mailgun sends again for eight hours; the token is the delivery's ID, so that nothing is taken twice.
            scheme.toleranceSeconds = 12 * 3600
        case "grafana":
            scheme.header = "X-Grafana-Alerting-Signature"
            scheme.timestampName = "X-Grafana-Alerting-Timestamp"
            scheme.timestampIsOptional = true
            scheme.parts = [.timestamp, .text(":"), .body]
        case "pulseway":
            scheme.header = "x-hmac-signature"
            scheme.isBase64 = true
        case "mandrill":
            scheme.header = "X-Mandrill-Signature"
            scheme.hash = .sha1
            scheme.isBase64 = true
            scheme.parts = [.url, .sortedForm]
            needsPublicURL(section, line)
        case "custom": break
        default:
            let known = ["standard-webhooks", "svix", "github", "mailgun", "grafana", "pulseway", "mandrill", "custom"]
            add(
                Finding(
                    .error, line.file, line.line,
                    "Auth: '\(preset)' is no preset of hmac; write one of \(known.joined(separator: ", "))"))
            return nil
        }
        adjust(&scheme, secret, section)
        if scheme.header == nil, scheme.field == nil {
            add(
                Finding(
                    .error, line.file, line.line, "Auth: hmac:custom needs the signature's place; write HMAC.Header="))
        }
        if scheme.parts.contains(.url) { needsPublicURL(section, line) }
        return scheme
    }

    /// The parts of a scheme that the section names itself.
    private mutating func adjust(_ scheme: inout SignatureScheme, _ secret: String, _ section: MergedSection) {
        let text = { (key: String) in Optional(section).text("HMAC.\(key)") }
        if let hash = text("Hash") { scheme.hash = SignatureScheme.Hash(rawValue: hash.lowercased()) ?? scheme.hash }
        if text("Key")?.equalsIgnoringCase("base64") ?? false, let line = section["HMAC.Key"] {
            scheme.key = base64Key(secret, line)
        }
        if let header = text("Header") { scheme.header = header }
        if let field = text("Field") { (scheme.field, scheme.header) = (field, nil) }
        if let encoding = text("Encoding") { scheme.isBase64 = encoding.equalsIgnoringCase("base64") }
        if let prefix = section["HMAC.Prefix"] { scheme.prefix = prefix.value }
        if let separator = text("Separator") {
            scheme.separator = separator.equalsIgnoringCase("blank") ? " " : separator
        }
        if let name = text("Timestamp") { (scheme.timestampName, scheme.timestampIsOptional) = (name, false) }
        if let name = text("Id") { scheme.idName = name }
        if let tolerance = text("Tolerance").flatMap({ parseDuration($0, unit: 1) }) {
            scheme.toleranceSeconds = tolerance
        }
        if let line = section["HMAC.Sign"], !line.value.isEmpty {
            if let parts = SettingsLoader.signedParts(line.value) {
                scheme.parts = parts
            } else {
                add(
                    Finding(
                        .error, line.file, line.line,
                        "HMAC.Sign: write text with {body}, {ts}, {id}, {url}, {sorted-form} or {field:name}"))
            }
        }
        if scheme.timestampName == nil, scheme.parts.contains(.timestamp), let line = section["HMAC.Sign"] {
            add(Finding(.error, line.file, line.line, "HMAC.Sign has {ts}: write HMAC.Timestamp=header as well"))
        }
    }

    private static func signedParts(_ text: String) -> [SignatureScheme.Part]? {
        var parts: [SignatureScheme.Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            let name = rest[rest.index(after: open)..<close].lowercased()
            switch name {
            case "body": parts.append(.body)
            case "ts": parts.append(.timestamp)
            case "id": parts.append(.id)
            case "url": parts.append(.url)
            case "sorted-form": parts.append(.sortedForm)
            default:
                guard name.hasPrefix("field:") else { return nil }
                parts.append(.field(String(rest[rest.index(open, offsetBy: 7)..<close])))
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }

    private mutating func base64Key(_ secret: String, _ line: SettingLine) -> [UInt8] {
        let text = secret.hasPrefix("whsec_") ? secret.dropFirst(6) : secret[...]
        if let key = Base64.decode(text), !key.isEmpty { return key }
        add(
            Finding(
                .error, line.file, line.line, "\(line.key): the secret is no Base64; it begins with whsec_ or is Base64"
            ))
        return Array(secret.utf8)
    }

    private mutating func needsPublicURL(_ section: MergedSection, _ line: SettingLine) {
        guard Optional(section).text("PublicURL") == nil else { return }
        add(
            Finding(
                .error, line.file, line.line,
                "this signature covers our own address; write PublicURL=https://… as the sender has it"))
    }
}

/// Addresses by their first bits, `192.0.2.0/24` or `2001:db8::/32`.
public enum AddressRange {
    /// The address and how many of its bits count; a plain address counts whole. Nil where it is none.
    public static func parse(_ text: String) -> (bytes: [UInt8], bits: Int)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let bytes = bytes(of: parts[0]), parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return (bytes, bytes.count * 8) }
        guard let bits = Int(parts[1]), (0...bytes.count * 8).contains(bits) else { return nil }
        return (bytes, bits)
    }

    /// Whether an address lies in a range; one of IPv4 that is written as IPv6 counts as what it is.
    public static func contains(_ range: [UInt8], bits: Int, _ address: String) -> Bool {
        guard var bytes = bytes(of: address) else { return false }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        if range.count == 4, bytes.count == 16, bytes.starts(with: mapped) { bytes.removeFirst(12) }
        guard bytes.count == range.count else { return false }
        return (0..<bits).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return bytes[bit / 8] & mask == range[bit / 8] & mask
        }
    }

    private static func bytes(of text: String) -> [UInt8]? {
        guard text.contains(":") else {
            let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
            return numbers.count == 4 && !numbers.contains(nil) ? numbers.compactMap(\.self) : nil
        }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false).map { groups(String($0)) }
        guard halves.count <= 2, !halves.contains(nil) else { return nil }
        let (head, tail) = (halves[0] ?? [], halves.count == 2 ? halves[1] ?? [] : [])
        let missing = 16 - head.count - tail.count
        guard halves.count == 2 ? missing >= 2 : missing == 0 else { return nil }
        return head + [UInt8](repeating: 0, count: missing) + tail
    }

    private static func groups(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for group in text.split(separator: ":", omittingEmptySubsequences: true) {
            if group.contains(".") {
                guard let four = self.bytes(of: String(group)) else { return nil }
                bytes += four
            } else {
                guard group.count <= 4, let number = UInt16(group, radix: 16) else { return nil }
                bytes += [UInt8(number >> 8), UInt8(number & 0xFF)]
            }
        }
        return bytes
    }
}
