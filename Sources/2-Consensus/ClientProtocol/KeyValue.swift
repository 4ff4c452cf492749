public import BinaryCodec

/// A store-wide version: every write transaction gets the next one. A new store is at revision 1,
/// as in etcd v3's data model.
public struct Revision: Comparable, Hashable, Sendable {
  public let number: UInt64

  @inlinable public init(_ number: UInt64) { self.number = number }
  @inlinable public static func < (a: Revision, b: Revision) -> Bool { a.number < b.number }
  @inlinable public var next: Revision { Revision(number + 1) }
}

/// Names a lease that keys can be attached to.
public struct LeaseID: Comparable, Hashable, Sendable {
  public let number: UInt64

  @inlinable public init(_ number: UInt64) { self.number = number }
  @inlinable public static func < (a: LeaseID, b: LeaseID) -> Bool { a.number < b.number }
}

/// One key as it stood at some revision.
public struct KeyValue: Hashable, Sendable {
  public let key: Bytes
  /// Empty when only keys were asked for.
  public let value: Bytes
  /// The revision that created the key (since its last deletion).
  public let createRevision: Revision
  /// The revision that last wrote it.
  public let modRevision: Revision
  /// Writes since it was created; 1 for the first.
  public let version: UInt64
  public let lease: LeaseID?

  public init(
    key: Bytes, value: Bytes, createRevision: Revision, modRevision: Revision, version: UInt64,
    lease: LeaseID?
  ) {
    self.key = key
    self.value = value
    self.createRevision = createRevision
    self.modRevision = modRevision
    self.version = version
    self.lease = lease
  }
}

/// A set of adjacent keys in byte order.
public struct KeyRange: Hashable, Sendable {
  /// Where the set ends.
  public enum End: Hashable, Sendable {
    /// The set is the one key `start`.
    case single
    /// Every key from `start` that is less than this one.
    case before(Bytes)
    /// Every key from `start` on.
    case unbounded
  }

  public let start: Bytes
  public let end: End

  public init(start: Bytes, end: End) {
    self.start = start
    self.end = end
  }

  /// The range of one key, whether it exists or not.
  public static func key(_ key: Bytes) -> KeyRange { KeyRange(start: key, end: .single) }
  /// Every key there can be.
  public static let all = KeyRange(start: [], end: .unbounded)

  /// Every key that begins with `prefix`; all keys when it is empty.
  public static func prefix(_ prefix: Bytes) -> KeyRange {
    guard let last = prefix.lastIndex(where: { $0 != 0xff }) else {
      return KeyRange(start: prefix, end: .unbounded)
    }
    var bound = Array(prefix[prefix.startIndex...last])
    bound[bound.count - 1] += 1
    return KeyRange(start: prefix, end: .before(bound[...]))
  }
}
