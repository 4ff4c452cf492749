package import RaftTypes
internal import Synchronization

/// Which nodes a fault has to itself, so that overlapping faults do not undo each other; and which
/// disks are damaged, so that one good copy of everything stays.
package final class NodeClaims: Sendable {
  private struct State {
    var claimed: Set<NodeID> = []
    var damaged: Set<NodeID> = []
  }

  private let state = Mutex(State())
  private let mostDamaged: Int

  /// - Parameter mostDamaged: how many disks may be damaged at once.
  package init(mostDamaged: Int) { self.mostDamaged = mostDamaged }

  /// Takes all of `nodes`, or none.
  package func claim(_ nodes: [NodeID]) -> Bool {
    state.withLock { state in
      guard state.claimed.isDisjoint(with: nodes) else { return false }
      state.claimed.formUnion(nodes)
      return true
    }
  }

  /// Gives them back.
  package func release(_ nodes: [NodeID]) { state.withLock { $0.claimed.subtract(nodes) } }

  /// Whether the disk of one more node may be damaged; it counts as damaged from now on.
  package func damage(_ node: NodeID) -> Bool {
    state.withLock { state in
      guard state.damaged.contains(node) || state.damaged.count < mostDamaged else { return false }
      state.damaged.insert(node)
      return true
    }
  }

  /// The node is in step again.
  package func repaired(_ node: NodeID) { state.withLock { _ = $0.damaged.remove(node) } }

  package var damaged: Set<NodeID> { state.withLock { $0.damaged } }
}
