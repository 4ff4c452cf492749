/// A value behind one reference, and still a value: copies share it until one of them changes it.
///
/// For what is large, looked at from everywhere and changed in few places: a copy costs one
/// reference count, not one for each array inside.
@dynamicMemberLookup
@frozen public struct Shared<Value> {
  @usableFromInline final class Storage {
    @usableFromInline var value: Value

    @usableFromInline init(_ value: Value) { self.value = value }
  }

  @usableFromInline var storage: Storage

  init(_ value: Value) { storage = Storage(value) }

  /// A part of the value, read in place.
  @inlinable public subscript<Part>(dynamicMember part: KeyPath<Value, Part>) -> Part {
    storage.value[keyPath: part]
  }

  /// A part of the value, changed in place when nobody shares it.
  subscript<Part>(dynamicMember part: WritableKeyPath<Value, Part>) -> Part {
    get { storage.value[keyPath: part] }
    _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.value) }
      yield &storage.value[keyPath: part]
    }
  }
}

// What is shared is changed by nobody: who holds it alone changes it.
extension Shared: @unchecked Sendable where Value: Sendable {}

extension Shared: Equatable where Value: Equatable {
  public static func == (one: Shared, other: Shared) -> Bool {
    one.storage === other.storage || one.storage.value == other.storage.value
  }
}

extension Shared: Hashable where Value: Hashable {
  public func hash(into hasher: inout Hasher) { storage.value.hash(into: &hasher) }
}
