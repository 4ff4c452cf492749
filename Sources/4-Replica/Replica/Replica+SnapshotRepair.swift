internal import Determinism
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes

// A damaged snapshot file is mended with pieces of the other nodes' files. A leader's snapshot is
// the other way back to a state; whichever comes first ends the need for the other.
extension Replica {
  /// Damage was found in this node's snapshot of that position.
  mutating func snapshotIsDamaged(_ position: LogPosition) {
    guard repair == nil || (repair?.position.index ?? .zero) < position.index else { return }
    repair = SnapshotRepair(position, patience: piecePatience)
    effects.events.append(.mendingSnapshot(position))
    effects.snapshots.append(.mend(position, nil))
  }

  /// How far the snapshot thread came with the file.
  mutating func mending(_ position: LogPosition, _ progress: MendingProgress) {
    guard repair?.position == position else { return }
    switch progress {
    case .going: effects.snapshots.append(.mend(position, nil))
    case .missing(let offset):
      let now = now
      ask { $0.miss(offset, among: $1, at: now) }
    case .stuck:
      let now = now
      repair?.rest(at: now)
    case .whole: endRepair(at: position)
    }
  }

  mutating func receive(_ piece: SnapshotPiece, from peer: NodeID) {
    guard var repair else { return }
    if repair.answered(piece, by: peer) {
      self.repair = repair
      effects.snapshots.append(.mend(piece.position, piece))
    } else if repair.isDenial(piece, by: peer) {
      let now = now
      ask { $0.goOn(among: $1, at: now) }
    }
  }

  /// Asks the next node when one stays silent, and everybody anew after a rest.
  mutating func passRepairDeadline() {
    guard let repair, now >= repair.deadline else { return }
    if case .resting = repair.stage {
      self.repair?.beginAnew()
      effects.snapshots.append(.mend(repair.position, nil))
    } else {
      let now = now
      ask { $0.goOn(among: $1, at: now) }
    }
  }

  /// A snapshot at `position` or later took the damaged one's place.
  mutating func endRepair(at position: LogPosition) {
    guard let done = repair, done.position.index <= position.index else { return }
    if done.position == position {
      effects.events.append(.mendedSnapshot(position, pieces: done.pieces))
    }
    repair = nil
  }

  // Asks the node that `choose` names, of all other members.
  private mutating func ask(_ choose: (inout SnapshotRepair, [NodeID]) -> NodeID?) {
    guard var repair else { return }
    let peers = (core.membership?.members.keys ?? []).filter { $0 != settings.id }
    let chosen = choose(&repair, peers)
    self.repair = repair
    guard let chosen, case .asking(_, let offset, _) = repair.stage else { return }
    send(.pieceRequest(PieceRequest(position: repair.position, offset: offset)), to: chosen)
  }

  /// A piece is read from a disk and crosses the network once.
  private var piecePatience: TimeSpan { settings.consensus.electionMost }
}
