extension String {
    /// Whether the bytes of a phrase stand in the text one after the other.
    public func holds(_ phrase: String) -> Bool {
        finds(phrase) { _, _ in true }
    }

    /// Whether a word stands in the text as a whole: no letter or digit touches it.
    public func holdsWord(_ word: String) -> Bool {
        let beginsAsPart = word.unicodeScalars.first.map(isPart) ?? false
        return finds(word) { text, place in
            let before = beginsAsPart ? scalar(before: place.lowerBound, in: text).map(isPart) ?? false : false
            return !before && !(scalar(at: place.upperBound, in: text).map(isPart) ?? false)
        }
    }

    /// Whether one of the places where a phrase stands is accepted.
    private func finds(
        _ phrase: String, _ accepts: (UnsafeBufferPointer<UInt8>, Range<Int>) -> Bool
    ) -> Bool {
        var (text, phrase) = (self, phrase)
        return text.withUTF8 { text in
            phrase.withUTF8 { phrase in
                guard let first = phrase.first, text.count >= phrase.count else { return phrase.isEmpty }
                for start in 0...(text.count - phrase.count) where text[start] == first {
                    let isHere = phrase.indices.allSatisfy { text[start + $0] == phrase[$0] }
                    if isHere, accepts(text, start..<start + phrase.count) { return true }
                }
                return false
            }
        }
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
