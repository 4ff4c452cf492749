/// Names a node of the cluster; chosen by the operator, never reused for another machine.
public struct NodeID: Comparable, Hashable, Sendable, CustomStringConvertible {
  public let number: UInt64

  @inlinable public init(_ number: UInt64) { self.number = number }
  @inlinable public static func < (a: NodeID, b: NodeID) -> Bool { a.number < b.number }
  public var description: String { "n\(number)" }
}

/// Names one life of a node's disk: drawn when the disk is formatted. A voter is (node,
/// incarnation), so a node that returns with an empty disk is not the voter that promised (pitfall
/// 3).
public struct DiskIncarnation: Hashable, Sendable, CustomStringConvertible {
  public let number: UInt64

  @inlinable public init(_ number: UInt64) { self.number = number }
  public var description: String { "d\(String(number, radix: 16))" }

  /// Reads what `description` writes; nil for anything else.
  public init?(text: String) {
    guard text.first == "d", let number = UInt64(text.dropFirst(), radix: 16),
      DiskIncarnation(number).description == text
    else { return nil }
    self.init(number)
  }
}

/// Names a cluster and its epoch: drawn when the cluster is created; the epoch grows when an
/// operator recovers it from a lost quorum or restores a snapshot, so that an old member cannot
/// rejoin.
public struct ClusterID: Hashable, Sendable, CustomStringConvertible {
  public let number: UInt64
  public let epoch: UInt64

  @inlinable public init(_ number: UInt64, epoch: UInt64) {
    self.number = number
    self.epoch = epoch
  }
  public var description: String { "\(String(number, radix: 16)).\(epoch)" }
}

/// The leader's clock as it stands in entries: milliseconds since 1970, never falling along the
/// log. The only time a state machine ever sees (§6.3).
public struct LogTime: Comparable, Hashable, Sendable {
  public let milliseconds: UInt64

  @inlinable public init(milliseconds: UInt64) { self.milliseconds = milliseconds }
  public static let zero = LogTime(milliseconds: 0)
  @inlinable public static func < (a: LogTime, b: LogTime) -> Bool {
    a.milliseconds < b.milliseconds
  }
}
