import Testing

@testable import Platform

struct InheritedSocketTests {
    @Test(
        "sockets are taken over only where they are meant for this process",
        arguments: [
            (["LISTEN_PID": "7", "LISTEN_FDS": "2"], 3..<5), (["LISTEN_PID": "8", "LISTEN_FDS": "2"], 3..<3),
            (["LISTEN_FDS": "2"], 3..<3), (["LISTEN_PID": "7"], 3..<3),
            (["LISTEN_PID": "7", "LISTEN_FDS": "0"], 3..<3),
            (["LISTEN_PID": "7", "LISTEN_FDS": "-1"], 3..<3), (["LISTEN_PID": "7", "LISTEN_FDS": "9999"], 3..<3),
            (["LISTEN_PID": "7x", "LISTEN_FDS": "1"], 3..<3),
        ] as [([String: String], Range<Int32>)])
    func meant(environment: [String: String], descriptors: Range<Int32>) {
        #expect(InheritedSockets.descriptors(for: 7) { environment[$0] } == descriptors)
    }

    @Test("without systemd there are none")
    func none() { #expect(InheritedSockets.take().isEmpty) }
}
