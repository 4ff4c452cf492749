internal import Determinism

/// Bounds of the binary forms. They only keep damaged or hostile bytes from costing memory or
/// stack: what a client may send is limited, more tightly and configurably, where requests are
/// parsed.
enum Limits {
  /// The one version that is written and read.
  static let formatVersion: UInt8 = 1
  /// Longest key or value, in bytes: the longest payload of an entry.
  static let bytes = 16 << 20
  /// Longest host:port or message, in bytes; a message may quote a key.
  static let text = 64 << 10
  /// Transactions within transactions: each level costs a few stack frames when it is read and
  /// applied; etcd's clients nest one or two.
  static let nesting = 8
  /// Comparisons and steps of one command, all levels together: eight times what the API admits by
  /// default.
  static let steps = 1024
  /// Items of a page: a page is bounded by its bytes, and an item has at least this many.
  static let itemBytes = 33
  /// Claims of the virtual IP that are remembered: a person's view of the last moves.
  static let claims = 64
  /// Longest time that a claim of the virtual IP may say it lasts: a kernel's lifetime of an
  /// address is seconds.
  static let linger = TimeSpan.seconds(60)
  /// Nodes in a status: more than any cluster has.
  static let nodes = 256
}
