/// A JSON value as it was written: the order of members is kept, and a number keeps its exact text.
public enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number's text, valid by RFC 8259; never converted until somebody asks.
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One name and its value in an object.
    public struct Member: Sendable, Equatable {
        /// The name, with its escapes resolved.
        public var name: String
        /// The value that stands behind the name.
        public var value: JSON

        /// Makes a member from a name and a value.
        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }
}

extension JSON {
    /// The value of a member, or nil where this is no object or has no such member. Of a repeated name the last counts.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The text, where this is a string.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The elements, where this is an array.
    public var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members in their order, where this is an object.
    public var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// The truth value, where this is one.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The whole number, where this is a number without fraction or exponent that fits.
    public var integer: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text)
    }

    /// The number as floating point, where this is a number.
    public var double: Double? {
        guard case .number(let text) = self else { return nil }
        return Double(text)
    }

    /// What kind of value this is, in the words of RFC 8259, for messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// An object from pairs, in their order.
    public static func members(_ pairs: [(String, JSON)]) -> JSON {
        .object(pairs.map { Member($0.0, $0.1) })
    }

    /// A whole number.
    public static func integer(_ value: some BinaryInteger) -> JSON {
        .number(String(value))
    }

    /// A string, or null where there is none.
    public static func text(_ value: String?) -> JSON {
        value.map { .string($0) } ?? .null
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// A whole number.
    public init(integerLiteral value: Int64) { self = .number(String(value)) }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// An object; the order of the members is kept.
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .members(elements) }
}
