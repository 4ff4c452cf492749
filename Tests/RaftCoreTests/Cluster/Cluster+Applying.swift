import Determinism
import RaftTypes

@testable import RaftCore

// The state machines and their snapshots.
extension Cluster {
  mutating func apply(_ effects: Effects, at id: NodeID, _ core: RaftNode) throws {
    if let snapshot = effects.install {
      try oracle.recognises(snapshot)
      guard snapshot.position.index > servers[id]?.applied ?? .zero else {
        throw Violation("\(id) installs \(snapshot.position), which takes it back")
      }
      servers[id]?.applied = snapshot.position.index
      installs += 1
    }
    for entry in effects.committed {
      let isNew = try oracle.applied(entry, behind: servers[id]?.applied ?? .zero, by: id)
      servers[id]?.applied = entry.index
      if isNew { try checkQuorumHolds(entry.position, core) }
    }
    if let applied = servers[id]?.applied, applied > core.applied {
      try step(id, .applied(applied, mark: nil))
    }
  }

  /// What is committed stands on a quorum's disks at that moment (§5.3, pitfalls 4 and 12).
  private func checkQuorumHolds(_ position: LogPosition, _ core: RaftNode) throws {
    guard position.index > genesis.index, let membership = core.configurations.at(position.index)
    else { return }
    let holding = Quorum.tally(in: membership) { servers[$0]?.disk.held(position) ?? false }
    guard holding == .won else {
      throw Violation("\(position) is committed and no quorum holds it")
    }
  }

  /// The snapshot that this node's state machine could write now.
  func descriptor(at id: NodeID) -> SnapshotDescriptor? {
    guard let applied = servers[id]?.applied, let entry = oracle.entry(at: applied),
      let membership = self[id].configurations.at(applied)
    else { return nil }
    return SnapshotDescriptor(
      position: entry.position, logTime: entry.logTime, membership: membership,
      cluster: ClusterID(7, epoch: 1), stateHash: oracle.hash(at: applied))
  }

  /// The state machine writes a snapshot, durably, and the core hears of it.
  mutating func takeSnapshot(at id: NodeID) throws {
    guard let snapshot = descriptor(at: id),
      snapshot.position.index > servers[id]?.disk.snapshot?.position.index ?? .zero
    else { return }
    servers[id]?.disk.snapshot = snapshot
    try step(id, .snapshotTaken(snapshot))
  }

  mutating func handle(
    _ effects: Effects, ofSnapshotsAt id: NodeID, _ core: RaftNode
  ) throws {
    for send in effects.snapshotSends where send.offset < snapshotSize {
      let chunk = SnapshotChunk(
        snapshot: send.snapshot, offset: send.offset, size: snapshotSize, bytes: [0])
      try post(
        Envelope(from: id, to: send.to, term: core.term, message: .snapshotChunk(chunk)))
    }
    for chunk in effects.chunks { try keep(chunk, at: id) }
  }

  /// The receiver's duty: keep what arrives in order, and answer every chunk with how much it
  /// holds.
  private mutating func keep(_ chunk: SnapshotChunk, at id: NodeID) throws {
    let position = chunk.snapshot.position
    var receiving = (position: position, received: UInt64(0))
    if let known = servers[id]?.receiving, known.position == position { receiving = known }
    if chunk.offset == receiving.received { receiving.received += UInt64(chunk.bytes.count) }
    servers[id]?.receiving = receiving
    try step(id, .chunkStored(position, received: receiving.received))
    if receiving.received == chunk.size, let life = servers[id]?.life {
      schedule(.snapshotComplete(id, life: life, chunk.snapshot), after: diskDelay)
    }
  }
}
