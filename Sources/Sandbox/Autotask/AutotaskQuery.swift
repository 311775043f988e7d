import Formats

/// Queries with their pages.
extension AutotaskSandbox {
    static let maximumRecords = 500

    /// `query`, `query/count` and `query/next`, each by GET with a search in the address or by POST with it in the body.
    func query(
        _ entity: AutotaskEntity, _ word: String?, _ request: SandboxRequest
    ) throws(AutotaskFault) -> SandboxReply {
        guard ["GET", "POST"].contains(request.method) else { throw .wrongVerb(request.method) }
        switch word?.lowercased() {
        case nil:
            let search = try Search(request, entity)
            return try page(entity, search, Page(verb: request.method, size: search.size, isBack: false, id: .min))
        case "count":
            let search = try Search(request, entity)
            let count = (rows[entity] ?? []).reduce(0) { $0 + (search.filter.matches($1) ? 1 : 0) }
            return SandboxReply(status: 200, json: ["queryCount": .integer(count)])
        case "next":
            guard let page = request.parameter("paging").flatMap({ Page(token: $0) }) else {
                throw .errors(["The paging value is not valid."])
            }
            // A page is fetched with the verb that the query came with, and with no other.
            guard page.verb == request.method else { throw .wrongVerb(request.method) }
            return try self.page(entity, try Search(request, entity), page)
        default: throw .noResource(request.path)
        }
    }

    /// What a query asks for.
    private struct Search {
        var filter: AutotaskFilter
        var size = AutotaskSandbox.maximumRecords
        var fields: [String]?
        var text: String

        init(_ request: SandboxRequest, _ entity: AutotaskEntity) throws(AutotaskFault) {
            let json: JSON?
            if request.method == "GET" {
                text = request.parameter("search") ?? ""
                json = JSON(ifValid: Array(text.utf8))
            } else {
                text = ""
                json = JSON(ifValid: try AutotaskSandbox.jsonBody(request))
            }
            guard let members = json?.members else {
                throw .errors(["Invalid query syntax. The search is no JSON object."])
            }
            let member: (String) -> JSON? = { name in members.first { $0.name.lowercased() == name }?.value }
            filter = try AutotaskFilter(member("filter"), entity)
            if let most = member("maxrecords"), most != .null {
                guard let number = most.integer, (1...Int64(AutotaskSandbox.maximumRecords)).contains(number) else {
                    throw .errors(["MaxRecords must be a number from 1 to \(AutotaskSandbox.maximumRecords)."])
                }
                size = Int(number)
            }
            guard let include = member("includefields")?.array, !include.isEmpty else { return }
            var names: [String] = []
            for name in include.map({ $0.string ?? "" }) {
                if name.lowercased() == "userdefinedfields" {
                    names.append("userDefinedFields")
                } else if let field = entity.field(name) {
                    names.append(field.name)
                } else {
                    throw .unknownField(name, entity)
                }
            }
            fields = names
        }
    }

    /// Where a page starts: the verb, the size, and the id behind or before which it lies.
    private struct Page {
        var verb: String
        var size: Int
        var isBack: Bool
        var id: Int64

        init(verb: String, size: Int, isBack: Bool, id: Int64) {
            self.verb = verb
            self.size = size
            self.isBack = isBack
            self.id = id
        }

        init?(token: String) {
            guard let bytes = Base64.decode(token) else { return nil }
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: ".")
            guard parts.count == 4, let size = Int(parts[1]), (1...AutotaskSandbox.maximumRecords).contains(size),
                let id = Int64(parts[3])
            else { return nil }
            self.init(verb: String(parts[0]), size: size, isBack: parts[2] == "prev", id: id)
        }

