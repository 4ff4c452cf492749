internal import BinaryCodec
package import KeyValueStore
package import PeerProtocol
package import RaftTypes
package import WriteAheadLog

/// How far the snapshot thread came with a damaged file.
package enum MendingProgress: Hashable, Sendable {
  /// There is more to look through.
  case going
  /// The bytes from here on are wrong.
  case missing(offset: UInt64)
  /// The file could not be worked on now.
  case stuck
  /// Every byte is right again.
  case whole
}

/// The snapshot thread's part of a repair: one damaged file at a time.
package struct SnapshotMending<Files: FileSystem> {
  /// What follows from a step.
  package enum Outcome {
    case progress(MendingProgress)
    /// The file is whole and durable, and this is its state: for `WriteAheadLog.adopt`, and then
    /// for the replica.
    case mended(SnapshotFile, Store)
  }

  /// Bytes walked through before others get their turn: some tens of milliseconds.
  private static var stride: Int { 8 << 20 }

  private let files: Files
  private var mender: SnapshotMender<Files>?

  package init(_ files: Files) { self.files = files }

  /// Goes on with the file of `position`, with another node's piece where it stopped. Throws what
  /// keeps it from working on the file; the next call begins anew.
  package mutating func mend(
    _ position: LogPosition, _ piece: SnapshotPiece?
  ) throws(LogFault) -> Outcome {
    // Moved out, so that a fault leaves none behind.
    var current =
      if let mender, mender.position == position { mender } else {
        try SnapshotMender(files, position)
      }
    mender = nil
    if let piece { _ = try current.accept(piece.bytes, at: Int(clamping: piece.offset)) }
    switch try current.advance(limit: Self.stride) {
    case .going:
      mender = current
      return .progress(.going)
    case .missing(let offset):
      mender = current
      return .progress(.missing(offset: UInt64(offset)))
    case .whole:
      let file = try current.finish()
      do throws(SnapshotLoading.Fault) {
        return .mended(file, try SnapshotLoading.load(file.path, on: files))
      } catch {
        throw LogFault.damaged(
          Damage(path: file.path, offset: 0, finding: "its state cannot be loaded: \(error)"))
      }
    }
  }

  /// What this node's own file has there, sound or not; empty when it has none.
  package static func piece(_ request: PieceRequest, on files: Files) -> SnapshotPiece {
    let bytes = try? SnapshotMender.piece(
      files, request.position, at: Int(clamping: request.offset))
    return SnapshotPiece(
      position: request.position, offset: request.offset, bytes: (bytes ?? [])[...])
  }
}
