public import Formats

/// What the alerts of one sender have in common, encoded: all of a record before its body, with room for receipt and time.
public struct AlertFrame: Sendable, Equatable {
    let bytes: [UInt8]

    /// Takes from a record what it shares with others of its sender.
    public init(_ record: AlertRecord) {
        var writer = TLVWriter(reserving: TLVWriter.fieldBytes(16) + TLVWriter.fieldBytes(8) + record.frameBytes)
        writer.add(AlertRecord.Tag.receipt, record.receipt)
        writer.add(AlertRecord.Tag.receivedAt, record.receivedAt.milliseconds)
        record.encodeFrame(to: &writer)
        bytes = writer.bytes
    }
}

/// An alert as the journal keeps it, up to the time at which it does.
public struct EncodedAlert: Sendable, Equatable {
    /// The record as type-length-value fields.
    public private(set) var bytes: [UInt8]
    /// Bytes of the body.
    public let bodyBytes: Int
    /// Where the field of the body begins, which is the last one.
    private let bodyStart: Int

    /// Where receipt and time stand: they come first, and are always as long.
    private static let receiptStart = TLVWriter.fieldBytes(16) - 16
    private static let timeStart = TLVWriter.fieldBytes(16) + TLVWriter.fieldBytes(8) - 8

    /// Encodes a record whole.
    public init(_ record: AlertRecord) {
        self.init(
            receipt: record.receipt, receivedAt: record.receivedAt, frame: AlertFrame(record), body: record.body.span)
    }

    /// Encodes an alert of which all else is encoded already.
    public init(receipt: Identifier, receivedAt: Instant, frame: AlertFrame, body: Span<UInt8>) {
        bodyBytes = body.count
        bodyStart = frame.bytes.count
        var writer = TLVWriter(frame.bytes, reserving: TLVWriter.fieldBytes(body.count))
        writer.add(AlertRecord.Tag.body, body)
        writer.put(receipt, at: EncodedAlert.receiptStart)
        writer.put(UInt64(bitPattern: receivedAt.milliseconds), at: EncodedAlert.timeStart)
        bytes = writer.bytes
    }

    /// From now on the alert was received at that time.
    public mutating func stamp(_ receivedAt: Instant) {
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(
                of: receivedAt.milliseconds.littleEndian, toByteOffset: EncodedAlert.timeStart, as: Int64.self)
        }
    }

    /// All but the body: `bytes` are this and then `bodyField`.
    public var head: [UInt8] { Array(bytes[..<bodyStart]) }

    /// The field of the body alone.
    public var bodyField: [UInt8] { Array(bytes[bodyStart...]) }
}