        var token: String {
            percentEncoded(Base64.encode(Array("\(verb).\(size).\(isBack ? "prev" : "next").\(id)".utf8)))
        }
    }

    private func page(_ entity: AutotaskEntity, _ search: Search, _ page: Page) throws(AutotaskFault) -> SandboxReply {
        let found = (rows[entity] ?? []).filter { search.filter.matches($0) }
        if found.count > AutotaskSandbox.maximumRecords, let fields = search.fields, !fields.contains("id") {
            throw .errors(["IncludeFields must contain id for queries with more than 500 results."])
        }
        let side = found.filter { page.isBack ? $0.id < page.id : $0.id > page.id }
        let shown = Array(page.isBack ? side.suffix(page.size) : side.prefix(page.size))
        let address: (Bool, Int64) -> JSON = { isBack, id in
            let next = Page(verb: page.verb, size: page.size, isBack: isBack, id: id)
            var url = "\(serviceURL)V1.0/\(entity.rawValue)/query/next?paging=\(next.token)"
            if page.verb == "GET" { url += "&search=\(percentEncoded(search.text))" }
            return .string(url)
        }
        let first = shown.first.map(\.id) ?? 0
        let last = shown.last.map(\.id) ?? 0
        let hasMore = found.last.map { $0.id > last } ?? false
        let hasLess = found.first.map { $0.id < first } ?? false
        return list(
            shown, entity, requested: page.size, fields: search.fields,
            previous: hasLess && !shown.isEmpty ? address(true, first) : .null,
            next: hasMore && !shown.isEmpty ? address(false, last) : .null)
    }

    /// A list in the vendor's envelope.
    func list(
        _ shown: [Record], _ entity: AutotaskEntity, requested: Int, fields: [String]? = nil, previous: JSON = .null,
        next: JSON = .null, whole: Bool = false
    ) -> SandboxReply {
        let items = shown.map { row in
            let all = json(row, entity, whole: whole)
            guard let fields else { return all }
            return .object((all.members ?? []).filter { fields.contains($0.name) })
        }
        return SandboxReply(
            status: 200,
            json: [
                "items": .array(items),
                "pageDetails": [
                    "count": .integer(items.count), "requestCount": .integer(requested), "prevPageUrl": previous,
                    "nextPageUrl": next,
                ],
            ])
    }

    /// The body of a request that is declared as JSON.
    static func jsonBody(_ request: SandboxRequest) throws(AutotaskFault) -> [UInt8] {
        let type = (request.header("Content-Type") ?? "").split(separator: ";").first?.trimmed.lowercased() ?? ""
        guard type == "application/json" else { throw .notJSON(type) }
        return request.body
    }
}

/// What the API tells of its entities.
extension AutotaskSandbox {
    func information(
        _ entity: AutotaskEntity, _ word: String?, _ request: SandboxRequest
    ) throws(AutotaskFault) -> SandboxReply {
        switch word?.lowercased() {
        case nil:
            let access: JSON = .string(entity.isWritable ? "All" : "None")
            return SandboxReply(
                status: 200,
                json: [
                    "info": [
                        "name": .string(entity.singular), "canCreate": .bool(entity.isWritable),
                        "canUpdate": .bool(entity.isWritable), "canQuery": true, "canDelete": false,
                        "userAccessForCreate": access, "userAccessForQuery": "All", "userAccessForUpdate": access,
                        "userAccessForDelete": "None", "hasUserDefinedFields": .bool(entity.hasUserDefinedFields),
                        "supportsWebhookCallouts": false,
                    ]
                ])
        case "fields":
            return SandboxReply(status: 200, json: ["fields": .array(entity.fields.map { description($0, entity) })])
        case "userdefinedfields":
            let fields: [JSON] = AutotaskSeed.userDefinedFields(entity).map { name in
                [
                    "name": .string(name), "label": .string(name), "type": "string", "length": 255, "isRequired": false,
                    "isReadOnly": false, "isQueryable": true, "isPickList": false, "picklistValues": .null,
                ]
            }
            return SandboxReply(status: 200, json: ["fields": .array(fields)])
        default: throw .noResource(request.path)
        }
    }

    private func description(_ field: AutotaskField, _ entity: AutotaskEntity) -> JSON {
        let values: [JSON]? = field.isPicklist ? (picklists[entity]?[field.name] ?? []).map(\.json) : nil
        return [
            "name": .string(field.name), "dataType": .string(field.kind.rawValue), "length": .integer(field.length),
            "isRequired": .bool(field.isRequired), "isReadOnly": .bool(field.isReadOnly),
            "isQueryable": .bool(field.isQueryable), "isReference": .bool(field.reference != nil),
            "referenceEntityType": .string(field.reference?.singular ?? ""), "isPickList": .bool(field.isPicklist),
            "picklistValues": values.map { .array($0) } ?? .null,
            "picklistParentValueField": .string(field.parent ?? ""), "isSupportedWebhookField": false,
        ]
    }
}
