internal import ClientProtocol
internal import Determinism
package import KeyValueStore
internal import PeerProtocol
internal import RaftCore
package import RaftTypes

// Snapshots: cut at the leader's marks, written elsewhere, sent to who fell behind.
extension Replica {
  /// The leader proposes a mark when enough was applied since the last.
  mutating func proposeMark() {
    guard core.isLeader, !marking.isProposed, marking.writing == nil,
      marking.isDue(
        store.statistics, diskBytes: diskBytes, settings.limits)
    else { return }
    marking.wasProposed()
    proposals.append(Proposal(ticket: Marking.ticket, payload: .snapshotMark))
  }

  /// When the leader proposes one early, because nothing more comes.
  var quietMark: Instant? {
    core.isLeader ? marking.quietDeadline(store.statistics, settings.limits) : nil
  }

  mutating func passQuietMark() {
    if let quietMark, now >= quietMark { proposeMarkNow() }
  }

  /// Cuts the view at a mark: every node at the same index, so that equal snapshots exist. While
  /// the last snapshot is still being written this one waits; a newer mark takes its place.
  mutating func cutView(at entry: Entry) {
    marking.reached(
      StateMark(index: entry.index, hash: store.stateHash), diskBytes: diskBytes)
    guard let cluster, let membership = core.configurations.at(entry.index) else { return }
    let snapshot = SnapshotDescriptor(
      position: entry.position, logTime: entry.logTime, membership: membership,
      cluster: cluster, stateHash: store.stateHash)
    marking.wait(snapshot, store.view())
    writeNext()
  }

  private mutating func writeNext() {
    guard marking.writing == nil, let (snapshot, view) = marking.takeWaiting() else { return }
    marking.writing = snapshot.position
    effects.snapshots.append(.write(snapshot, view))
  }

  /// A snapshot of all that was applied, for a node that has stopped: its next start will have
  /// nothing to apply. Nil where that is little already, or the state cannot be trusted. One that
  /// is still being written is given up by the stop, and this one replaces it.
  ///
  /// No mark stands at its position, so the other nodes have no equal one: should it be damaged,
  /// the one before it and the log do, as neither goes before the next mark.
  package var lastSnapshot: (SnapshotDescriptor, StoreView)? {
    let isDue = marking.bytes >= settings.limits.lastSnapshotLeast || marking.writing != nil
    // On a full disk log writes may wait yet, and the log would end below it.
    return isStopping && isDue && !diskIsFull ? snapshotOfNow : nil
  }

  /// Of all that was applied; nil where the state cannot be trusted, or is that of a snapshot.
  private var snapshotOfNow: (SnapshotDescriptor, StoreView)? {
    let index = store.appliedIndex
    guard core.stateIsSound, let cluster, let membership = core.configurations.at(index),
      case .entry(let entry)? = core.log.slot(at: index)
    else { return nil }
    let snapshot = SnapshotDescriptor(
      position: entry.position, logTime: entry.logTime, membership: membership,
      cluster: cluster, stateHash: store.stateHash)
    return (snapshot, store.view())
  }

  /// Consensus cannot wait for a mark. What is being written already may do; else it says so again.
  mutating func cutViewNow() {
    guard marking.writing == nil, marking.waiting == nil, let (snapshot, view) = snapshotOfNow
    else { return }
    marking.wait(snapshot, view)
    writeNext()
  }

  mutating func snapshotWritten(_ snapshot: SnapshotDescriptor, _ bytes: UInt64) {
    defer { writeNext() }
    guard marking.wasWritten(snapshot.position) else { return drop(snapshot) }
    endRepair(at: snapshot.position)
    inputs.append(.snapshotTaken(snapshot))
    effects.events.append(.wroteSnapshot(snapshot.position, bytes: bytes))
    for ticket in calls.tickets {
      guard case .snapshotting(let wanted)? = calls[ticket]?.stage, wanted > .zero,
        snapshot.position.index >= wanted
      else { continue }
      finish(ticket, .snapshotTaken(snapshot.position, bytes: bytes))
    }
    // Whoever still waits asked while this one was written, before the mark that waits, if any.
    guard marking.waiting == nil else { return }
    let isWanted = calls.tickets.contains { ticket in
      if case .snapshotting? = calls[ticket]?.stage { true } else { false }
    }
    if isWanted { proposeMarkNow() }
  }

  /// Its state was found wrong while it was being written. A newer one that stands beside it is
  /// another node's and right.
  private mutating func drop(_ snapshot: SnapshotDescriptor) {
    let index = snapshot.position.index
    let newest = core.stateIsSound ? core.snapshot?.position.index ?? .zero : .zero
    if newest <= index { effects.snapshots.append(.condemn(index)) }
  }

  mutating func snapshotFailed(_ position: LogPosition) {
    _ = marking.wasWritten(position)
    defer { writeNext() }
    for ticket in calls.tickets {
      guard case .snapshotting? = calls[ticket]?.stage else { continue }
      fail(
        ticket,
        ClientError(
          .diskFull, "the snapshot could not be written: see the node's log, free space, try again",
          outcome: .notApplied, retryable: true))
    }
  }

  /// An operator wants a snapshot now: the next mark's, written here.
  mutating func requestSnapshot(_ ticket: Ticket) {
    // Whatever is being written may be older than the request; the one after the next mark is not.
    calls.move(ticket, to: .snapshotting(core.log.last.index.next))
    proposeMarkNow()
  }

  mutating func proposeMarkNow() {
    guard !marking.isProposed else { return }
    marking.wasProposed()
    proposals.append(Proposal(ticket: Marking.ticket, payload: .snapshotMark))
  }

  /// A chunk that was read for a follower leaves, if this node still leads.
  mutating func chunkRead(_ chunk: SnapshotChunk, _ peer: NodeID) {
    guard core.isLeader else { return }
    let envelope = Envelope(
      from: settings.id, to: peer, term: core.term, message: .snapshotChunk(chunk))
    send(.raft(envelope), to: peer)
  }

  /// A received snapshot is ready. Its state must be what its sender said it is.
  mutating func snapshotLoaded(_ snapshot: SnapshotDescriptor, _ store: Store) {
    guard store.stateHash == snapshot.stateHash else {
      effects.events.append(
        .refusedSnapshot(snapshot.position, reason: "its state does not have the hash it names"))
      return
    }
    // Two may be ready in one turn, and consensus chooses (pitfall 36): the newer, unless a state
    // that was lost is all that is missing.
    loaded.append((snapshot, store))
    inputs.append(.snapshotReceived(snapshot))
  }

  /// Consensus says: from now on the state is this.
  mutating func install(_ snapshot: SnapshotDescriptor) {
    guard let (_, state) = loaded.first(where: { $0.0 == snapshot }) else {
      preconditionFailure("Replica: \(snapshot.position) is to be installed but not loaded")
    }
    loaded = []
    store = state
    cluster = snapshot.cluster
    _ = marking.takeWaiting()
    marking.reached(
      StateMark(index: snapshot.position.index, hash: snapshot.stateHash), diskBytes: diskBytes)
    effects.events.append(.installedSnapshot(snapshot.position))
    endRepair(at: snapshot.position)
    for ticket in writes.forget(through: snapshot.position.index) {
      fail(
        ticket,
        ClientError(
          .connectionLost,
          "a new leader's snapshot replaced the log: it may or may not have taken effect",
          outcome: .unknown, retryable: false))
    }
    answerReady()
  }
}
