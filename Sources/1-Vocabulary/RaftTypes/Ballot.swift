/// The promise a node keeps across crashes: its term and the candidate it voted for in it (§5.2).
/// Durable before any message that follows from it may leave (pitfall 2).
public struct Ballot: Hashable, Sendable {
  public let term: Term
  /// Nil: no vote given in this term.
  public let vote: NodeID?

  public init(term: Term, vote: NodeID?) {
    self.term = term
    self.vote = vote
  }

  /// A disk that never took part in an election.
  public static let blank = Ballot(term: .zero, vote: nil)
}
