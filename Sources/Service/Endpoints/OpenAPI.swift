import Formats

/// `/openapi.json`: what the service answers, as OpenAPI 3.1 has it. A test holds it against the router.
enum OpenAPI {
    /// Who may ask.
    private enum Access {
        case nobodyAsked, intake, source, admin

        var security: JSON {
            switch self {
            case .nobodyAsked: []
            case .intake: [["intakeToken": []]]
            case .source: [["source": []], ["basic": []], [:]]
            case .admin: [["adminToken": []]]
            }
        }
    }

    private struct Operation {
        var method: String
        var summary: String
        var access: Access
        var parameters: [JSON] = []
        var body: JSON?
        var answers: [(String, String, JSON?)]
    }

    /// The whole description.
    static let document: JSON = [
        "openapi": "3.1.0",
        "info": [
            "title": "ITP", "version": "1",
            "description":
                "Intelligent Ticket Processing: alerts in, tickets out. Errors are application/problem+json (RFC 9457).",
        ],
        "paths": .members(
            paths.map { path, operations in
                (path, .members(operations.map { ($0.method, operation($0)) }))
            }),
        "components": [
            "securitySchemes": [
                "intakeToken": ["type": "http", "scheme": "bearer", "description": "[LISTEN] IntakeToken"],
                "adminToken": ["type": "http", "scheme": "bearer", "description": "[LISTEN] AdminToken"],
                "source": ["type": "http", "scheme": "bearer", "description": "What [SOURCE name] Auth says"],
                "basic": ["type": "http", "scheme": "basic", "description": "What [SOURCE name] Auth says"],
            ],
            "schemas": .members(OpenAPISchemas.all),
        ],
    ]

    private static func operation(_ operation: Operation) -> JSON {
        var members: [(String, JSON)] = [
            ("summary", .string(operation.summary)), ("security", operation.access.security),
        ]
        if !operation.parameters.isEmpty { members.append(("parameters", .array(operation.parameters))) }
        if let body = operation.body { members.append(("requestBody", body)) }
        let answers = operation.answers.map { code, what, schema -> (String, JSON) in
            guard let schema else { return (code, ["description": .string(what)]) }
            let type = code.hasPrefix("2") ? "application/json" : "application/problem+json"
            return (
                code, ["description": .string(what), "content": .members([(type, JSON.members([("schema", schema)]))])]
            )
        }
        members.append(("responses", .members(answers)))
        return .members(members)
    }

