import Formats
import Settings

/// The fields of a form, `multipart/form-data` or `application/x-www-form-urlencoded`, as bytes: each may have a character set
/// of its own.
struct MailForm {
    struct Field {
        var name: String
        var filename: String?
        var type: String
        var bytes: [UInt8]
    }

    private(set) var fields: [Field] = []

    init(_ request: MailRelay.Request) throws(MailRelay.Fault) {
        if request.mediaType == "multipart/form-data" {
            guard let form = Multipart(request.body, contentType: request.contentType) else {
                throw MailRelay.Fault("the body is no multipart form")
            }
            fields = form.parts.map { Field(name: $0.name, filename: $0.filename, type: $0.type, bytes: $0.bytes) }
        } else {
            fields = HTTPTarget.items(of: request.body[...]).map {
                Field(name: $0.name, filename: nil, type: "", bytes: Array($0.value.utf8))
            }
        }
        guard !fields.isEmpty else { throw MailRelay.Fault("the form has no fields") }
    }

    /// The bytes of a field. A sender's mail may hold headers named like a relay's fields, which some relays add before
    /// their own: the last one counts.
    func bytes(_ name: String) -> [UInt8]? { fields.last { $0.name == name }?.bytes }

    /// A field as UTF-8.
    func text(_ name: String) -> String? { bytes(name).map { MailText.guessed($0) } }

    /// A field that holds JSON.
    func json(_ name: String) -> JSON? { bytes(name).flatMap { JSON(ifValid: $0) } }

    /// The files of the form, in their order.
    var files: [MailMessage.Attachment] {
        var kept = 0
        return fields.filter { $0.filename != nil }.prefix(MailLimits.attachments).map { field in
            let isKept = kept + field.bytes.count <= MailLimits.attachmentBytes
            if isKept { kept += field.bytes.count }
            let type = field.type.prefix { $0 != ";" }.trimmed.lowercased()
            return MailMessage.Attachment(
                name: field.filename ?? "", type: type, size: field.bytes.count, bytes: isKept ? field.bytes : [])
        }
    }

    /// The fields as an object of texts.
    var json: JSON {
        .members(fields.filter { $0.filename == nil }.map { ($0.name, .string(MailText.guessed($0.bytes))) })
    }
}
