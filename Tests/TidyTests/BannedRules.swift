/// A call that is not made here, and what to use instead.
struct Ban {
    var text: String
    var instead: String
    /// Paths below which it is allowed.
    var allowedBelow: [String] = []
    /// Where not empty, the paths below which alone it is banned.
    var onlyBelow: [String] = []

    static let all = [
        Ban(text: "Date()", instead: "an Instant from the Clock"),
        Ban(
            text: "DispatchQueue.global",
            instead: "a SystemThread or a queue of its own; blocked jobs stall the shared one"),
        Ban(text: "try!", instead: "an error that the caller can handle"),
        Ban(text: "as!", instead: "`as?` with an answer for the other case"),
        Ban(text: "fatalError(", instead: "an error; what comes from outside must never end the process"),
        Ban(text: "sleep(", instead: "a row with a due time, or in a test a signal from the other side"),
        Ban(text: "usleep(", instead: "a row with a due time, or in a test a signal from the other side"),
        Ban(text: "nanosleep(", instead: "a row with a due time, or in a test a signal from the other side"),
        Ban(text: "print(", instead: "the Log; only commands print", allowedBelow: ["Sources/itp/"]),
        Ban(text: "XCTest", instead: "Swift Testing"),
        Ban(text: "ContinuousClock", instead: "the Clock"),
        Ban(text: "SuspendingClock", instead: "the Clock"),
        Ban(
            text: ".now()", instead: "an Instant that the shell hands over",
            onlyBelow: Layers.core.map { "Sources/\($0)/" }),
    ]
}

/// Banned calls in a source.
func banComplaints(_ path: String, _ text: String) -> [String] {
    let code = codeOnly(text)
    return Ban.all.flatMap { ban -> [String] in
        if ban.allowedBelow.contains(where: { path.hasPrefix($0) }) { return [] }
        if !ban.onlyBelow.isEmpty, !ban.onlyBelow.contains(where: { path.hasPrefix($0) }) { return [] }
        return occurrences(of: ban.text, in: code).map { offset in
            "\(path):\(line(of: offset, in: code)): \(ban.text) is not used here; use \(ban.instead)"
        }
    }
}

/// Notes of work left to do that name no issue, in any text.
func openNoteComplaints(_ path: String, _ text: String) -> [String] {
    let bytes = Array(text.utf8)
    // Put together here, so that this file itself does not hold them.
    return ["TO" + "DO", "FIX" + "ME"].flatMap { word -> [String] in
        occurrences(of: word, in: bytes).compactMap { offset in
            let rest = bytes[(offset + word.utf8.count)...]
            if rest.starts(with: "(#".utf8), rest.dropFirst(2).first.map({ $0 >= 0x30 && $0 <= 0x39 }) == true {
                return nil
            }
            return "\(path):\(line(of: offset, in: bytes)): \(word) without an issue; write \(word)(#12), or do it"
        }
    }
}

/// Paths of somebody's own machine, in any text.
func machinePathComplaints(_ path: String, _ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return ["wo" + "rk", "tmp/h-", "ro" + "ot"].flatMap { folder -> [String] in
        let wanted = Array("/\(folder)".utf8)
        return occurrences(of: "/\(folder)", in: bytes).compactMap { offset in
            // A part of a longer path or address is no path of a machine.
            if offset > 0, isWord(bytes[offset - 1]) || "./}*~".utf8.contains(bytes[offset - 1]) { return nil }
            let following = bytes.dropFirst(offset + wanted.count).first ?? 0x0A
            if folder.utf8.last != UInt8(ascii: "-"), isWord(following) || following == UInt8(ascii: "-") { return nil }
            return "\(path):\(line(of: offset, in: bytes)): names /\(folder), a folder of one machine"
        }
    }
}
