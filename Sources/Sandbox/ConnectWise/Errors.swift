import Formats

/// A refusal in the vendor's words.
struct ConnectWiseFault: Error, Equatable {
    /// One thing that is wrong with an object.
    struct Detail: Equatable {
        var code: String
        var message: String
        var resource: String
        var field: String

        static func missing(_ field: String, _ resource: String) -> Detail {
            Detail(code: "MissingRequiredField", message: "\(field) is required.", resource: resource, field: field)
        }
    }

    var status: Int
    var code: String
    var message: String
    var errors: [Detail]?

    /// The whole object is refused, for one reason or several.
    static func invalidObject(_ resource: String, _ errors: [Detail]) -> ConnectWiseFault {
        ConnectWiseFault(
            status: 400, code: "InvalidObject", message: "\(resource) object is invalid", errors: errors)
    }

    /// A condition, an order or a list of fields that cannot be understood.
    static func condition(_ message: String) -> ConnectWiseFault {
        ConnectWiseFault(status: 400, code: "ApiFindCondition", message: message, errors: nil)
    }

    /// A name that the record does not have.
    static func unknownName(_ name: String) -> ConnectWiseFault {
        condition("\(name) is not a recognized name.")
    }

    /// There is no such record.
    static func noRecord(_ resource: String, _ id: String) -> ConnectWiseFault {
        ConnectWiseFault(status: 404, code: "NotFound", message: "\(resource) \(id) was not found.", errors: nil)
    }

    static let noResource = ConnectWiseFault(
        status: 404, code: "NotFound", message: "The resource was not found.", errors: nil)
    static let wrongVerb = ConnectWiseFault(
        status: 405, code: "MethodNotAllowed", message: "The resource does not support this HTTP method.", errors: nil)
    static let notAuthenticated = ConnectWiseFault(
        status: 401, code: "ConnectWiseApi", message: "UserNotAuthenticated", errors: nil)
    static let noClientId = ConnectWiseFault(
        status: 403, code: "Security", message: "A valid clientId header is required.", errors: nil)
    static let notJSON = ConnectWiseFault(
        status: 415, code: "UnsupportedMediaType", message: "The request's media type is not supported.", errors: nil)

    var json: JSON {
        [
            "code": .string(code), "message": .string(message),
            "errors": errors.map { details in
                .array(
                    details.map {
                        [
                            "code": .string($0.code), "message": .string($0.message),
                            "resource": .string($0.resource), "field": .string($0.field),
                        ]
                    })
            } ?? .null,
        ]
    }
}

extension ConnectWiseSandbox {
    /// What the vendor says when it fails for reasons of its own.
    func failure(_ status: Int, retryAfterSeconds: Int?) -> SandboxReply {
        switch status {
        case 429:
            // This one answer has a form unlike all others.
            let wait = retryAfterSeconds ?? 30
            return SandboxReply(
                status: status,
                json: [
                    "error": "ConnectWiseAPI",
                    "message": .string("Too many requests. Please try again in \(wait) seconds."),
                ])
        case 401: return SandboxReply(status: status, json: ConnectWiseFault.notAuthenticated.json)
        case 500:
            return SandboxReply(
                status: status,
                json: ["code": "ConnectWiseApi", "message": "A timeout has occured. Please try again."])
        case 502, 503, 504: return SandboxReply(status: status, text: "The service is unavailable.")
        default:
            let fault = ConnectWiseFault(status: status, code: "ConnectWiseApi", message: "Fault.", errors: nil)
            return SandboxReply(status: status, json: fault.json)
        }
    }
}
