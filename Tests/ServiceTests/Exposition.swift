import Testing

/// A strict reader of Prometheus' text form (version 0.0.4): it takes no more than its description allows, and also holds the
/// conventions for names.
struct Exposition {
    struct Family {
        var kind: String
        var help: String
        var samples: [Sample] = []
    }

    struct Sample {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    private(set) var families: [(name: String, family: Family)] = []
    /// What is wrong with the text.
    private(set) var complaints: [String] = []

    init(_ text: String) {
        if !text.hasSuffix("\n") { complaints.append("the last line does not end") }
        var help: (name: String, text: String)?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
            if line.hasPrefix("# HELP "), words.count == 4 {
                help = (words[2], words[3])
            } else if line.hasPrefix("# TYPE "), words.count == 4 {
                if help?.name != words[2] { complaints.append("no HELP before: \(line)") }
                begin(words[2], words[3], help?.text ?? "")
                help = nil
            } else {
                take(String(line))
            }
        }
        for (name, family) in families where family.kind == "histogram" { checkHistogram(name, family) }
    }

    subscript(name: String) -> Family? { families.first { $0.name == name }?.family }

    /// The value of a series.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.flatMap(\.family.samples).first { $0.name == name && $0.labels == labels }?.value
    }

    private mutating func begin(_ name: String, _ kind: String, _ help: String) {
        if families.contains(where: { $0.name == name }) { complaints.append("\(name) comes twice") }
        if !["counter", "gauge", "histogram"].contains(kind) { complaints.append("\(name): no such type: \(kind)") }
        if !help.hasSuffix(".") { complaints.append("\(name): the help is no sentence") }
        if (kind == "counter") != name.hasSuffix("_total") { complaints.append("\(name): a \(kind) of that name") }
        if ["_ms", "milliseconds", "_bucket", "_count", "_sum"].contains(where: { name.hasSuffix($0) }) {
            complaints.append("\(name): an ending that is not ours to use")
        }
        let isName = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
        if !isName { complaints.append("\(name): not a name") }
        families.append((name, Family(kind: kind, help: help)))
    }

    private mutating func take(_ line: String) {
        guard let sample = Exposition.sample(line), let last = families.indices.last else {
            complaints.append("not a sample: \(line)")
            return
        }
        let (name, kind) = (families[last].name, families[last].family.kind)
        let names = kind == "histogram" ? ["_bucket", "_sum", "_count"].map { name + $0 } : [name]
        if !names.contains(sample.name) { complaints.append("\(sample.name) stands below \(name)") }
        if families[last].family.samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels }) {
            complaints.append("the series comes twice: \(line)")
        }
        if kind != "gauge", sample.value < 0 { complaints.append("below zero: \(line)") }
        families[last].family.samples.append(sample)
    }

    private mutating func checkHistogram(_ name: String, _ family: Family) {
        let groups = Dictionary(grouping: family.samples) { $0.labels.filter { $0.key != "le" } }
        for (labels, samples) in groups {
            let buckets = samples.filter { $0.name == name + "_bucket" }
            let counts = buckets.map(\.value)
            let bounds = buckets.compactMap { Double($0.labels["le"]?.replacing("+Inf", with: "inf") ?? "") }
            if counts != counts.sorted() || bounds != bounds.sorted() || bounds.count != buckets.count {
                complaints.append("\(name) \(labels): the buckets do not rise")
            }
            let count = samples.first { $0.name == name + "_count" }?.value
            if bounds.last != .infinity || counts.last != count
                || !samples.contains(where: { $0.name == name + "_sum" })
            {
                complaints.append("\(name) \(labels): not whole")
            }
        }
    }

    /// `name{label="value",…} number`.
    private static func sample(_ line: String) -> Sample? {
        var rest = line[...]
        let name = rest.prefix { $0.isLetter || $0 == "_" }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let label = rest.prefix { $0.isLetter || $0 == "_" }
                rest = rest.dropFirst(label.count)
                guard !label.isEmpty, rest.hasPrefix("=\""), labels[String(label)] == nil else { return nil }
                rest = rest.dropFirst(2)
                guard let value = text(&rest) else { return nil }
                labels[String(label)] = value
                if rest.first == "," { rest = rest.dropFirst() } else if rest.first != "}" { return nil }
            }
            rest = rest.dropFirst()
        }
        guard !name.isEmpty, rest.first == " ", let value = Double(rest.dropFirst()), value.isFinite else { return nil }
        return Sample(name: String(name), labels: labels, value: value)
    }

    /// A label's value up to its closing quote.
    private static func text(_ rest: inout Substring) -> String? {
        var value = ""
        while let next = rest.popFirst() {
            switch next {
            case "\"": return value
            case "\\":
                switch rest.popFirst() {
                case "n": value += "\n"
                case "\\": value += "\\"
                case "\"": value += "\""
                default: return nil
                }
            default: value.append(next)
            }
        }
        return nil
    }
}
