internal import ClientProtocol
internal import Determinism
internal import KeyValueStore
internal import RaftCore
internal import RaftTypes

// Leadership, and handing it over.
extension Replica {
  mutating func requestTransfer(_ ticket: Ticket, to target: NodeID?) {
    if let target, core.membership?.isVoter(target) != true {
      return fail(
        ticket,
        ClientError(
          .badRequest,
          "node \(target.number) is no voter of this cluster: name one of `kvctl status`",
          outcome: .notApplied, retryable: false))
    }
    if target == settings.id { return finish(ticket, .transferred(to: settings.id)) }
    calls.move(ticket, to: .transferring)
    inputs.append(.transfer(to: target))
  }

  mutating func transferEnded(_ outcome: TransferOutcome) {
    for ticket in calls.tickets where calls[ticket]?.stage == .transferring {
      switch outcome {
      case .handedOver(let target): finish(ticket, .transferred(to: target))
      case .unanswered(let target):
        fail(
          ticket,
          ClientError(
            .transferFailed,
            "node \(target.number) was told to lead and is not heard of: see `kvctl status`",
            outcome: .unknown, retryable: false))
      case .abandoned, .notLeader:
        fail(
          ticket,
          ClientError(
            .transferFailed,
            "the target did not catch up in time, or cannot be reached: see `kvctl status`",
            outcome: .notApplied, retryable: true, leader: leaderHint))
      }
    }
  }

  /// Stops cleanly: a leader hands over first, so that the others need no election timeout.
  mutating func stop() {
    guard stopping == nil else { return }
    if core.isLeader {
      stopping = now + settings.stopPatience
      inputs.append(.transfer(to: nil))
    } else {
      stopping = now
    }
  }

  /// Tells a person what changed, and whether this node may end.
  mutating func report() {
    let event: ReplicaEvent =
      switch core.role {
      case .leader: .leading(core.term)
      case .preCandidate: .leaderless(core.term)
      case .candidate: .campaigning(core.term)
      case .follower(let follower):
        if let leader = follower.leader {
          .following(leader, core.term)
        } else {
          .leaderless(core.term)
        }
      }
    if event != reported {
      reported = event
      effects.events.append(event)
      if core.leader != nil, !queued.isEmpty { lookAgain = now }
    }
    tellPeers()
    if let stopping, !core.isLeader || now >= stopping {
      for ticket in calls.tickets { failStopped(ticket) }
      effects.stopped = true
    }
  }

  private mutating func failStopped(_ ticket: Ticket) {
    guard let call = calls[ticket] else { return }
    let unknown: Bool =
      switch call.stage {
      case .appended, .forwarded, .transferring, .snapshotting: call.hasEffect
      case .queued, .offered, .reading, .ready, .scanning, .gathering: false
      }
    fail(
      ticket,
      ClientError(
        .stopping, "this node is stopping: ask another", outcome: unknown ? .unknown : .notApplied,
        retryable: !(unknown && call.isWrite), leader: leaderHint))
  }

  /// Connections follow the configuration in force. Whom it leaves out stays connected until it is
  /// committed: a leader that removes itself needs the answers to its last entry (pitfall 26).
  private mutating func tellPeers() {
    guard let index = core.configurations.effectiveIndex else { return }
    let reach = Reach(configuration: index, isCommitted: index <= core.commit)
    guard reach != connectedTo, let membership = core.membership else { return }
    connectedTo = reach
    var members = membership.members
    if !reach.isCommitted {
      for (id, member) in core.configurations.at(core.commit)?.members ?? SortedMap()
      where members[id] == nil { members[id] = member }
    }
    effects.peers = PeerSet(members: members, configuration: index)
  }
}

/// The configuration that the connections follow.
struct Reach: Hashable, Sendable {
  let configuration: LogIndex
  let isCommitted: Bool
}
