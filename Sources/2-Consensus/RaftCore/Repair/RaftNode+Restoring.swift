internal import Determinism
internal import RaftTypes

// Records of a running log that rotted at rest, and whose bodies are not in memory: another
// member's copy takes their place on the disk. Nobody waits for that but a state machine that is
// being replayed, and the next start.
extension RaftNode {
  /// Whoever asked in vain asks again after so long: what is compacted meanwhile nobody needs.
  private var restoringPause: TimeSpan { settings.electionMost * 10 }

  mutating func noteRot(of positions: [LogPosition]) {
    for position in positions where log.slot(at: position.index) == .onDisk(position) {
      rotted[position.index] = position.term
    }
    rottedAskedAt = nil
  }

  /// Asks who certainly has them, and would never rather swear that it does not: a follower its
  /// leader, a leader those that match that far.
  mutating func replaceRotted() {
    guard !rotted.isEmpty, rottedAskedAt.map({ now >= $0 + restoringPause }) ?? true else { return }
    rotted.removeAll { log.slot(at: $0) != .onDisk(LogPosition(term: $1, index: $0)) }
    guard let first = rotted.keys.first else { return }
    let peers: [NodeID] =
      switch role {
      case .follower(let follower): follower.leader.map { [$0] } ?? []
      case .preCandidate, .candidate: []
      case .leader(let leadership):
        leadership.progress.keys.filter {
          leadership.progress[$0].map { $0.match >= first } ?? false
        }
      }
    guard !peers.isEmpty else { return }
    rottedAskedAt = now
    for peer in peers { askToRestore(of: peer) }
  }

  private mutating func askToRestore(of peer: NodeID) {
    let known = role.leadership?.progress[peer]?.match ?? log.last.index
    let wanted = rotted.keys.prefix { $0 <= known }.prefix(RepairRequest.most).compactMap { index in
      rotted[index].map { LogPosition(term: $0, index: index) }
    }
    if !wanted.isEmpty { send(.repairRequest(RepairRequest(wanted: wanted)), to: peer) }
  }

  /// Takes what was asked for of a repair's answer, and asks for the rest.
  mutating func restore(from reply: RepairReply, of peer: NodeID) {
    let brought = reply.entries.filter {
      rotted[$0.index] == $0.term && log.slot(at: $0.index) == .onDisk($0.position)
    }
    guard !brought.isEmpty else { return }
    for entry in brought { rotted.remove(entry.index) }
    effects.restored += brought
    askToRestore(of: peer)
  }
}
