internal import Determinism
internal import RaftTypes

// Snapshots (§7): taken by every node at the leader's marks, sent to who fell behind, resumable.
extension RaftNode {
  /// The state machine's own snapshot is durable: it replaces the log before it.
  mutating func snapshotWasTaken(_ taken: SnapshotDescriptor) {
    // Begun before the state was found to be wrong: it replaces nothing.
    guard stateIsSound else { return }
    precondition(
      taken.position.index <= handedOut && taken.position.index > .zero,
      "RaftNode \(id): snapshot \(taken.position) of what was not applied (\(handedOut))")
    guard taken.position.index > (snapshot?.position.index ?? .zero) else { return }
    snapshot = taken
    compact(behind: taken.position.index)
  }

  /// Forgets the log before `index`, but for a tail that spares a follower a little slower a whole
  /// snapshot, and what those need that are receiving one now.
  private mutating func compact(behind index: LogIndex) {
    var through = log.tailStart(before: index, keep: settings.limits.tailBytes)
    if case .leader(let leadership) = role, log.bytes <= settings.limits.pinnedBytes {
      for progress in leadership.progress.values {
        if case .snapshotting(let transfer) = progress.flow {
          through = min(through, transfer.snapshot.position.index)
        }
      }
    }
    guard through > log.base.index else { return }
    log.compact(through: through)
    configurations.compact(through: through)
    effects.compactThrough = through
  }

  // MARK: The leader's side

  /// The follower needs entries that are gone. Without a snapshot it is asked again later.
  mutating func beginSnapshot(for peer: NodeID) {
    guard let snapshot, snapshot.position.index >= log.base.index else { return }
    let now = now
    role.leadership?.progress.update(peer) {
      $0.flow = .snapshotting(
        Progress.Transfer(snapshot: snapshot, received: 0, askedAt: now))
      $0.recalled = .none
    }
    effects.snapshotSends.append(SnapshotSend(to: peer, snapshot: snapshot, offset: 0))
  }

  /// Asks again when a window of chunks stayed unanswered; with the newest snapshot, if there is a
  /// newer.
  mutating func continueSnapshot(for peer: NodeID, _ transfer: Progress.Transfer) {
    guard now >= transfer.askedAt + settings.electionMost else { return }
    if let snapshot, snapshot.position.index > transfer.snapshot.position.index {
      beginSnapshot(for: peer)
    } else {
      var again = transfer
      again.askedAt = now
      proceed(peer, again)
    }
    // It may have installed it long ago, and only its word be lost: it accepts this then.
    let place = max(log.base.index, transfer.snapshot.position.index)
    if place <= log.last.index { sendAppend([], from: place.next, to: peer) }
  }

  mutating func handle(_ reply: SnapshotReply, from peer: NodeID) {
    guard case .snapshotting(var transfer)? = role.leadership?.progress[peer]?.flow,
      transfer.snapshot.position == reply.position
    else { return }
    // Less than known is a late answer, or a receiver that starts over: silence tells, and then it
    // counts.
    let isNews = reply.received > transfer.received
    transfer.received = reply.received
    if isNews {
      transfer.askedAt = now
      proceed(peer, transfer)
    } else {
      role.leadership?.progress.update(peer) { $0.flow = .snapshotting(transfer) }
    }
  }

  private mutating func proceed(_ peer: NodeID, _ transfer: Progress.Transfer) {
    role.leadership?.progress.update(peer) { $0.flow = .snapshotting(transfer) }
    effects.snapshotSends.append(
      SnapshotSend(to: peer, snapshot: transfer.snapshot, offset: transfer.received))
  }

  // MARK: The follower's side

  mutating func accept(_ chunk: SnapshotChunk, from leader: NodeID) {
    if brings(chunk.snapshot) {
      effects.chunks.append(chunk)
    } else {
      // An older snapshot than what is committed here would only take away (pitfall 33).
      sendAcknowledgement(to: leader)
    }
  }

  /// Whether a snapshot holds something that this node lacks: later entries, a body that rotted
  /// here and that the leader no longer has as an entry, or a state that the log can be replayed
  /// on.
  private func brings(_ snapshot: SnapshotDescriptor) -> Bool {
    let index = snapshot.position.index
    return index > commit || (log.faulty.first.map { $0 <= index } ?? false)
      || (!stateIsSound && index >= log.base.index)
  }

  mutating func chunkWasStored(_ position: LogPosition, _ received: UInt64) {
    guard let leader = role.follower?.leader else { return }
    send(.snapshotReply(SnapshotReply(position: position, received: received)), to: leader)
  }

  /// Replaces state and log by a complete, durable snapshot. An entry of the same position means
  /// the log behind it still follows; otherwise all of it goes (pitfall 32).
  mutating func install(_ received: SnapshotDescriptor) {
    let index = received.position.index
    guard brings(received) else {
      if let leader = role.follower?.leader { sendAcknowledgement(to: leader) }
      return
    }
    // A leader's commit index covers every snapshot of its term's past; only a follower can be
    // behind.
    guard !isLeader else { return }
    stateIsSound = true
    marks = []
    let follows = log.holds(received.position)
    configurations.reset(to: received, keepingTail: follows)
    if follows {
      log.compact(through: index)
      effects.compactThrough = index
    } else {
      effects.logWrites.append(log.reset(to: received))
    }
    snapshot = received
    commit = max(commit, index)
    handedOut = index
    logTime = max(logTime, received.logTime)
    effects.install = received
    verify(upTo: index)
    if let leader = role.follower?.leader { sendAcknowledgement(to: leader) }
  }
}