    private static func schema(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

    private static func parameter(_ name: String, in place: String, _ what: String) -> JSON {
        [
            "name": .string(name), "in": .string(place), "required": .bool(place == "path"),
            "description": .string(what), "schema": ["type": "string"],
        ]
    }

    private static let anything: JSON = [
        "required": true, "content": ["*/*": ["schema": [:]]],
    ]

    private static let problem = schema("Problem")

    private static let refusals: [(String, String, JSON?)] = [
        ("401", "not authenticated", problem), ("413", "too large", problem),
        ("503", "overloaded; Retry-After says when", problem), ("507", "the disk is full", problem),
    ]

    private static let paths: [(String, [Operation])] = [
        (
            "/v1/alerts",
            [
                Operation(
                    method: "post", summary: "Take one alert or up to 1,000; answered once they are on disk",
                    access: .intake,
                    parameters: [
                        parameter("Idempotency-Key", in: "header", "Names the delivery: a retry is seen to be one")
                    ],
                    body: ["required": true, "content": ["application/json": ["schema": schema("Alerts")]]],
                    answers: [
                        ("200", "on disk", schema("Receipt")), ("400", "not JSON", problem),
                        ("415", "not application/json", problem), ("422", "of the wrong shape", problem),
                    ] + refusals)
            ]
        ),
        (
            "/v1/alerts/{source}",
            senders([parameter("source", in: "path", "the name of a [SOURCE name]; a token may follow it")])
        ),
        ("/v1/email", senders([])),
        (
            "/v1/email/{source}",
            senders([parameter("source", in: "path", "the name of a mail source; a token may follow it")])
        ),
        ("/rails/action_mailbox/relay/inbound_emails", senders([])),
        (
            "/v1/callbacks/{token}",
            [
                Operation(
                    method: "post", summary: "Take what an RMM tells of a procedure that it runs", access: .nobodyAsked,
                    parameters: [parameter("token", in: "path", "names the run, and is signed")], body: anything,
                    answers: [
                        ("202", "taken", nil), ("404", "no token of ours", problem), ("413", "too large", problem),
                    ])
            ]
        ),
        ("/health", looks("How the service is; 503 only where it is stuck", .nobodyAsked, "Health")),
        ("/ready", looks("Whether it takes alerts", .nobodyAsked, nil)),
        ("/stats", looks("What it has done since its start", .admin, nil)),
        ("/v1/chart", looks("The last 24 hours in steps of ten minutes", .admin, nil)),
        (
            "/v1/stream",
            looks(
                "Server-sent events: `status` and `events`, as they happen; read the list anew after a break", .admin,
                nil)
        ),
        (
            "/login",
            looks("Who one is; without a name, nobody yet", .nobodyAsked, nil) + [
                Operation(
                    method: "post", summary: "Open a session, by a cookie, with a token in JSON or a form",
                    access: .nobodyAsked,
                    body: anything,
                    answers: [
                        ("200", "logged in", nil), ("400", "no token in it", problem), ("401", "a wrong one", problem),
                        ("429", "too many tries", problem),
                    ])
            ]
        ),
        (
            "/logout",
            [
                Operation(
                    method: "post", summary: "End the session", access: .nobodyAsked,
                    answers: [("204", "it is over", nil)])
            ]
        ),
        ("/metrics", looks("The same in the text form of Prometheus", .admin, nil)),
        (
            "/v1/events",
            looks(
                "Events, the newest first", .admin, nil,
                ["since", "disposition", "org", "agent", "q", "limit", "cursor"].map {
                    parameter($0, in: "query", "narrows the list")
                })
        ),
        (
            "/v1/events/{id}",
            looks(
                "One event and why it ended as it did", .admin, nil, [parameter("id", in: "path", "the event's GUID")])
        ),
        (
            "/v1/receipts/{id}",
            looks("A receipt with all of its events", .admin, nil, [parameter("id", in: "path", "the receipt")])
        ),
        (
            "/v1/events/{id}/retry",
            tends("Deliver again what was given up, or waits, for an event", "the event's GUID")
        ),
        (
            "/v1/dead",
            looks(
                "Orders that were given up, the latest first", .admin, nil,
                ["limit", "cursor"].map { parameter($0, in: "query", "narrows the list") })
        ),
        ("/v1/dead/{id}/retry", tends("Deliver it again, without deciding it again", "the letter's number")),
        ("/v1/dead/{id}/drop", tends("Forget it; its event stays failed", "the letter's number")),
        (
            "/v1/silences",
            looks("Silences that were made by hand and are not over", .admin, nil)
                + [silencing("Make a silence; the answer says what it would have muted", "201", "made, and durable")]
        ),
        (
            "/v1/silences/preview",
            [silencing("What a silence would have muted in the last 30 days; none is made", "200", "it")]
        ),
        (
            "/v1/silences/{id}",
            [
                Operation(
                    method: "delete", summary: "End it now", access: .admin,
                    parameters: [parameter("id", in: "path", "the silence's number")],
                    answers: [
                        ("200", "ended, and durable", nil), ("401", "not authenticated", problem),
                        ("404", "not known", problem), ("409", "over already", problem),
                    ])
            ]
        ),
        (
            "/v1/drill",
            [
                Operation(
                    method: "post", summary: "Begin a fire drill: a ticket made and closed at every PSA",
                    access: .admin,
                    parameters: [parameter("tenant", in: "query", "one tenant alone")],
                    answers: [
                        ("202", "begun; its events tell how it ends", nil), ("401", "not authenticated", problem),
                        ("404", "no such tenant has a PSA of its own", problem), ("503", "overloaded", problem),
                    ])
            ]
        ),
        ("/openapi.json", looks("This description", .admin, nil)),
        (
            "/admin/reload",
            [
                Operation(
                    method: "post", summary: "Read the configuration again", access: .admin,
                    parameters: [parameter("force", in: "query", "1 takes what ReloadGuard would refuse")],
                    answers: [("200", "in use", nil), ("422", "refused; the old one stays", problem)])
            ]
        ),
    ]

    private static func silencing(_ summary: String, _ code: String, _ what: String) -> Operation {
        Operation(
            method: "post", summary: summary, access: .admin,
            body: ["required": true, "content": ["application/json": ["schema": schema("Silence")]]],
            answers: [
                (code, what, nil), ("400", "not JSON", problem), ("401", "not authenticated", problem),
                ("422", "of the wrong shape", problem),
            ])
    }

    private static func tends(_ summary: String, _ id: String) -> [Operation] {
        [
            Operation(
                method: "post", summary: summary, access: .admin, parameters: [parameter("id", in: "path", id)],
                answers: [
                    ("200", "done, and durable", nil), ("401", "not authenticated", problem),
                    ("404", "not known", problem), ("409", "nothing to deliver", problem),
                ])
        ]
    }

    private static func senders(_ parameters: [JSON]) -> [Operation] {
        let answers: [(String, String, JSON?)] =
            [("200", "on disk (Success=)", schema("Receipt")), ("404", "no such source is configured", problem)]
            + refusals
        return [
            Operation(
                method: "post", summary: "Take a request of any sender; mapped after the answer", access: .source,
                parameters: parameters, body: anything, answers: answers),
            Operation(
                method: "put", summary: "As POST", access: .source, parameters: parameters, body: anything,
                answers: answers
            ),
            Operation(
                method: "get", summary: "An alert in the query, where the source reads it; else a probe",
                access: .source,
                parameters: parameters, answers: answers),
            Operation(
                method: "head", summary: "A probe", access: .nobodyAsked, parameters: parameters,
                answers: [("200", "the source is open", nil)]),
            Operation(
                method: "options", summary: "The handshake of CloudEvents webhooks", access: .nobodyAsked,
                parameters: parameters, answers: [("200", "the origin is allowed", nil)]),
        ]
    }

    private static func looks(
        _ summary: String, _ access: Access, _ schemaName: String?, _ parameters: [JSON] = []
    ) -> [Operation] {
        var answers: [(String, String, JSON?)] = [("200", "it", schemaName.map { schema($0) })]
        if access == .admin { answers.append(("401", "not authenticated", problem)) }
        if parameters.contains(where: { $0["in"]?.string == "path" }) { answers.append(("404", "not known", problem)) }
        return ["get", "head"].map {
            Operation(method: $0, summary: summary, access: access, parameters: parameters, answers: answers)
        }
    }
}

/// The shapes that the description refers to.
private enum OpenAPISchemas {
    private static let text: JSON = ["type": "string"]

