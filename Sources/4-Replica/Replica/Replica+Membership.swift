internal import ClientProtocol
internal import Determinism
internal import RaftCore
internal import RaftTypes

// Who belongs to the cluster: asked, changed, and refused in words that say what to do.
extension Replica {
  mutating func requestChange(_ ticket: Ticket, _ change: MembershipChange) {
    calls.move(ticket, to: .offered)
    inputs.append(.changeMembership(change, ticket))
  }

  mutating func wasRefused(_ refused: RefusedChange) {
    let (code, message): (ClientError.Code, String) =
      switch refused.reason {
      case .notLeader: (.notLeader, "")
      case .changeUnderWay:
        (
          .changeUnderWay,
          "another change of the membership, or of the leader, is not finished: try again shortly"
        )
      case .alreadyMember(let node):
        (.badRequest, "node \(node.number) is a member already: see `kvctl member ls`")
      case .notMember(let node):
        (.badRequest, "node \(node.number) is no member: see `kvctl member ls`")
      case .alreadyVoter(let node): (.badRequest, "node \(node.number) is a voter already")
      case .notVoter(let node):
        (.badRequest, "node \(node.number) is no voter: see `kvctl member ls`")
      case .lastVoter(let node):
        (.badRequest, "node \(node.number) is the last voter: add another one first")
      case .addressTaken(let node):
        (.badRequest, "node \(node.number) listens on that address: give another one")
      case .tooManyMembers:
        (.badRequest, "the cluster has as many members as it may: remove one first")
      }
    guard code != .notLeader else { return enqueue(refused.ticket) }
    fail(
      refused.ticket,
      ClientError(
        code, message, outcome: .notApplied, retryable: code == .changeUnderWay,
        leader: leaderHint))
  }

  /// The leader knows how far everybody is; without one this node says what it knows.
  mutating func answerMembership(_ ticket: Ticket) {
    guard let view = membershipView else {
      return fail(
        ticket,
        ClientError(
          .starting, "this node has not heard of a membership yet: ask another",
          outcome: .notApplied, retryable: true))
    }
    finish(ticket, .membership(view))
  }

  var membershipView: MembershipView? {
    guard let membership = core.membership, let index = core.configurations.effectiveIndex
    else { return nil }
    var matches = SortedMap<NodeID, LogIndex>()
    if case .leader(let leadership) = core.role {
      matches = SortedMap(leadership.progress.map { ($0.0, $0.1.match) })
      matches[settings.id] = core.log.durable
    }
    return MembershipView(
      membership: membership, index: index, isCommitted: index <= core.commit,
      leader: core.leader, last: core.log.last.index, matches: matches)
  }

  // MARK: A state that cannot be trusted

  /// Reads here would be wrong, and so would be a snapshot.
  static let unsound = ClientError(
    .starting,
    "this node's state is damaged and is being replaced by another node's: ask another node",
    outcome: .notApplied, retryable: true)

  mutating func quarantined(_ quarantine: Quarantine) {
    effects.events.append(.quarantined(quarantine))
    effects.snapshots.append(.condemn(quarantine.found.index))
    marking.condemn()
    for read in ready { fail(read.ticket, Self.unsound) }
    ready = []
  }
}
