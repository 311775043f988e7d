/// A file that came with an alert.
public struct EventFile: Sendable, Equatable {
    /// Its name: one that every PSA and every file system takes, never a path.
    public var name: String
    /// Its media type; empty where nobody said.
    public var type: String
    /// Its bytes.
    public var bytes: [UInt8]

    /// Files of one event that are kept.
    public static let countLimit = 20
    /// Bytes of all files of one event that are kept.
    public static let bytesLimit = 10 << 20
    private static let nameLength = 100

    /// Makes a file; whatever its sender calls it, its name becomes a safe one.
    public init(name: String, type: String, bytes: [UInt8]) {
        self.name = EventFile.safe(name)
        self.type = type
        self.bytes = bytes
    }

    /// Those that are kept of many: the first ones, within the limits. Empty ones say nothing and are left out.
    public static func kept(of files: [EventFile]) -> [EventFile] {
        var room = bytesLimit
        var kept: [EventFile] = []
        for file in files where kept.count < countLimit && !file.bytes.isEmpty && file.bytes.count <= room {
            kept.append(file)
            room -= file.bytes.count
        }
        return kept
    }

    private static func safe(_ name: String) -> String {
        let last = name.split { $0 == "/" || $0 == "\\" }.last ?? ""
        // Half of what changes the direction of a text would make an ending look like another one.
        let scalars = last.unicodeScalars.filter { scalar in
            scalar.value >= 0x20 && scalar.value != 0x7F && !"\"<>:|?*".unicodeScalars.contains(scalar)
                && !(0x200E...0x200F).contains(scalar.value) && !(0x202A...0x202E).contains(scalar.value)
                && !(0x2066...0x2069).contains(scalar.value)
        }
        var text = String(String.UnicodeScalarView(scalars))
        while let first = text.first, first == "." || first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        guard !text.isEmpty else { return "file" }
        guard text.count > nameLength else { return text }
        let ending = text.lastIndex(of: ".").map { String(text[$0...]) } ?? ""
        let kept = ending.count > 12 ? "" : ending
        return text.prefix(nameLength - kept.count) + kept
    }
}

extension Event {
    /// Takes what is kept of the files that came with the alert; what is not is said in the trace.
    public mutating func take(_ files: [EventFile]) {
        self.files = EventFile.kept(of: files)
        guard self.files.count < files.count else { return }
        remarks.append(
            TraceStep(
                .intake, saw: "\(files.count) files came with it",
                decided: "\(self.files.count) are attached: files that are empty, or beyond \(EventFile.countLimit) or "
                    + "\(EventFile.bytesLimit >> 20) MiB, are not"))
    }
}
