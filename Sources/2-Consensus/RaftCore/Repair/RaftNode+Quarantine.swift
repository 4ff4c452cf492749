internal import Determinism
internal import RaftTypes

// Equal logs make equal states, unless a machine errs. Every node's state has a hash at the marks
// of the log; whom the majority contradicts trusts its state no more and takes another's (pitfall
// 50).
extension RaftNode {
  /// Own marks that are remembered, for answers that come late.
  private static let remembered = 8

  mutating func wasApplied(_ index: LogIndex, _ mark: StateMark?) {
    applied = max(applied, index)
    guard stateIsSound, let mark, mark != marks.last else { return }
    marks.append(mark)
    if marks.count > Self.remembered { marks.removeFirst() }
    compareMarks(at: mark.index)
    // The others may have agreed before this leader came so far.
    if let agreed = role.leadership?.agreed { compare(with: agreed) }
  }

  /// The leader's part: what a quorum shares is right.
  mutating func compareMarks(at index: LogIndex) {
    guard case .leader(let leadership) = role, let membership,
      index > leadership.agreed?.index ?? .zero
    else { return }
    let (id, own) = (id, marks.last { $0.index == index }?.hash)
    let hash = { (voter: NodeID) -> UInt64? in
      if voter == id { return own }
      guard let mark = leadership.progress[voter]?.mark, mark.index == index else { return nil }
      return mark.hash
    }
    let candidates = membership.members.keys.filter(membership.isVoter).compactMap(hash)
    let isShared = { (candidate: UInt64) in
      Quorum.tally(in: membership) { voter in hash(voter).map { $0 == candidate } }
    }
    if let agreed = candidates.first(where: { isShared($0) == .won }) {
      let mark = StateMark(index: index, hash: agreed)
      role.leadership?.agreed = mark
      compare(with: mark)
      role.leadership?.dispute = nil
    } else if candidates.contains(where: { $0 != candidates[0] }), leadership.dispute == nil {
      role.leadership?.dispute = Dispute(index: index, since: now)
    }
  }

  /// Voters that have not spoken yet may settle a dispute; when they stay silent, nobody knows what
  /// is right.
  mutating func settleDispute(_ leadership: Shared<Leadership>) {
    guard let dispute = leadership.dispute,
      now >= dispute.since + settings.electionMost * 10
    else { return }
    effects.divergence = dispute.index
  }

  /// What the majority has at this mark; another state there is wrong, and so is everything since.
  mutating func compare(with agreed: StateMark) {
    guard stateIsSound, let own = marks.last(where: { $0.index == agreed.index }),
      own.hash != agreed.hash
    else { return }
    stateIsSound = false
    marks = []
    effects.quarantine = Quarantine(found: own, agreed: agreed)
    if isLeader { follow(nil, in: term) }
  }
}
