/// A compiled time zone file (RFC 8536, version 2 and later): when a zone's offset from UTC changes.
public struct TZif: Sendable, Equatable {
    /// From a moment on, another offset holds.
    public struct Change: Sendable, Equatable {
        /// The moment, in seconds since 1970.
        public var at: Int64
        /// Seconds to add to UTC from then on.
        public var offset: Int

        /// Makes a change.
        public init(at: Int64, offset: Int) {
            self.at = at
            self.offset = offset
        }
    }

    /// What is wrong with a file.
    public struct Fault: Error, Sendable, Equatable {
        /// Half a sentence.
        public var what: String

        /// Makes a fault.
        public init(what: String) { self.what = what }
    }

    /// The changes on record, ascending.
    public private(set) var changes: [Change] = []
    /// The offset before the first change.
    public private(set) var first = 0
    /// The rule for the time after the last change, as a POSIX TZ string; empty where there is none.
    public private(set) var footer = ""
    /// Whether the file's times count leap seconds, which nobody else's do.
    public private(set) var countsLeapSeconds = false

    /// No moment of a file lies further from 1970 than this; the oldest that is written is the big bang's.
    private static let mostSeconds: Int64 = 1 << 60
    /// No offset is larger (RFC 8536, section 3.2).
    private static let offsets = -89_999...93_599

    /// Reads a file's bytes.
    public init(parsing bytes: [UInt8]) throws(Fault) {
        let old = try Header(bytes, at: 0)
        guard old.version >= 2 else { throw Fault(what: "version 1 has no 64-bit times and no rule for the future") }
        let start = Header.bytes + old.dataBytes(timeBytes: 4)
        let header = try Header(bytes, at: start)
        let body = start + Header.bytes
        let end = body + header.dataBytes(timeBytes: 8)
        guard bytes.count > end, bytes[end] == 0x0A, let last = bytes[(end + 1)...].firstIndex(of: 0x0A) else {
            throw Fault(what: "the file is cut short")
        }
        footer = String(decoding: bytes[(end + 1)..<last], as: UTF8.self)
        countsLeapSeconds = header.leaps > 0
        try read(bytes, body, header)
    }

    private mutating func read(_ bytes: [UInt8], _ body: Int, _ header: Header) throws(Fault) {
        let indices = body + header.times * 8
        let types = indices + header.times
        let offsets = (0..<header.types).map { index in
            Int(Int32(truncatingIfNeeded: TZif.number(bytes, types + index * 6, 4)))
        }
        guard let first = offsets.first, offsets.allSatisfy({ TZif.offsets.contains($0) }) else {
            throw Fault(what: "an offset from UTC is missing or impossible")
        }
        self.first = first
        changes.reserveCapacity(header.times)
        for index in 0..<header.times {
            let at = Int64(bitPattern: TZif.number(bytes, body + index * 8, 8))
            let type = Int(bytes[indices + index])
            guard type < offsets.count, abs(at.clamped) < TZif.mostSeconds, at > changes.last?.at ?? Int64.min else {
                throw Fault(what: "the changes are out of order or name no offset")
            }
            changes.append(Change(at: at, offset: offsets[type]))
        }
    }

    /// The bytes of a file that holds nothing but a rule, for instance `UTC0`: a zone given by a POSIX TZ string.
    public static func bytes(rule: String) -> [UInt8] {
        // One type (offset 0, no summer time, name at 0) and the four characters of its name; no times.
        let counts: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4]
        let header = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts
        let part = header + [UInt8](repeating: 0, count: 6) + Array("UTC\0".utf8)
        return part + part + Array("\n\(rule)\n".utf8)
    }

    /// A big-endian number; a four-byte one is not sign-extended.
    private static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
        bytes[at..<at + count].reduce(0) { $0 << 8 | UInt64($1) }
    }

    private struct Header {
        static let bytes = 44
        /// No zone has nearly so many of anything; larger numbers are damage, and must not be added up.
        static let mostOfAnything = 1 << 20

        var version: Int
        /// Universal, standard, leaps, times, types, characters: as they stand in the file.
        private var counts: [Int]

        var leaps: Int { counts[2] }
        var times: Int { counts[3] }
        var types: Int { counts[4] }

        init(_ bytes: [UInt8], at: Int) throws(Fault) {
            guard bytes.count >= at + Header.bytes, bytes[at..<at + 4].elementsEqual("TZif".utf8) else {
                throw Fault(what: "it is no compiled time zone")
            }
            version = Int(bytes[at + 4]) - 0x30
            counts = (0..<6).map { Int(TZif.number(bytes, at + 20 + $0 * 4, 4)) }
            guard counts.allSatisfy({ $0 <= Header.mostOfAnything }) else {
                throw Fault(what: "it claims an impossible size")
            }
        }

        func dataBytes(timeBytes: Int) -> Int {
            times * (timeBytes + 1) + types * 6 + counts[5] + leaps * (timeBytes + 4) + counts[1] + counts[0]
        }
    }
}

extension Int64 {
    /// The number, but for the one that has no absolute value.
    fileprivate var clamped: Int64 { Swift.max(self, -Int64.max) }
}
