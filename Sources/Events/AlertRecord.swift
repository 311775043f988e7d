public import Formats

/// An alert as it was received: what the journal keeps, and all that deciding starts from.
public struct AlertRecord: Sendable, Equatable {
    /// The receipt that the sender was given.
    public var receipt: Identifier
    /// When it was accepted.
    public var receivedAt: Instant
    /// The name of the source, `api` for `POST /v1/alerts`.
    public var source: String
    /// The sender's address, without the port.
    public var peer: String
    /// What the sender calls this delivery (`Idempotency-Key`); nil where it says nothing.
    public var deliveryID: String?
    /// The body as it came.
    public var body: [UInt8]
    /// Headers that its source reads, in the order in which they came; none for `POST /v1/alerts`.
    public var headers: [Event.Field] = []
    /// The query as it was written, secrets overwritten.
    public var query = ""

    /// The first header of that name, in upper or lower case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    /// The journal's record type for alerts.
    public static let recordType: UInt8 = 1

    /// Makes a record.
    public init(
        receipt: Identifier, receivedAt: Instant, source: String, peer: String, deliveryID: String?, body: [UInt8]
    ) {
        self.receipt = receipt
        self.receivedAt = receivedAt
        self.source = source
        self.peer = peer
        self.deliveryID = deliveryID
        self.body = body
    }

    enum Tag {
        static let receipt: UInt8 = 1
        static let receivedAt: UInt8 = 2
        static let source: UInt8 = 3
        static let peer: UInt8 = 4
        static let deliveryID: UInt8 = 5
        static let body: UInt8 = 6
        static let query: UInt8 = 7
        /// A name, a NUL and a value.
        static let header: UInt8 = 8
    }

    /// The record as type-length-value fields.
    public var encoded: [UInt8] { EncodedAlert(self).bytes }

    /// How many bytes `encodeFrame` adds.
    var frameBytes: Int {
        var count = TLVWriter.fieldBytes(source.utf8.count) + TLVWriter.fieldBytes(peer.utf8.count)
        if let deliveryID { count += TLVWriter.fieldBytes(deliveryID.utf8.count) }
        if !query.isEmpty { count += TLVWriter.fieldBytes(query.utf8.count) }
        for header in headers {
            count += TLVWriter.fieldBytes(header.name.utf8.count + 1 + header.value.utf8.count)
        }
        return count
    }

    /// Adds all that stands between the time and the body.
    func encodeFrame(to writer: inout TLVWriter) {
        writer.add(Tag.source, source)
        writer.add(Tag.peer, peer)
        if let deliveryID { writer.add(Tag.deliveryID, deliveryID) }
        if !query.isEmpty { writer.add(Tag.query, query) }
        for header in headers { writer.add(Tag.header, name: header.name, value: header.value) }
    }

    /// Reads a record back; fields of later versions are skipped. Throws `TLVFault` for damage, and `AlertRecordFault`
    /// where the receipt is missing.
    public init(decoding bytes: [UInt8]) throws {
        var reader = TLVReader(bytes)
        var receipt: Identifier?
        self.init(
            receipt: Identifier(high: 0, low: 0), receivedAt: Instant(milliseconds: 0), source: "", peer: "",
            deliveryID: nil, body: [])
        while let field = try reader.next() {
            switch field.tag {
            case Tag.receipt: receipt = Identifier(bytes: field.value)
            case Tag.receivedAt: receivedAt = Instant(milliseconds: try field.int64())
            case Tag.source: source = try field.string()
            case Tag.peer: peer = try field.string()
            case Tag.deliveryID: deliveryID = try field.string()
            case Tag.body: body = field.bytes
            case Tag.query: query = try field.string()
            case Tag.header:
                let parts = try field.string().split(separator: "\u{0}", maxSplits: 1, omittingEmptySubsequences: false)
                headers.append(Event.Field(name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : ""))
            default: break
            }
        }
        guard let receipt else { throw AlertRecordFault.noReceipt }
        self.receipt = receipt
    }
}

/// Why a journal record is no alert.
public enum AlertRecordFault: Error, Sendable, Equatable, CustomStringConvertible {
    case noReceipt

    /// The sentence.
    public var description: String { "the record holds no receipt" }
}
