extension String {
    /// Whether the bytes of a phrase stand in the text one after the other.
    public func holds(_ phrase: String) -> Bool {
        var (text, phrase) = (self, phrase)
        return text.withUTF8 { text in
            phrase.withUTF8 { phrase in
                guard let first = phrase.first, text.count >= phrase.count else { return phrase.isEmpty }
                return (0...(text.count - phrase.count)).contains { start in
                    text[start] == first && phrase.indices.allSatisfy { text[start + $0] == phrase[$0] }
                }
            }
        }
    }
}

/// Words that are looked for together, in one pass through a text.
public struct WordSet: Sendable, Equatable {
    /// The words as they are written.
    public let words: [String]

    /// In small letters, the longest first, so that `8.1` goes before `8`.
    private let sought: [Sought]
    /// The ranks in `sought` of the words that begin with a byte: at most places of a text none does.
    private let beginning: [[Int]]
    /// Where words may begin with a byte.
    private let begins: [Begins]

    private enum Begins {
        case nowhere
        /// Only where no letter or digit stands before it.
        case asWord
        case anywhere
    }

    private struct Sought: Equatable {
        var bytes: [UInt8]
        var beginsAsPart: Bool
        var written: String
    }

    /// A set of words; empty ones are left out.
    public init(_ words: [String]) {
        self.words = words.filter { !$0.isEmpty }
        var sought: [Sought] = []
        for word in self.words {
            let small = word.lowercased()
            sought.append(
                Sought(
                    bytes: Array(small.utf8), beginsAsPart: small.unicodeScalars.first.map(isPart) ?? false,
                    written: word)
            )
        }
        self.sought = sought.enumerated().sorted {
            ($1.element.bytes.count, $0.offset) < ($0.element.bytes.count, $1.offset)
        }.map(\.element)
        var beginning = [[Int]](repeating: [], count: 256)
        for (rank, word) in self.sought.enumerated() { beginning[Int(word.bytes[0])].append(rank) }
        self.beginning = beginning
        begins = beginning.map { [sought = self.sought] ranks in
            ranks.isEmpty ? .nowhere : ranks.allSatisfy { sought[$0].beginsAsPart } ? .asWord : .anywhere
        }
    }

    /// The longest of the words that stand whole in a text, in any case: no letter or digit touches them. Of two that are alike
    /// long, the first that was given.
    public func longest(in text: String) -> String? {
        // Beyond ASCII a letter's case is more than a bit.
        let rank = text.hasOtherThanASCII ? text.lowercased().withBytes(first) : text.withBytes(first)
        return rank.map { sought[$0].written }
    }

    /// The rank of the first that stands in a text whose letters beyond ASCII are small.
    private func first(in text: UnsafeBufferPointer<UInt8>) -> Int? {
        var best = sought.count
        var isBehindPart = false
        for (start, byte) in text.enumerated() {
            let byte = lowercased(byte)
            let begins = begins[Int(byte)]
            if begins == .anywhere || begins == .asWord && !isBehindPart {
                for rank in beginning[Int(byte)] where rank < best && stands(sought[rank], at: start, in: text) {
                    best = rank
                }
            }
            isBehindPart = byte < 0x80 && isPart(Unicode.Scalar(byte))
        }
        return best < sought.count ? best : nil
    }

    private func stands(_ word: Sought, at start: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let end = start + word.bytes.count
        guard end <= text.count, word.bytes.indices.allSatisfy({ lowercased(text[start + $0]) == word.bytes[$0] })
        else {
            return false
        }
        let isTouchedBefore = word.beginsAsPart && scalar(before: start, in: text).map(isPart) ?? false
        return !isTouchedBefore && !(scalar(at: end, in: text).map(isPart) ?? false)
    }
}

/// The scalar that begins at an offset; nil at the end.
private func scalar(at offset: Int, in text: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
    guard offset < text.count else { return nil }
    if text[offset] < 0x80 { return Unicode.Scalar(text[offset]) }
    return String(decoding: text[offset..<min(offset + 4, text.count)], as: UTF8.self).unicodeScalars.first
}

/// The scalar that ends before an offset; nil at the start.
private func scalar(before offset: Int, in text: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
    var start = offset - 1
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    return start >= 0 ? scalar(at: start, in: text) : nil
}

/// Whether a scalar is a letter or a digit, which belong to a word.
private func isPart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "0"..."9", "a"..."z", "A"..."Z": true
    case _ where scalar.isASCII: false
    default: scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
