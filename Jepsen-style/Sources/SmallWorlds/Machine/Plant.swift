/// A bug put in on purpose, by tampering with what the core says or hears: a search that does not
/// find its consequences proves nothing.
public enum Plant: String, CaseIterable, Sendable {
  /// Messages leave before the ballot they follow from is durable (pitfall 2).
  case voteBeforeBallot
  /// The core is told that its log is durable when the write has only begun (pitfall 4).
  case acknowledgeBeforeSync
  /// A synced ballot is gone after a crash (pitfall 68).
  case lostBallot
  /// A node returns with an empty disk under its old name (pitfall 3).
  case emptyDisk
  /// Votes are granted whatever the candidate's log holds (pitfall 9).
  case blindVote
}
