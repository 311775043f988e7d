/// A place in a JSON value: a pointer of RFC 6901 (`/a/b/0`), whose names may also stand in quotes (`/labels/"kubernetes.io/pod"`),
/// and whose `*` means every element or member.
public struct JSONPath: Sendable, Equatable {
    private enum Step: Sendable, Equatable {
        /// A member's name, and the index that it is for an array.
        case name(String, index: Int?)
        case all
    }

    /// Values that one `*` may give; more are left out.
    public static let valuesLimit = 1000

    private let steps: [Step]
    /// The pointer as it was written.
    public let written: String

    /// Reads a pointer; nil where it neither is empty nor begins with a slash, or a quote is not closed.
    public init?(_ text: String) {
        var steps: [Step] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard rest.first == "/" else { return nil }
            rest = rest.dropFirst()
            if rest.first == "\"" {
                guard let close = rest.dropFirst().firstIndex(of: "\"") else { return nil }
                steps.append(.name(String(rest[rest.index(after: rest.startIndex)..<close]), index: nil))
                rest = rest[rest.index(after: close)...]
                continue
            }
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            let name = rest[..<end].replacing("~1", with: "/").replacing("~0", with: "~")
            steps.append(name == "*" ? .all : .name(String(name), index: Int(name)))
            rest = rest[end...]
        }
        self.steps = steps
        written = text
    }

    /// The value at this place, nil where there is none; what `*` gives comes as an array.
    public func value(in json: JSON) -> JSON? { value(in: json, steps[...]) }

    private func value(in json: JSON, _ steps: ArraySlice<Step>) -> JSON? {
        guard let step = steps.first else { return json }
        switch (step, json) {
        case (.name(let name, _), .object): return json[name].flatMap { value(in: $0, steps.dropFirst()) }
        case (.name(_, let index?), .array(let elements)):
            let at = index < 0 ? elements.count + index : index
            return elements.indices.contains(at) ? value(in: elements[at], steps.dropFirst()) : nil
        case (.all, .array(let elements)):
            return .array(elements.prefix(JSONPath.valuesLimit).compactMap { value(in: $0, steps.dropFirst()) })
        case (.all, .object(let members)):
            return .array(members.prefix(JSONPath.valuesLimit).compactMap { value(in: $0.value, steps.dropFirst()) })
        default: return nil
        }
    }

    /// The value with what `change` makes of this place; unchanged where there is nothing at it.
    public func replacing(in json: JSON, _ change: (JSON) -> JSON?) -> JSON { replace(json, steps[...], change) }

    private func replace(_ json: JSON, _ steps: ArraySlice<Step>, _ change: (JSON) -> JSON?) -> JSON {
        guard let step = steps.first else { return change(json) ?? json }
        switch (step, json) {
        case (.name(let name, _), .object(var members)):
            guard let at = members.lastIndex(where: { $0.name == name }) else { return json }
            members[at].value = replace(members[at].value, steps.dropFirst(), change)
            return .object(members)
        case (.name(_, let index?), .array(var elements)) where elements.indices.contains(index):
            elements[index] = replace(elements[index], steps.dropFirst(), change)
            return .array(elements)
        case (.all, .array(let elements)):
            return .array(elements.map { replace($0, steps.dropFirst(), change) })
        default: return json
        }
    }
}
