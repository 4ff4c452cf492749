internal import Determinism
internal import RaftTypes

// The first election after a start of the whole cluster. Nobody led while the nodes read their
// disks, so nobody's silence has to be waited out once more: what a voter owes to a leader that it
// no longer remembers counts from the beginning of its life (`votesFrom`), and is mostly over when
// its state stands.
//
// Only rehearsals are hurried. They bind nobody, and as long as a leader is heard they are refused.
extension RaftNode {
  /// Whether this node began a moment ago and has heard no leader: others are starting too, and
  /// whoever asks before they listen asks again soon.
  var isStarting: Bool { now < startingUntil && leaderContact == began }

  /// When to ask again: some round trips later, and soon enough for a person not to notice.
  var startRetry: Instant { now + settings.heartbeat / 4 }

  /// Two that begin together ask each other in the same moment, and as candidates would split the
  /// votes. The one with the lower id goes on. Its question was sent before its answer, so the
  /// other one has given up before it can count that.
  mutating func yieldStart(to candidate: NodeID) {
    guard isStarting, candidate < id, case .preCandidate = role else { return }
    role = .follower(Follower(leader: nil, deadline: earlyPatience()))
  }
}
