import Glibc

/// What `scripts/fuzz` runs: libFuzzer has the `main`, and calls this with each input. The variable ITP_FUZZ_TARGET picks the
/// target.
@_cdecl("LLVMFuzzerTestOneInput")
public func tryInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    chosen(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

private let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "heads": fuzzHeads, "chunked": fuzzChunked, "json": fuzzJSON, "tolerant": fuzzTolerant, "multipart": fuzzMultipart,
    "form": fuzzForm, "xml": fuzzXML, "templates": fuzzTemplates, "ini": fuzzINI, "segments": fuzzSegments,
]

private let chosen: @Sendable ([UInt8]) -> Void = {
    let name = getenv("ITP_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = targets[name] else {
        say("ITP_FUZZ_TARGET is one of \(targets.keys.sorted().joined(separator: " "))")
        exit(2)
    }
    return target
}()

/// Ends the run with what was found: libFuzzer keeps the input.
func require(_ holds: Bool, _ promise: @autoclosure () -> String) {
    guard !holds else { return }
    say("broken promise: \(promise())")
    abort()
}

private func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}
