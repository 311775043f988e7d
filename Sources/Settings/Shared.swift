/// A big value that many hold and hardly anybody changes: handing it on counts one reference, however much it holds.
///
/// A change makes a new value for the one who makes it. Of the settings that is right: they are put together once and then
/// read for every event.
@propertyWrapper @dynamicMemberLookup
public struct Shared<Value: Sendable>: Sendable {
    @usableFromInline
    final class Storage: Sendable {
        @usableFromInline let value: Value

        init(_ value: Value) { self.value = value }
    }

    @usableFromInline var storage: Storage

    /// Shares a value.
    public init(wrappedValue: Value) { storage = Storage(wrappedValue) }

    /// The value itself.
    public var wrappedValue: Value {
        // Lent, not copied: who asks a table for one of its rows shall not count a reference for each of its parts.
        @inlinable _read { yield storage.value }
        set { storage = Storage(newValue) }
    }

    /// What is handed on.
    public var projectedValue: Shared<Value> {
        @inlinable get { self }
    }

    /// A member of the value.
    @inlinable public subscript<Member>(dynamicMember member: KeyPath<Value, Member>) -> Member {
        _read { yield storage.value[keyPath: member] }
    }
}
