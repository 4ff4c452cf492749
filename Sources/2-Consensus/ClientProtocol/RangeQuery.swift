public import BinaryCodec

/// Reads the keys of a range, at the newest or at an older revision.
public struct RangeQuery: Hashable, Sendable {
  /// The order of keys in which items come.
  public enum Order: UInt8, Hashable, Sendable { case ascending = 0, descending = 1 }
  /// How much of each key the answer holds.
  public enum Content: UInt8, Hashable, Sendable {
    case keysAndValues = 0
    /// Items without their values.
    case keysOnly = 1
    /// No items, only their number.
    case countOnly = 2
  }

  public var range: KeyRange
  /// Nil: the newest.
  public var revision: Revision?
  public var order: Order
  public var content: Content
  /// At most so many items; nil: no limit of its own.
  public var limit: UInt32?
  /// The page ends before the item that would exceed so many bytes of keys and values (it always
  /// has one item); nil: no limit of its own.
  public var maxBytes: UInt32?
  /// Continue behind this key, in `order`: the last key of the page before.
  public var after: Bytes?

  public init(
    range: KeyRange, revision: Revision? = nil, order: Order = .ascending,
    content: Content = .keysAndValues, limit: UInt32? = nil, maxBytes: UInt32? = nil,
    after: Bytes? = nil
  ) {
    self.range = range
    self.revision = revision
    self.order = order
    self.content = content
    self.limit = limit
    self.maxBytes = maxBytes
    self.after = after
  }
}

/// A page of a range.
public struct RangeResult: Hashable, Sendable {
  public let items: [KeyValue]
  /// Keys in the whole range at that revision, not only in this page (`after` does not lower it).
  /// 0 in a page behind `after` of a revision that is not the newest: it is not counted anew.
  public let count: UInt64
  /// Whether more items follow this page.
  public let more: Bool
  /// The revision that was read.
  public let readRevision: Revision

  public init(items: [KeyValue], count: UInt64, more: Bool, readRevision: Revision) {
    self.items = items
    self.count = count
    self.more = more
    self.readRevision = readRevision
  }
}
