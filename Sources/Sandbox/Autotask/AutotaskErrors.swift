import Formats

/// A refusal in the vendor's words and form.
enum AutotaskFault: Error, Equatable {
    /// A bad credential: an empty body, which is the vendor's own form.
    case notAuthenticated
    /// A validation, reference or permission that fails is HTTP 500, with texts.
    case errors([String])
    case noResource(String)
    case wrongVerb(String)
    case notJSON(String)

    /// Something is wrong with the record that was sent.
    static func record(_ errors: [String], isUpdate: Bool) -> AutotaskFault {
        .errors(errors + [isUpdate ? "Error updating entity for record number [1]." : " on record number [0]."])
    }

    static let noPermission = AutotaskFault.errors(["The logged in Resource does not have the adequate permissions."])

    static func unknownField(_ name: String, _ entity: AutotaskEntity) -> AutotaskFault {
        .errors(["Unable to find \(name) in the \(entity.singular) Entity."])
    }

    var reply: SandboxReply {
        switch self {
        case .notAuthenticated:
            SandboxReply(status: 401, headers: [("WWW-Authenticate", "Basic Realm=\"webservices1.autotask.net\"")])
        case .errors(let errors):
            SandboxReply(status: 500, json: ["errors": .array(errors.map { .string($0) })])
        case .noResource(let path):
            SandboxReply(
                status: 404,
                json: ["Message": .string("No HTTP resource was found that matches the request URI '\(path)'.")])
        case .wrongVerb(let verb):
            SandboxReply(
                status: 405,
                json: [
                    "Message": .string("The requested resource does not support http method '\(verb)'.")
                ])
        case .notJSON(let type):
            SandboxReply(
                status: 415,
                json: [
                    "Message": .string(
                        "The request entity's media type '\(type)' is not supported for this resource.")
                ])
        }
    }
}

extension AutotaskSandbox {
    /// The threads' limit has a text that is known and a body's form that is not; what the suspension at the hourly limit
    /// looks like is not known at all, so that it says nothing.
    func refusal(_ excess: CallMeter.Excess) -> SandboxReply {
        switch excess {
        case .concurrent(let limit):
            SandboxReply(
                status: 429,
                json: [
                    "Message": .string("The Autotask API thread threshold of \(limit) threads has been exceeded.")
                ])
        case .perWindow: SandboxReply(status: 429)
        }
    }

    /// What the vendor says when it fails for reasons of its own: a page that is no JSON, or nothing.
    func failure(_ status: Int, retryAfterSeconds: Int?) -> SandboxReply {
        switch status {
        case 401: AutotaskFault.notAuthenticated.reply
        case 429: refusal(.concurrent(3))
        case 500, 502, 503, 504:
            SandboxReply(
                status: status, headers: [("Content-Type", "text/html")],
                body: Array("<html><body><h1>Server Error</h1></body></html>".utf8))
        default: SandboxReply(status: status, json: ["Message": "An error has occurred."])
        }
    }
}
