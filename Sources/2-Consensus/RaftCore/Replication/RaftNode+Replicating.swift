internal import Determinism
internal import RaftTypes

// How a leader brings its followers' logs in step with its own (§5.3, dissertation §10.2).
extension RaftNode {
  /// Sends every member what it lacks and its window allows. Runs once a turn, so that everything
  /// proposed in a turn travels in one message.
  mutating func replicate() {
    // Also where this turn ended the leadership.
    defer { grown = 0 }
    guard case .leader = role else { return }
    syncProgress()
    // Each by itself: who held them all would make the first change copy them all.
    for peer in role.leadership?.progress.keys ?? [] {
      if let progress = role.leadership?.progress[peer] { feed(peer, progress) }
    }
  }

  mutating func handle(_ reply: AppendReply, from peer: NodeID) {
    guard case .leader = role else { return }
    switch reply {
    case .accepted(let durable):
      // The position, not the index alone: it must be an entry of this leader's log (pitfall 13).
      guard durable.index < log.base.index || log.holds(durable) else { return }
      let now = now
      role.leadership?.progress.update(peer) { $0.accepted(durable.index, at: now) }
      advanceCommitByCounting()
    case .rejected(let previous, let hint):
      let place =
        hint.index > log.base.index
        ? log.lastIndex(atMost: hint.index, term: hint.term) : hint.index
      role.leadership?.progress.update(peer) { $0.rejected(previous.index, hint: place) }
    }
  }

  /// Progress follows the configuration in force: new members and new disks appear, removed ones
  /// go.
  private mutating func syncProgress() {
    guard role.followedConfiguration != configurations.effectiveIndex, let membership,
      case .leader(let leadership) = role
    else { return }
    let next = log.last.index.next
    role.leadership?.progress = SortedMap(
      membership.members.filter { $0.0 != id }.map { peer, member in
        let known = leadership.progress[peer]
        let isSameDisk = known?.incarnation == member.incarnation
        return (peer, (isSameDisk ? known : nil) ?? Progress(of: member, next: next))
      })
    role.leadership?.configuration = configurations.effectiveIndex
    let prospects = membership.prospects.map(\.id)
    role.leadership?.isTransitional = membership.isJoint || !prospects.isEmpty
    _ = role.leadership?.catchUps.removeAll { id, _ in !prospects.contains(id) }
  }

  private mutating func feed(_ peer: NodeID, _ progress: Progress) {
    askDiskAgain(for: peer, progress)
    switch progress.flow {
    case .replicating where progress.needsState && snapshot != nil: beginSnapshot(for: peer)
    case .probing(let probing): probe(peer, probing)
    case .replicating(let pipeline):
      if !pipeline.flights.isEmpty, now >= pipeline.movedAt + settings.electionLeast {
        // Nothing has moved for so long: what was in flight may be lost.
        askAnew(peer)
      } else if pipeline.next <= log.base.index
        || (isLost(pipeline.next, progress) && covers(pipeline.next))
      {
        beginSnapshot(for: peer)
      } else if pipeline.next <= log.last.index {
        fill(pipeline, of: peer)
      } else if progress.applied < min(commit, progress.match),
        now >= pipeline.movedAt + settings.electionLeast
      {
        // It has what is committed and does not apply it: a restart or an election of its own made
        // it forget that its log was verified, or its disk lost something since. Ask it anew.
        askAnew(peer)
      }
    case .snapshotting(let transfer):
      continueSnapshot(for: peer, transfer)
      if progress.needsState { feedBesides(peer) }
    }
  }

  private func covers(_ index: LogIndex) -> Bool {
    snapshot.map { $0.position.index >= index } ?? false
  }

  /// A follower without a state keeps and acknowledges the log all the same, and a quorum may need
  /// it while it receives a snapshot: one append at a time.
  private mutating func feedBesides(_ peer: NodeID) {
    guard let progress = role.leadership?.progress[peer],
      case .snapshotting(var transfer) = progress.flow, progress.match >= log.base.index
    else { return }
    if let flight = transfer.besides, progress.match < flight.last,
      now < flight.sentAt + settings.electionLeast
    {
      return
    }
    let next = progress.match.next
    let entries = entries(for: peer, from: next, limit: settings.limits.appendBytes)
    guard let last = entries.last?.index else { return }
    sendAppend(entries, from: next, to: peer)
    transfer.besides = Progress.Transfer.Flight(last: last, sentAt: now)
    role.leadership?.progress.update(peer) { $0.flow = .snapshotting(transfer) }
  }

  private mutating func askAnew(_ peer: NodeID) {
    role.leadership?.progress.update(peer) { $0.probeAgain() }
    guard let progress = role.leadership?.progress[peer] else { return }
    feed(peer, progress)
  }

  /// One append at a time; repeated without its entries when no answer comes within a heartbeat.
  private mutating func probe(_ peer: NodeID, _ probing: Progress.Probing) {
    if let sentAt = probing.sentAt, now < sentAt + settings.heartbeat { return }
    guard probing.next > log.base.index else {
      beginSnapshot(for: peer)
      return
    }
    let isFirst = probing.sentAt == nil
    let entries =
      isFirst
      ? entries(for: peer, from: probing.next, limit: settings.limits.appendBytes) : []
    sendAppend(entries, from: probing.next, to: peer)
    let now = now
    role.leadership?.progress.update(peer) {
      $0.flow = .probing(Progress.Probing(next: probing.next, sentAt: now))
    }
  }

  /// Appends ahead of their answers, until the window is full or the turn has done its part.
  private mutating func fill(_ pipeline: Progress.Pipeline, of peer: NodeID) {
    var pipeline = pipeline
    let limits = settings.limits
    var left = pipeline.next <= commit ? turnBytesBehind : limits.turnBytes
    while pipeline.next <= log.last.index, pipeline.flights.count < limits.appendsInFlight,
      pipeline.bytes < limits.bytesInFlight, left > 0
    {
      let entries = entries(
        for: peer, from: pipeline.next, limit: min(left, limits.appendBytes))
      guard let last = entries.last else { break }
      sendAppend(entries, from: pipeline.next, to: peer)
      let bytes = entries.reduce(0) { $0 + $1.weight }
      if pipeline.flights.isEmpty { pipeline.movedAt = now }
      pipeline.flights.append(Progress.Pipeline.Flight(last: last.index, bytes: bytes))
      pipeline.bytes += bytes
      left -= bytes
      pipeline.next = last.index.next
    }
    role.leadership?.progress.update(peer) {
      $0.flow = .replicating(pipeline)
      $0.recalled.letGo(before: pipeline.next)
    }
  }

  /// Twice what the log grows by, so that whoever lags draws level under any load.
  private var turnBytesBehind: Int {
    min(settings.limits.turnBytes, max(settings.limits.turnBytesBehind, 2 * grown))
  }

  mutating func sendAppend(_ entries: [Entry], from next: LogIndex, to peer: NodeID) {
    let index = next.previous
    guard let term = log.term(at: index) else {
      preconditionFailure("RaftNode \(id): \(index) is not in \(log.base)...\(log.last)")
    }
    let previous = LogPosition(term: term, index: index)
    send(.append(Append(previous: previous, entries: entries, commit: commit)), to: peer)
  }
}