    static let all: [(String, JSON)] = [
        (
            "Alerts",
            [
                "oneOf": [
                    ["$ref": "#/components/schemas/Alert"],
                    [
                        "type": "object", "required": ["alerts"],
                        "properties": [
                            "alerts": [
                                "type": "array", "minItems": 1, "maxItems": 1000,
                                "items": ["$ref": "#/components/schemas/Alert"],
                            ]
                        ],
                    ],
                ]
            ]
        ),
        ("Alert", ["type": "object", "required": ["subject"], "properties": .members(alertFields)]),
        (
            "Receipt",
            [
                "type": "object", "required": ["accepted", "ids"],
                "properties": [
                    "accepted": ["type": "integer"],
                    "ids": ["type": "array", "items": ["type": "string", "format": "uuid"]],
                    "warnings": ["type": "array", "items": ["type": "string"]],
                ],
            ]
        ),
        (
            "Silence",
            [
                "type": "object", "required": ["owner", "reason"],
                "properties": .members(
                    ["agent", "group", "org", "category", "start", "end", "for", "owner", "reason"].map { ($0, text) }),
            ]
        ),
        (
            "Problem",
            [
                "type": "object", "required": ["type", "title", "status"],
                "properties": [
                    "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
                    "detail": ["type": "string"],
                ],
            ]
        ),
        (
            "Health",
            [
                "type": "object", "required": ["status", "reasons"],
                "properties": [
                    "status": ["enum": ["ok", "degraded", "failed"]],
                    "reasons": ["type": "array", "items": ["type": "string"]],
                ],
            ]
        ),
    ]

    private static let alertFields: [(String, JSON)] =
        [
            "subject", "body", "agent", "agentId", "group", "os", "org", "orgId", "msp", "serviceLevel", "severity",
            "priority", "category", "key", "eventType", "eventCode", "link",
        ].map { ($0, text) } + [
            ("hostClass", ["enum": ["S", "W", "A", "X"]]), ("state", ["enum": ["firing", "resolved"]]),
            ("occurredAt", ["type": "string", "format": "date-time"]),
            ("lastCheckIn", ["type": "string", "format": "date-time"]), ("customFields", ["type": "object"]),
            ("attachments", ["type": "array", "items": ["type": "object", "required": ["name", "base64"]]]),
        ]
}
