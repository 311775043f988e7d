/// The journal's limits; each is a number of its own unit.
public struct JournalLimits: Sendable, Equatable {
    /// The largest payload of a record: 64 MiB.
    public static let recordBytes = 64 << 20

    /// What is longer than this should go to the stream of bodies: 256 KiB.
    public static let smallBytes = 256 << 10

    /// A batch that would make a segment longer than this begins a new one: 64 MiB. (`SegmentSize`)
    public var segmentBytes = 64 << 20
    /// A segment that has taken in so much has a spare prepared for the next one: 1 MiB. A journal that stays smaller never
    /// costs the disk more than its records.
    public var spareAfterBytes = 1 << 20
    /// Spares that may be ready at once, 1 at least: 4. What a burst of alerts fills comes from them, so that no zeroes are
    /// written beside it.
    public var spares = 4
    /// What is read from a segment at once: 256 KiB.
    public var readChunkBytes = 256 << 10

    /// The limits as they are by default.
    public init() {}

    /// The limits for segments of this size, in bytes, in a journal that may have so many; nil where it has no limit.
    public init(segmentBytes: Int, maxBytes: Int?) {
        self.segmentBytes = segmentBytes
        spareAfterBytes = min(spareAfterBytes, segmentBytes / 4)
        // Zeroes are not counted as the journal's: they stay small beside it.
        if let maxBytes { spares = max(1, min(spares, maxBytes / 8 / max(1, segmentBytes))) }
    }
}
