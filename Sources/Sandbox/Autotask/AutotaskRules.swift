import Formats

/// Makes a whole record out of what a client sent, or says everything that is wrong with it. An update is checked as a
/// whole too, and not only in what it touches.
struct AutotaskRules {
    enum Mode {
        case create
        /// What is left out keeps its value.
        case patch
        /// What is left out loses its value.
        case replace
    }

    let sandbox: AutotaskSandbox
    let entity: AutotaskEntity
    private var errors: [String] = []

    init(_ sandbox: AutotaskSandbox, _ entity: AutotaskEntity) {
        self.sandbox = sandbox
        self.entity = entity
    }

    /// The record's values after the write.
    mutating func checked(
        _ sent: [JSON.Member], _ old: [String: JSON], _ mode: Mode
    ) throws(AutotaskFault) -> [String: JSON] {
        var values = old
        if mode == .replace {
            for field in entity.fields where !field.isReadOnly { values[field.name] = nil }
            values["userDefinedFields"] = nil
        }
        for member in sent {
            if member.name.lowercased() == "userdefinedfields", entity.hasUserDefinedFields {
                values["userDefinedFields"] = userDefined(member.value, values["userDefinedFields"])
                continue
            }
            guard let field = entity.field(member.name) else { throw .unknownField(member.name, entity) }
            // A null in a new record is an error of the vendor's own.
            if member.value == .null, mode == .create {
                throw .errors(["Object reference not set to an instance of an object."])
            }
            guard !field.isReadOnly else { continue }
            values[field.name] = member.value == .null ? nil : converted(member.value, field)
        }
        for field in entity.fields { check(field, values[field.name]) }
        if entity == .tickets { ticket(&values) }
        guard errors.isEmpty else { throw .record(errors, isUpdate: mode != .create) }
        return values
    }

    /// The value as the property's kind has it; numbers may come as texts.
    private mutating func converted(_ value: JSON, _ field: AutotaskField) -> JSON? {
        switch field.kind {
        case .integer, .long:
            if let number = value.integer ?? value.string.flatMap({ Int64($0) }) { return .integer(number) }
        case .decimal: if value.double != nil { return value }
        case .boolean: if value.bool != nil { return value }
        case .string: if value.string != nil { return value }
        case .date: if let text = value.string.flatMap({ SandboxTime.normalised($0) }) { return .string(text) }
        }
        errors.append("The value for \(field.name) is of the wrong kind.")
        return nil
    }

    private mutating func check(_ field: AutotaskField, _ value: JSON?) {
        guard let value else {
            if field.isRequired { errors.append("\(field.name) is required.") }
            return
        }
        if field.kind == .string, let text = value.string {
            if field.isRequired, text.trimmed.isEmpty { errors.append("\(field.name) is required.") }
            if field.length > 0, text.utf16.count > field.length {
                errors.append("String value exceeds maximum length (field:\(field.name)).")
            }
        }
        guard !field.isReadOnly, let id = value.integer else { return }
        if field.isPicklist {
            let picks = sandbox.picklists[entity]?[field.name] ?? []
            if !picks.contains(where: { $0.value == id && $0.isActive }) {
                errors.append("The value \(id) is not an active value of the picklist \(field.name).")
            }
        } else if let target = field.reference, sandbox.row(target, id) == nil {
            errors.append("Value does not reference an existing entity for \(field.name) . ")
        }
    }

    private mutating func userDefined(_ sent: JSON, _ old: JSON?) -> JSON {
        var kept = old?.array ?? []
        for field in sent.array ?? [] {
            guard let name = field["name"]?.string, AutotaskSeed.userDefinedFields(entity).contains(name) else {
                errors.append("The user-defined field \(field["name"]?.string ?? "") does not exist.")
                continue
            }
            kept.removeAll { $0["name"]?.string == name }
            kept.append(["name": .string(name), "value": field["value"] ?? .null])
        }
        return .array(kept)
    }

    /// What holds between a ticket's properties.
    private mutating func ticket(_ values: inout [String: JSON]) {
        let category = values["ticketCategory"]?.integer ?? AutotaskSeed.standardCategory
        values["ticketCategory"] = .integer(category)
        if category == AutotaskSeed.standardCategory {
            for name in ["queueID", "dueDateTime"] where values[name] == nil { errors.append("\(name) is required.") }
        } else if values["queueID"] == nil, values["assignedResourceID"] == nil {
            errors.append("queueID is required.")
        }
        let company = values["companyID"]?.integer
        if let row = company.flatMap({ sandbox.row(.companies, $0) }), row.values["isActive"]?.bool != true {
            errors.append("The companyID[\(row.id)] is not an active Company.")
        }
        let owned: [(String, AutotaskEntity)] = [
            ("companyLocationID", .companyLocations), ("configurationItemID", .configurationItems),
            ("contactID", .contacts),
        ]
        for (name, target) in owned {
            guard let id = values[name]?.integer, let row = sandbox.row(target, id),
                row.values["companyID"]?.integer != company
            else { continue }
            errors.append(
                "The \(name)[\(id)] cannot be associated with the Ticket. The Ticket and \(target.singular) must have the "
                    + "same companyID.")
        }
        let resource = values["assignedResourceID"]?.integer
        let role = values["assignedResourceRoleID"]?.integer
        if (resource == nil) != (role == nil) {
            errors.append(
                "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.")
        } else if resource != nil,
            !(sandbox.rows[.resourceServiceDeskRoles] ?? []).contains(where: {
                $0.values["resourceID"]?.integer == resource && $0.values["roleID"]?.integer == role
            })
        {
            errors.append("The assignedResourceID and assignedResourceRoleID are not associated.")
        }
        if let sub = values["subIssueType"]?.integer {
            let pick = sandbox.picklists[.tickets]?["subIssueType"]?.first { $0.value == sub }
            if pick?.parent != values["issueType"]?.integer {
                errors.append("The subIssueType \(sub) does not belong to the issueType.")
            }
        }
    }
}
