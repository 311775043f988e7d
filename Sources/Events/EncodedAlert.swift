public import Formats

/// What the alerts of one sender have in common, encoded: all of a record before its body, with room for receipt and time.
public struct AlertFrame: Sendable, Equatable {
    let bytes: [UInt8]

    /// Where receipt and time stand in a record: they come first, and are always as long.
    private static let receiptStart = TLVWriter.fieldBytes(16) - 16
    /// Where in a record the time begins at which it was received: eight bytes, little-endian.
    public static let timeStart = TLVWriter.fieldBytes(16) + TLVWriter.fieldBytes(8) - 8

    /// Takes from a record what it shares with others of its sender.
    public init(_ record: AlertRecord) {
        var writer = TLVWriter(reserving: TLVWriter.fieldBytes(16) + TLVWriter.fieldBytes(8) + record.frameBytes)
        writer.add(AlertRecord.Tag.receipt, record.receipt)
        writer.add(AlertRecord.Tag.receivedAt, record.receivedAt.milliseconds)
        record.encodeFrame(to: &writer)
        bytes = writer.bytes
    }

    /// Appends the record of an alert with this body, received when the frame says.
    public func append(_ receipt: Identifier, _ body: Span<UInt8>, to out: inout [UInt8]) {
        let start = out.count + AlertFrame.receiptStart
        out.append(bytes.span)
        unsafe out.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: receipt.high.bigEndian, toByteOffset: start, as: UInt64.self)
            unsafe $0.storeBytes(of: receipt.low.bigEndian, toByteOffset: start + 8, as: UInt64.self)
        }
        TLVWriter.append(AlertRecord.Tag.body, body, to: &out)
    }
}

/// An alert as the journal keeps it, up to the time at which it does: for those whose body is no longer there when it is written.
public struct EncodedAlert: Sendable, Equatable {
    /// The record as type-length-value fields.
    public let bytes: [UInt8]
    /// Bytes of the body.
    public let bodyBytes: Int
    /// Where the field of the body begins, which is the last one.
    private let bodyStart: Int

    /// Encodes a record whole.
    public init(_ record: AlertRecord) {
        self.init(record.receipt, AlertFrame(record), record.body.span)
    }

    /// Encodes an alert of which all else is encoded already.
    public init(_ receipt: Identifier, _ frame: AlertFrame, _ body: Span<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(frame.bytes.count + TLVWriter.fieldBytes(body.count))
        frame.append(receipt, body, to: &bytes)
        self.bytes = bytes
        bodyBytes = body.count
        bodyStart = frame.bytes.count
    }

    /// All but the body: `bytes` are this and then `bodyField`.
    public var head: ArraySlice<UInt8> { bytes[..<bodyStart] }

    /// The field of the body alone.
    public var bodyField: [UInt8] { Array(bytes[bodyStart...]) }
}
