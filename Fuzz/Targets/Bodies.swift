import Formats

/// What is JSON is the same to the tolerant reader, and what that reads can be written and read strictly.
@Sendable func fuzzTolerant(_ input: [UInt8]) {
    let strict = JSON(ifValid: input)
    guard let value = try? JSON(tolerating: input) else {
        return require(strict == nil, "JSON is not read as JSON where more is tolerated")
    }
    if let strict { require(strict == value, "\(strict.compact)\n\(value.compact)") }
    require(JSON(ifValid: value.bytes) == value, "what was written is read as something else: \(value.compact)")
}

/// Any bytes give parts that hold no more than they; bytes that are put into a form come out of it.
@Sendable func fuzzMultipart(_ input: [UInt8]) {
    for type in [
        "multipart/form-data; boundary=b", "multipart/form-data; boundary=\"-\r\n\"; charset=x", "multipart/mixed",
    ] {
        guard let form = Multipart(input, contentType: type) else { continue }
        require(form.parts.reduce(0) { $0 + $1.bytes.count } <= input.count, "more bytes than there were")
        require(form.parts.count <= Multipart.partsLimit, "\(form.parts.count) parts")
        for part in form.parts { _ = (part.text, part.filename, part.type) }
    }
    let boundary = "boundary-\(input.count)-of-the-form"
    guard !String(decoding: input, as: UTF8.self).contains(boundary) else { return }
    let head = "Content-Disposition: form-data; name=\"a\"\r\n\r\n"
    let body = Array("--\(boundary)\r\n\(head)".utf8) + input + Array("\r\n--\(boundary)--\r\n".utf8)
    let found = Multipart(body, contentType: "multipart/form-data; boundary=\(boundary)")
    require(found?.parts.map(\.bytes) == [input], "\(found?.parts.map(\.bytes.count) ?? []) bytes of \(input.count)")
}

/// Any bytes give no more fields than they have room for; a text that is encoded comes back.
@Sendable func fuzzForm(_ input: [UInt8]) {
    let items = HTTPTarget.items(of: input[...])
    require(items.count <= input.count { $0 == UInt8(ascii: "&") } + 1, "\(items.count) fields of \(input.count) bytes")
    let text = String(decoding: input, as: UTF8.self)
    var encoded = Array("a=".utf8)
    for byte in text.utf8 {
        encoded += Array("%".utf8) + [byte >> 4, byte & 15].map { $0 < 10 ? 0x30 + $0 : 0x37 + $0 }
    }
    let back = HTTPTarget.items(of: encoded[...])
    require(back == [HTTPTarget.QueryItem("a", text)], "\(back) of \(text)")
    for member in KeyValueText.lines(text) + KeyValueText.pairs(text) { _ = (member.name, member.value.string) }
}

/// Reading XML ends, within its limits, and gives something that can be written as JSON.
@Sendable func fuzzXML(_ input: [UInt8]) {
    guard let value = try? XMLReader.read(input) else { return }
    require(JSON(ifValid: value.bytes) == value, "what was written is read as something else: \(value.compact)")
}
