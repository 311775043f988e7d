import HTTPServer

/// Writes measurements in the text form that Prometheus reads (version 0.0.4).
struct MetricsText {
    enum Kind: String {
        case counter, gauge, histogram
    }

    typealias Labels = [(name: String, value: String)]

    private var text = ""
    private var name = ""

    /// Begins a family; its samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// A sample of the family.
    mutating func sample(_ value: some BinaryInteger, _ labels: Labels = []) { write("", labels, "\(value)") }

    /// A sample of the family.
    mutating func sample(_ value: Double, _ labels: Labels = []) { write("", labels, "\(value)") }

    /// A family with a single sample.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
        family(name, kind, help)
        sample(value)
    }

    /// A histogram of the family, in seconds.
    mutating func histogram(_ histogram: Histogram, _ labels: Labels = []) {
        var below = 0
        for (step, bound) in histogram.bounds.enumerated() {
            below += histogram.counts[step]
            write("_bucket", labels + [("le", MetricsText.seconds(bound))], "\(below)")
        }
        write("_bucket", labels + [("le", "+Inf")], "\(histogram.count)")
        write("_sum", labels, MetricsText.seconds(histogram.sumNanoseconds))
        write("_count", labels, "\(histogram.count)")
    }

    static func seconds(_ nanoseconds: UInt64) -> String { "\(Double(nanoseconds) / 1_000_000_000)" }

    private mutating func write(_ suffix: String, _ labels: Labels, _ value: String) {
        text += name + suffix
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.name)=\"\(MetricsText.escaped($0.value))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\"", with: "\\\"")
    }

    var response: HTTPResponse {
        HTTPResponse(
            status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
            body: Array(text.utf8))
    }
}
