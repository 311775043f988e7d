import Formats
import HTTPServer

/// A file of the dashboard, which stands in `Dashboard/` and is part of the program.
struct DashboardFile: Sendable {
    let name: String
    let text: String

    init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    /// The file at that path: the page itself, or what it refers to; nil where there is none.
    static func at(_ path: String) -> DashboardFile? { path == "/" ? .indexHTML : byPath[path] }

    private static let byPath = Dictionary(
        uniqueKeysWithValues: all.filter { $0.name != indexHTML.name }.map { ("/assets/" + $0.name, $0) })

    /// Nothing but what comes from here is loaded or run, and no other site may show the page as its own.
    private static let policy =
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    var response: HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", type), ("Cache-Control", "no-cache"),
                ("Content-Security-Policy", DashboardFile.policy),
                ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                ("Cross-Origin-Opener-Policy", "same-origin"),
            ], body: Array(text.utf8))
    }

    private var type: String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
