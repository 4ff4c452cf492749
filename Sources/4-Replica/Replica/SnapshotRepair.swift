internal import BinaryCodec
internal import Determinism
internal import PeerProtocol
internal import RaftTypes

/// The repair of one damaged snapshot file of this node, from whatever the other nodes have of the
/// same position: whom to ask next for the bytes that are missing.
///
/// Nobody leads it and nobody's word counts: bytes that do not fit the file's own checksums are not
/// taken. So nodes whose files are damaged in different places repair each other. When nobody has a
/// piece it rests and asks again: others may have been repaired meanwhile, or may have started.
struct SnapshotRepair: Sendable {
  enum Stage: Hashable, Sendable {
    /// The snapshot thread walks through the file, or tries a piece.
    case mending
    /// That node was asked for the bytes from `offset` on.
    case asking(NodeID, offset: UInt64, until: Instant)
    /// Nobody had them; the round begins anew then.
    case resting(offset: UInt64, until: Instant)
  }

  let position: LogPosition
  private let patience: TimeSpan
  private(set) var stage = Stage.mending
  /// Pieces that were tried.
  private(set) var pieces: UInt64 = 0
  /// Who is asked first: the last one whose piece fitted, if any.
  private var preferred: NodeID?
  /// Whose piece was tried last.
  private var tried: NodeID?
  /// Who was asked for the bytes that are missing now, in vain.
  private var asked: [NodeID] = []
  private var missing: UInt64?

  /// - Parameter patience: how long a node may take to answer.
  init(_ position: LogPosition, patience: TimeSpan) {
    self.position = position
    self.patience = patience
  }

  /// When to go on without having heard anything.
  var deadline: Instant {
    switch stage {
    case .mending: .distantFuture
    case .asking(_, _, let until), .resting(_, let until): until
    }
  }

  /// The file is right up to `offset` and wrong there.
  mutating func miss(
    _ offset: UInt64, among peers: [NodeID], at now: Instant
  ) -> NodeID? {
    if missing != offset {
      preferred = tried
      missing = offset
      asked = []
    }
    return ask(among: peers, at: now)
  }

  /// What a node answered.
  /// - Returns: whether to try the piece.
  mutating func answered(_ piece: SnapshotPiece, by peer: NodeID) -> Bool {
    guard case .asking(peer, piece.offset, _) = stage, piece.position == position else {
      return false
    }
    guard !piece.bytes.isEmpty else { return false }
    tried = peer
    pieces += 1
    stage = .mending
    return true
  }

  /// That node said it has no such bytes.
  func isDenial(_ piece: SnapshotPiece, by peer: NodeID) -> Bool {
    guard case .asking(peer, piece.offset, _) = stage else { return false }
    return piece.position == position && piece.bytes.isEmpty
  }

  /// A node stays silent, or had nothing: the next one is asked, if there is one.
  mutating func goOn(among peers: [NodeID], at now: Instant) -> NodeID? {
    ask(among: peers, at: now)
  }

  /// After a rest the walk goes on, and everybody may be asked again.
  mutating func beginAnew() {
    stage = .mending
    asked = []
  }

  /// The thread could not work on the file; later it may.
  mutating func rest(at now: Instant) {
    stage = .resting(offset: missing ?? 0, until: now + patience * 8)
  }

  private mutating func ask(
    among peers: [NodeID], at now: Instant
  ) -> NodeID? {
    let offset = missing ?? 0
    let left = peers.filter { !asked.contains($0) }
    guard let peer = left.first(where: { $0 == preferred }) ?? left.first else {
      stage = .resting(offset: offset, until: now + patience * 4)
      return nil
    }
    asked.append(peer)
    stage = .asking(peer, offset: offset, until: now + patience)
    return peer
  }
}
