import Formats
import HTTPServer

/// What is said about methods, whatever the page.
enum MethodRules {
    /// The answer to `OPTIONS *`, which asks about the server; nil for any other request.
    static func aboutServer(_ head: HTTPHead) -> HTTPResponse? {
        guard head.hasMethod("OPTIONS"), head.rawTarget == "*" else { return nil }
        return HTTPResponse(status: 204, headers: [("Allow", "GET, HEAD, POST, OPTIONS")])
    }

    /// The answer where the page does not take the method: what OPTIONS asked for, or 405. Nil where it does.
    static func refusal(_ head: HTTPHead, takes methods: [String]) -> HTTPResponse? {
        guard !methods.contains(where: { head.hasMethod($0) }) else { return nil }
        let allowed = (methods + ["OPTIONS"]).joined(separator: ", ")
        if head.hasMethod("OPTIONS") { return HTTPResponse(status: 204, headers: [("Allow", allowed)]) }
        var response = HTTPResponse.problem(
            status: 405,
            detail: "\(head.method) is not taken at \(head.target.path); send \(methods.joined(separator: ", "))")
        response.headers.append(("Allow", allowed))
        return response
    }

    /// 411 to a request that must have a body and does not say how long it is. (`Content-Length: 0` says so.)
    static func lengthRequired(_ head: HTTPHead) -> HTTPResponse? {
        guard head.framing == .length(0), head.valueBytes(of: "Content-Length") == nil else { return nil }
        return .problem(
            status: 411, detail: "send the alert as the request's body, with Content-Length or in chunks")
    }
}
