internal import Determinism
internal import RaftTypes

// Slots whose bodies rotted, when no leader fills them. Who has one may not campaign: so it asks
// everybody. A position names one entry for ever (§5.3), so any copy of it is the right one; and an
// entry that a majority denies, in terms later than this node's, was not committed with its help.
extension RaftNode {
  /// Whether this node waits for bodies that only others have.
  var wantsRepair: Bool { !log.faulty.isEmpty && membership?.members[id] != nil }

  /// Asks all members for what is missing.
  mutating func askForRepair() {
    refuseAskedReads()
    role = .follower(Follower(leader: nil, deadline: patience()))
    denials = SortedMap()
    for peer in membership?.members.keys ?? [] where peer != id { requestRepair(from: peer) }
  }

  mutating func requestRepair(from peer: NodeID) {
    let wanted = log.faulty.prefix(RepairRequest.most).compactMap { index in
      log.term(at: index).map { LogPosition(term: $0, index: index) }
    }
    send(.repairRequest(RepairRequest(wanted: wanted)), to: peer)
  }

  /// - Parameter asked: the term of the node that asks.
  mutating func answer(_ request: RepairRequest, from peer: NodeID, in asked: Term) {
    var found: [Entry] = []
    var weight = 0
    var absent: [LogPosition] = []
    var onDisk: [LogPosition] = []
    for position in request.wanted {
      switch log.slot(at: position.index) {
      case .entry(let entry)? where entry.position == position:
        weight += entry.weight
        if weight <= settings.limits.appendBytes || found.isEmpty { found.append(entry) }
      case .faulty(position)?: break
      case .onDisk(position)?: onDisk.append(position)
      case .entry?, .onDisk?, .faulty?: absent.append(position)
      case nil: if position.index > log.last.index { absent.append(position) }
      }
    }
    if !maySwear(to: absent, in: asked) { absent = [] }
    // What is at hand leaves first: who asked asks again for the rest.
    if found.isEmpty { recall(onDisk, for: peer) }
    guard !found.isEmpty || !absent.isEmpty else { return }
    send(.repairReply(RepairReply(entries: found, absent: absent)), to: peer)
  }

  /// "I do not hold it" is worth something only when no leader of a term in which the asker may
  /// have acknowledged the entry can still bring it here and count both: this node moves beyond the
  /// asker's term, durably, before it says so. Not while a leader is at work, who knows better; and
  /// not from a disk that may have held it and forgot.
  private mutating func maySwear(to absent: [LogPosition], in asked: Term) -> Bool {
    guard let newest = absent.map(\.term).max(), mayVote, now >= votesFrom, !leaderIsAtWork else {
      return false
    }
    let bound = max(newest, asked)
    if term <= bound { follow(nil, in: bound.next) }
    return true
  }

  /// - Parameter sworn: the term of the node that answers.
  mutating func handle(_ reply: RepairReply, from peer: NodeID, in sworn: Term) {
    let fillings = reply.entries.filter { log.slot(at: $0.index) == .faulty($0.position) }
    if !fillings.isEmpty {
      effects.logWrites.append(log.fill(fillings))
      for entry in fillings {
        configurations.note(entry)
        logTime = max(logTime, entry.logTime)
      }
    }
    restore(from: reply, of: peer)
    if sworn > term { for position in reply.absent { deny(position, by: peer) } }
    if !fillings.isEmpty, leader == nil, wantsRepair { requestRepair(from: peer) }
  }

  /// Why the entry is void once a majority denies it: had a leader committed it, in some term c,
  /// then a denier would have acknowledged it in c; before that denial it is impossible, since logs
  /// of later leaders have it, so c is not before the denial's term, which is beyond every term in
  /// which this node acknowledged anything. So this node was not counted, and need not keep it.
  ///
  /// Only the first rotten slot: behind it may lie a configuration that this node cannot read, and
  /// then it knows nothing of who decided.
  private mutating func deny(_ position: LogPosition, by peer: NodeID) {
    guard leader == nil, !isLeader, position.index > commit, position.index == log.faulty.first,
      log.slot(at: position.index) == .faulty(position),
      let membership = configurations.at(position.index)
    else { return }
    var deniers = denials[position.index] ?? []
    if !deniers.contains(peer) { deniers.append(peer) }
    denials[position.index] = deniers
    // Its own disk once held the entry: it is no witness to the contrary.
    let tally = Quorum.tally(in: membership) { $0 != id && deniers.contains($0) ? true : nil }
    guard tally == .won else { return }
    log.abandon(from: position.index)
    configurations.truncate(from: position.index)
    denials = SortedMap()
  }
}
