public import Events
public import Formats
public import Settings

/// Why a body is not what its source expects.
public struct DecodeFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence.
    public var description: String

    init(_ description: String) { self.description = description }
}

/// A source's body on its way to a document.
public enum BodyDecoder {
    /// A longer body is not searched for its template's text.
    static let templateLimit = 256 << 10

    /// The document of a request. Throws `DecodeFault` for the first step that fails.
    public static func document(of record: AlertRecord, _ decoding: SourceDecoding) throws(DecodeFault) -> JSON {
        var document = JSON.null
        for step in decoding.steps {
            if let place = step.place {
                document = try apply(step, place, document, decoding)
            } else {
                document = try body(record, step, decoding)
            }
        }
        guard let root = decoding.root else { return document }
        return root.value(in: document) ?? document
    }

    /// An item with the steps of `ItemDecode`.
    static func item(_ item: JSON, _ decoding: SourceDecoding) throws(DecodeFault) -> JSON {
        var item = item
        for step in decoding.itemSteps {
            item = try apply(step, step.place, item, decoding)
        }
        return item
    }

    /// The body as text, in its own character set.
    static func text(of record: AlertRecord) -> String {
        let charset = record.header("content-type").flatMap { parameter("charset", in: $0) } ?? "utf-8"
        return Charset.text(record.body, charset: charset)
    }

    private static func body(
        _ record: AlertRecord, _ step: SourceDecoding.Step, _ decoding: SourceDecoding
    ) throws(DecodeFault) -> JSON {
        var fault: DecodeFault?
        for format in step.formats {
            do throws(DecodeFault) {
                return try body(record, format, decoding)
            } catch {
                fault = fault ?? error
            }
        }
        if step.isOptional { return .string(text(of: record)) }
        throw fault ?? DecodeFault("no way of reading is named")
    }

    private static func body(
        _ record: AlertRecord, _ format: SourceDecoding.Format, _ decoding: SourceDecoding
    ) throws(DecodeFault) -> JSON {
        switch format {
        case .query:
            guard !record.query.isEmpty else { throw DecodeFault("the request has no query") }
            return object(HTTPTarget.items(of: Array(record.query.utf8)[...]))
        case .multipart:
            guard let form = Multipart(record.body, contentType: record.header("content-type") ?? "") else {
                throw DecodeFault("the body is no multipart form")
            }
            return .object(form.parts.map { JSON.Member($0.name, .string($0.filename == nil ? $0.text : "")) })
        case .json:
            let found = json(record.body, decoding) ?? json(Array(text(of: record).utf8), decoding)
            return try found.orFault(record.body)
        default:
            return try string(text(of: record), format, decoding)
        }
    }

    private static func apply(
        _ step: SourceDecoding.Step, _ place: JSONPath?, _ document: JSON, _ decoding: SourceDecoding
    ) throws(DecodeFault) -> JSON {
        var fault: DecodeFault?
        func change(_ value: JSON) -> JSON? {
            guard let text = value.string else { return nil }
            for format in step.formats {
                do throws(DecodeFault) {
                    return try string(text, format, decoding)
                } catch {
                    fault = fault ?? error
                }
            }
            return nil
        }
        let changed = place.map { $0.replacing(in: document, change) } ?? change(document) ?? document
        if let fault, !step.isOptional, changed == document { throw fault }
        return changed
    }

    private static func string(
        _ text: String, _ format: SourceDecoding.Format, _ decoding: SourceDecoding
    ) throws(DecodeFault) -> JSON {
        switch format {
        case .json:
            let bytes = Array(text.utf8)
            return try json(bytes, decoding).orFault(bytes)
        case .xml:
            do {
                return try XMLReader.read(Array(text.utf8))
            } catch {
                throw DecodeFault("the text is no XML: \(error)")
            }
        case .form, .query:
            guard text.contains("=") else { throw DecodeFault("the text is no form") }
            return object(HTTPTarget.items(of: Array(text.trimmed.utf8)[...]))
        case .base64:
            guard let bytes = Base64.decode(text.filter { !$0.isWhitespace }) else {
                throw DecodeFault("the text is no Base64")
            }
            return .string(Charset.text(bytes, charset: "utf-8"))
        case .kv: return .object(KeyValueText.lines(text))
        case .pairs: return .object(KeyValueText.pairs(text))
        case .text: return .string(text)
        case .multipart: throw DecodeFault("only a whole body can be multipart")
        }
    }

    private static func object(_ items: [HTTPTarget.QueryItem]) -> JSON {
        .object(items.map { JSON.Member($0.name, .string($0.value)) })
    }

    /// Strict, then as people write it, then by the template that they pasted; nil where none of it helps.
    private static func json(_ bytes: [UInt8], _ decoding: SourceDecoding) -> JSON? {
        if let json = JSON(ifValid: bytes) { return json }
        if decoding.isTolerant {
            do {
                return try JSON(tolerating: bytes)
            } catch {
                // The templates are the last way; what is wrong is said if they fail as well.
            }
        }
        guard bytes.count <= templateLimit else { return nil }
        for template in decoding.templates {
            if let json = template.filled(from: bytes) { return json }
        }
        return nil
    }
}

extension JSON? {
    /// The value, or what is wrong with the bytes that should have given one.
    fileprivate func orFault(_ bytes: [UInt8]) throws(DecodeFault) -> JSON {
        if let self { return self }
        do throws(JSONFault) {
            return try JSON(parsing: bytes)
        } catch {
            throw DecodeFault("the body is no JSON: \(error)")
        }
    }
}
