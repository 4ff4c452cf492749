import Determinism
import RaftTypes

@testable import RaftCore

// The state machines and their snapshots.
extension Cluster {
  /// - Parameter wasSound: whether its state could be trusted before this step.
  mutating func apply(
    _ effects: Effects, at id: NodeID, _ core: RaftNode, wasSound: Bool
  ) throws {
    if effects.quarantine != nil, servers[id]?.disk.snapshot != nil {
      servers[id]?.disk.lostState = true
    }
    if let snapshot = effects.install {
      try oracle.recognises(snapshot)
      guard snapshot.position.index > servers[id]?.applied ?? .zero || !wasSound else {
        throw Violation("\(id) installs \(snapshot.position), which takes it back")
      }
      servers[id]?.applied = snapshot.position.index
      servers[id]?.errs = false
      servers[id]?.mark = nil
      installs += 1
    }
    for entry in effects.committed {
      let isNew = try oracle.applied(entry, behind: servers[id]?.applied ?? .zero, by: id)
      servers[id]?.applied = entry.index
      if isNew { try checkQuorumHolds(entry.position, core) }
    }
    guard let server = servers[id], !effects.committed.isEmpty || server.applied > core.applied
    else { return }
    let mark = newestMark(of: server)
    servers[id]?.mark = mark
    try step(id, .applied(server.applied, mark: mark))
  }

  /// Every tenth index is a mark.
  private func newestMark(of server: Server) -> StateMark? {
    let index = LogIndex(server.applied.number / 10 * 10)
    guard index > .zero else { return nil }
    let wrong = server.errs ? server.error : 0
    return StateMark(index: index, hash: oracle.hash(at: index) ^ wrong)
  }

  /// What is committed stands on a quorum's disks at that moment (§5.3, pitfalls 4 and 12).
  private func checkQuorumHolds(_ position: LogPosition, _ core: RaftNode) throws {
    guard position.index > genesis.index, let membership = core.configurations.at(position.index)
    else { return }
    // Under the configuration of its place, or the next one: the leader counts by its newest.
    let holds = [membership, core.membership ?? membership].contains { configuration in
      Quorum.tally(in: configuration) { servers[$0]?.held(position) ?? false } == .won
    }
    guard holds else {
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
    guard servers[id]?.errs == false, self[id].stateIsSound, let snapshot = descriptor(at: id),
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
    for recall in effects.recalls {
      guard let life = servers[id]?.life else { break }
      schedule(.recallDone(id, life: life, recall), after: diskDelay)
    }
    if (effects.stateWanted && servesNeedy) || effects.snapshotWanted { try takeSnapshot(at: id) }
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
