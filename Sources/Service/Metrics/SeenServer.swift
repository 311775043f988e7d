import HTTPServer
import Platform

/// The HTTP server as its own pages see it, which are made before it and which it holds.
final class SeenServer: Sendable {
    private struct Seen: Sendable {
        weak var server: HTTPServer?
    }

    private let seen = Guarded(Seen())

    func look(at server: HTTPServer) { seen.with { $0.server = server } }

    /// What it has done; nothing before it is there.
    var stats: HTTPStats { seen.with { $0.server }?.stats ?? HTTPStats() }
}
