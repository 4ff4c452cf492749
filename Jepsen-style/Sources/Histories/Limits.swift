/// What bounds the memory of a reader whatever the bytes are.
public enum Limits {
  /// Bytes of one event's text: a transaction of 128 operations (the product's limit) whose reads
  /// return lists of 1,000 eight-byte numbers is 1 MiB.
  public static let recordBytes = 1 << 20

  /// Values inside values: an event needs five (event, transaction, micro-operation, list,
  /// element); the rest is room for maps as values. Parsing recurses, and 64 frames fit every
  /// thread's stack.
  public static let nesting = 64

  /// Events of one history: an operation takes some 250 bytes of memory, so two million events are
  /// 250 MB.
  public static let events = 2_000_000
}
