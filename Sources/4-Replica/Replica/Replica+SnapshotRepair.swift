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

  /// A record rotted at rest. What this node has in memory it writes once more, what it has on the
  /// disk alone it asks others for; older entries are covered by a snapshot.
  mutating func recordIsDamaged(_ first: LogPosition, _ last: LogPosition) {
    guard last.index <= core.log.last.index, first.index <= last.index else { return }
    var entries: [Entry] = []
    var elsewhere: [LogPosition] = []
    for number in first.index.number...last.index.number {
      guard let slot = core.log.slot(at: LogIndex(number)), slot.position.term == first.term else {
        continue
      }
      switch slot {
      case .entry(let entry): entries.append(entry)
      case .onDisk(let position): elsewhere.append(position)
      case .faulty: break
      }
    }
    if !entries.isEmpty { restore(entries) }
    if !elsewhere.isEmpty { inputs.append(.rotted(elsewhere)) }
  }

  /// Entries of the log whose records rotted.
  mutating func restore(_ entries: [Entry]) {
    effects.storage.append(.restore(entries))
    effects.events.append(.restoredEntries(entries[0].position, count: entries.count))
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
    case .whole:
      effects.events.append(.mendedSnapshot(position, pieces: repair?.pieces ?? 0))
      repair = nil
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
    if let repair, repair.position.index <= position.index { self.repair = nil }
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
