import Platform

/// Which bodies there are: what the headers of their stream say, without reading it.
struct BodyIndex {
    /// What is known of a body.
    enum Place: Equatable {
        case kept
        /// Settled and removed, or given up by a repair.
        case gone
        /// It should be there.
        case missing
    }

    /// In order.
    private let headers: [SegmentHeader]
    /// The last body.
    let last: UInt64

    init(_ headers: [SegmentHeader], last: UInt64) {
        self.headers = headers
        self.last = last
    }

    init(_ writer: JournalWriter) { self.init(writer.segments.map(\.header), last: writer.durableSequence) }

    /// Where the body of a record is. `isUnsettled` says that the record is known not to be settled; otherwise, of what stands
    /// before the first segment, it is enough that the record had its place when that was made.
    func place(of body: UInt64, record: UInt64, isUnsettled: Bool = false) -> Place {
        if body == 0 { return .missing }
        let following = headers.firstIndex { $0.firstSequence > body } ?? headers.endIndex
        if following == headers.endIndex { return headers.isEmpty || body > last ? .missing : .kept }
        let next = headers[following]
        if body >= next.firstSequence - next.lostBefore { return .gone }
        if following > headers.startIndex { return .kept }
        return record <= next.ledgerWatermark && !isUnsettled ? .gone : .missing
    }
}

/// Reads bodies in order; to go back costs opening the segment again.
struct BodyReader: Sendable {
    private let folder: JournalFolder
    private var cursor: SegmentCursor?

    init(_ folder: JournalFolder) { self.folder = folder }

    /// The body of that number, which belongs to that record; nil where it is settled and gone, or given up.
    mutating func body(_ number: UInt64, of record: UInt64) throws(JournalError) -> [UInt8]? {
        if let found = try look(for: number) { return found }
        // The cursor may stand in a segment that another has followed meanwhile.
        cursor = nil
        let firsts = try folder.firstSequences()
        var headers: [SegmentHeader] = []
        if let first = firsts.last(where: { $0 <= number }) {
            let entered = try folder.cursor(first)
            cursor = entered
            if let found = try look(for: number) { return found }
            headers.append(entered.segment.header)
        }
        guard let next = firsts.first(where: { $0 > number }) else { throw missing(number, record) }
        headers.append(try folder.open(next).segment.header)
        let index = BodyIndex(headers, last: next)
        guard index.place(of: number, record: record) == .gone else { throw missing(number, record) }
        return nil
    }

    /// Goes on in the present segment; nil if it is not there.
    private mutating func look(for number: UInt64) throws(JournalError) -> [UInt8]? {
        guard var here = cursor, here.expected <= number else { return nil }
        while here.expected <= number {
            switch try here.step() {
            case .record(let header):
                cursor = here
                if header.sequence == number { return here.record(header).payload }
            case .end: return nil
            case .invalid(let damage): throw .damaged(file: here.segment.path, offset: here.offset, damage)
            }
        }
        return nil
    }

    private func missing(_ number: UInt64, _ record: UInt64) -> JournalError {
        .bodyMissing(sequence: record, body: number, folder: folder.path)
    }
}
