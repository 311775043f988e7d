import CFuzzer
import Glibc

/// `itp-fuzz TARGET [libFuzzer's own arguments]`: see `make fuzz`.
let targets: [String: ([UInt8]) -> Void] = [
    "heads": fuzzHeads, "chunked": fuzzChunked, "segments": fuzzSegments, "json": fuzzJSON, "ini": fuzzINI,
]

nonisolated(unsafe) var chosen: ([UInt8]) -> Void = { _ in }

guard CommandLine.arguments.count > 1, let target = targets[CommandLine.arguments[1]] else {
    fputs("usage: itp-fuzz \(targets.keys.sorted().joined(separator: "|")) [-max_total_time=N] [FOLDER…]\n", stderr)
    exit(2)
}
chosen = target

// libFuzzer sees the arguments without the target's name.
var arguments: [UnsafeMutablePointer<CChar>?] = ([CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2))
    .map { strdup($0) }
var count = Int32(arguments.count)
arguments.append(nil)
arguments.withUnsafeMutableBufferPointer { list in
    var start = list.baseAddress
    let code = LLVMFuzzerRunDriver(&count, &start) { bytes, count in
        chosen(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    }
    exit(code)
}

/// Ends the run with what was found: libFuzzer keeps the input.
func require(_ holds: Bool, _ promise: @autoclosure () -> String) {
    guard !holds else { return }
    fputs("broken promise: \(promise())\n", stderr)
    abort()
}
