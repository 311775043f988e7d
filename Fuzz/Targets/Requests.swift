import Formats

/// A head is the same whole and in two pieces, cut anywhere; what is taken can be asked for everything.
@Sendable func fuzzHeads(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = Array(input.dropFirst())
    var parser = HTTPHeadParser(maxBytes: 4096)
    let whole = parser.parse(bytes.span)
    let cut = bytes.isEmpty ? 0 : Int(first) % (bytes.count + 1)
    var other = HTTPHeadParser(maxBytes: 4096)
    var pieces = other.parse(bytes.span.extracting(0..<cut))
    if pieces == .incomplete { pieces = other.parse(bytes.span) }
    require(pieces == whole, "whole \(whole), cut at \(cut) \(pieces)")
    guard case .complete(let head, let consumed) = whole else { return }
    require(consumed > 0 && consumed <= bytes.count, "\(consumed) of \(bytes.count) bytes")
    let target = head.target
    require(head.method.utf8.count > 0 && !target.rawPath.isEmpty, "a request without a method or a path")
    _ = (target.path, target.segments, target.queryItems, head.headers)
    for name in head.headers.map(\.name) { require(head.value(of: name) != nil, "no \(name)") }
    // Whoever reads the same bytes as lines sees the same framing.
    let lengths = head.values(of: "Content-Length").count
    let encodings = head.values(of: "Transfer-Encoding").count
    require(lengths + encodings <= 1, "\(lengths) lengths and \(encodings) encodings")
    require((head.framing == .chunked) == (encodings == 1), "the framing is not that of the headers")
}

/// A chunked body is the same whole and in pieces, and never larger than it may be.
@Sendable func fuzzChunked(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = Array(input.dropFirst())
    var (decoder, body) = (HTTPChunkedDecoder(maxBodyBytes: 1000), [UInt8]())
    let whole = decoder.feed(bytes.span, into: &body)
    require(body.count <= 1000, "\(body.count) bytes")
    var (other, pieces) = (HTTPChunkedDecoder(maxBodyBytes: 1000), [UInt8]())
    var (at, last) = (0, HTTPChunkProgress.incomplete)
    let step = Int(first) % 7 + 1
    while at < bytes.count, last == .incomplete {
        let end = min(bytes.count, at + step)
        last = other.feed(bytes.span.extracting(at..<end), into: &pieces)
        if case .finished(let consumed) = last { last = .finished(consumed: at + consumed) }
        at = end
    }
    require(last == whole, "whole \(whole), in steps of \(step) \(last)")
    if case .invalid = whole { return }
    require(pieces == body, "another body in steps of \(step)")
}
