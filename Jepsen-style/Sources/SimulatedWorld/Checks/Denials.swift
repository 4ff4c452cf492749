internal import Determinism
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import Replica

/// What a process may give up of its log without another in its place: a slot whose body rotted,
/// and what is behind it, once a majority of the others denied that slot (decision 25).
struct Denials {
  private var deniers = SortedMap<LogPosition, [NodeID]>()
  /// From here on the log was given up; the disk has it until other entries take its place.
  private(set) var voidedFrom: LogIndex?

  /// Sees what came to a turn that began as `old`: a denial counts in a term beyond its asker's.
  mutating func note(_ inputs: [ReplicaInput], _ old: NodeView) {
    for input in inputs {
      guard case .frame(.raft(let envelope), let peer) = input, envelope.term > old.term,
        case .repairReply(let reply) = envelope.message
      else { continue }
      for position in reply.absent {
        let known = deniers[position] ?? []
        if !known.contains(peer) { deniers[position] = known + [peer] }
      }
    }
  }

  /// Sees what the turn did to the log of `id`, and asks by what right.
  /// - Parameter membership: the configuration at an index.
  mutating func check(
    _ old: NodeView, _ new: NodeView, _ jobs: [StorageJob], of id: NodeID,
    membership: (LogIndex) -> Membership?
  ) throws(Violation) {
    if let voided = voidedFrom, new.last.index >= voided { voidedFrom = nil }
    guard new.last.index < old.last.index, !jobs.contains(where: \.replacesEntries) else { return }
    let first = new.last.index.next
    let denied = deniers.keys.filter { $0.index == first }
    let others = denied.flatMap { deniers[$0] ?? [] }.filter { $0 != id }
    guard old.isFaulty, first > old.commit, let membership = membership(first),
      membership.halves.allSatisfy({ half in
        half.count { others.contains($0) } > half.count / 2
      })
    else { throw Violation("\(id) gives its log up from \(first) on, denied by \(others)") }
    voidedFrom = first
  }
}

extension StorageJob {
  fileprivate var replacesEntries: Bool {
    guard case .log(let write) = self else { return false }
    switch write.change {
    case .append, .reset: return true
    case .fill: return false
    }
  }
}
