package import BinaryCodec
package import RaftTypes

/// Which bytes of which snapshot file a client wants next.
package struct SnapshotWish: Hashable, Sendable {
  /// Nil: the newest that this node has.
  package var position: LogPosition?
  /// Bytes from the file's beginning.
  package var offset: UInt64
  /// At most so many; set where the wish is handed on.
  package var count = 0

  package init(position: LogPosition?, offset: UInt64) {
    self.position = position
    self.offset = offset
  }
}

/// The bytes, and which file they are of.
package struct SnapshotPiece: Hashable, Sendable {
  package let position: LogPosition
  /// Length of the whole file.
  package let size: UInt64
  /// As many as were wanted, fewer only where the file ends.
  package let bytes: Bytes

  package init(position: LogPosition, size: UInt64, bytes: Bytes) {
    self.position = position
    self.size = size
    self.bytes = bytes
  }
}

/// Whoever downloads a snapshot. Held by the port until it was answered; may have lost interest
/// meanwhile.
package protocol SnapshotTaker: AnyObject {
  /// - Parameter piece: nil when this node does not have that snapshot, or cannot read it.
  func take(_ piece: SnapshotPiece?)
}

extension RequestPort {
  /// A node without snapshots.
  package func read(_ wish: SnapshotWish, for taker: any SnapshotTaker) { taker.take(nil) }
}
