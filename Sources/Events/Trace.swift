import Formats

/// What the stages saw and decided of one event, written down as it happens in the form in which the ledger keeps it: a JSON
/// array with an array `[stage, saw, decided]` for each step, and `file, line, rule` after it where a line of the
/// configuration decided. Every event makes one; its words go straight to their place.
public struct Trace: Sendable {
    /// The array, whose steps end at `count`; after its end the room for more.
    private var bytes: [UInt8] = []
    private var count = 0
    /// The lines of the configuration that decided, as `file:line`, in the order of the steps.
    public private(set) var places: [String] = []

    /// How many bytes most traces fit into.
    private static let usualBytes = 2048
    /// How many lines of the configuration most traces name at most.
    private static let usualPlaces = 6

    /// Makes an empty trace.
    public init() { makeRoom(Trace.usualBytes) }

    /// Adds a step.
    public mutating func note(_ stage: StageName, saw: String, _ decided: String, _ rule: RuleReference? = nil) {
        step(stage, rule) { words in
            words.saw(saw)
            words.decided(decided)
        }
    }

    /// Adds a step that was made elsewhere.
    public mutating func append(_ step: TraceStep) { note(step.stage, saw: step.saw, step.decided, step.rule) }

    /// Adds a step whose words are made of pieces. `tell` says what was seen, then what was decided; it is called again where
    /// the room was too small.
    public mutating func step(_ stage: StageName, _ rule: RuleReference? = nil, _ tell: (inout TraceWords) -> Void) {
        let start = count
        while true {
            let needed = bytes.withUnsafeMutableBytes { room in
                var words = TraceWords(UnsafeMutableRawBufferPointer(rebasing: room[start...]))
                words.begin(stage, isFirst: start == 0)
                tell(&words)
                words.end(rule)
                return words.count
            }
            guard needed > bytes.count - start else {
                // The next step takes the place of the array's end.
                count = start + needed - 1
                break
            }
            makeRoom(max(needed, bytes.count))
        }
        guard let rule else { return }
        if places.isEmpty { places.reserveCapacity(Trace.usualPlaces) }
        places.append(rule.place)
    }

    private mutating func makeRoom(_ more: Int) {
        let old = bytes
        bytes = Array(unsafeUninitializedCapacity: old.count + more) { room, count in
            // All of it counts as written from here on, so all of it is.
            let raw = UnsafeMutableRawBufferPointer(room)
            raw.initializeMemory(as: UInt8.self, repeating: 0)
            old.withUnsafeBytes { raw.copyMemory(from: $0) }
            count = room.count
        }
    }

    /// The trace as the ledger keeps it.
    public var compact: String { count == 0 ? "[]" : String(decoding: bytes[...count], as: UTF8.self) }

    /// The steps, read back.
    public var steps: [TraceStep] { JSON(ifValid: Array(compact.utf8)).map(TraceStep.steps) ?? [] }
}

extension Trace: Equatable {
    /// Whether the same has been written, whatever room there is for more.
    public static func == (left: Trace, right: Trace) -> Bool {
        left.bytes[..<left.count] == right.bytes[..<right.count]
    }
}

/// The words of one step on their way into a trace.
public struct TraceWords {
    private let room: UnsafeMutableRawBufferPointer
    /// How many bytes there are, also those that had no room.
    fileprivate private(set) var count = 0
    /// Where the words begin that are being said.
    private var start = 0
    private var isDeciding = false

    fileprivate init(_ room: UnsafeMutableRawBufferPointer) { self.room = room }

    fileprivate mutating func begin(_ stage: StageName, isFirst: Bool) {
        append(isFirst ? "[[\"" : ",[\"")
        append(stage.rawValue)
        append("\",\"")
        start = count
    }

    /// Ends the step, and the array.
    fileprivate mutating func end(_ rule: RuleReference?) {
        decides()
        escape()
        guard let rule else { return append("\"]]") }
        append("\",")
        append(rule.coded)
        append("]]")
    }

    /// What the stage looked at, or more of it.
    @inlinable @inline(__always)
    public mutating func saw(
        _ first: String, _ second: String = "", _ third: String = "", _ fourth: String = "", _ fifth: String = "",
        _ sixth: String = "", _ seventh: String = "", _ eighth: String = ""
    ) {
        append(first)
        if !second.isEmpty { append(second) }
        if !third.isEmpty { append(third) }
        if !fourth.isEmpty { append(fourth) }
        if !fifth.isEmpty { append(fifth) }
        if !sixth.isEmpty { append(sixth) }
        if !seventh.isEmpty { append(seventh) }
        if !eighth.isEmpty { append(eighth) }
    }

    /// What it made of that, or more of it. Nothing is seen any more after this.
    @inlinable @inline(__always)
    public mutating func decided(
        _ first: String, _ second: String = "", _ third: String = "", _ fourth: String = "", _ fifth: String = "",
        _ sixth: String = "", _ seventh: String = "", _ eighth: String = ""
    ) {
        decides()
        saw(first, second, third, fourth, fifth, sixth, seventh, eighth)
    }

    @usableFromInline mutating func decides() {
        guard !isDeciding else { return }
        isDeciding = true
        escape()
        append("\",\"")
        start = count
    }

    @usableFromInline mutating func append(_ text: borrowing String) {
        let isTaken: Void? = text.utf8.withContiguousStorageIfAvailable { take(UnsafeRawBufferPointer($0)) }
        if isTaken == nil { Array(text.utf8).withUnsafeBytes { take($0) } }
    }

    // In its place: it is the greater part of what a piece of a trace costs.
    @inline(__always)
    private mutating func take(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count <= room.count - count, let from = bytes.baseAddress, let to = room.baseAddress {
            (to + count).copyMemory(from: from, byteCount: bytes.count)
        }
        count += bytes.count
    }

    /// Gives what has been said since `start` the escapes of JSON. It is looked at as a whole, as hardly any words need one.
    private mutating func escape() {
        guard count <= room.count else { return }
        let said = UnsafeRawBufferPointer(rebasing: room[start..<count])
        guard JSON.needsEscapes(said) else { return }
        var escaped: [UInt8] = []
        JSON.escape(said, into: &escaped)
        count = start
        escaped.withUnsafeBytes { take($0) }
    }
}
