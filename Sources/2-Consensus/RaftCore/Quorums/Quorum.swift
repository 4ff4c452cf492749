internal import Determinism
public import RaftTypes

/// The arithmetic of majorities (§5.2, §6): pure, and knows nothing of nodes.
public enum Quorum {
  /// How an election stands.
  public enum Tally: Hashable, Sendable { case won, lost, pending }

  /// Members that make a majority of `count`.
  public static func size(of count: Int) -> Int { count / 2 + 1 }

  /// The greatest value that a majority of `voters` has reached, when `value` says what each has.
  /// - Precondition: `voters` is not empty.
  public static func reached<Value: Comparable>(
    by voters: [NodeID], _ value: (NodeID) -> Value
  ) -> Value {
    precondition(!voters.isEmpty, "Quorum.reached: nobody decides")
    // Up to three voters, the usual cluster, without an allocation.
    switch voters.count {
    case 1: return value(voters[0])
    case 2: return min(value(voters[0]), value(voters[1]))
    case 3:
      let (a, b, c) = (value(voters[0]), value(voters[1]), value(voters[2]))
      return max(min(a, b), min(max(a, b), c))
    case _:
      return voters.map(value).sorted(by: >)[size(of: voters.count) - 1]
    }
  }

  /// The greatest value that a quorum has reached; in a joint configuration a majority of each half
  /// (§6).
  public static func reached<Value: Comparable>(
    in membership: Membership, _ value: (NodeID) -> Value
  ) -> Value {
    let incoming = reached(by: membership.voters, value)
    guard let outgoing = membership.outgoing else { return incoming }
    return min(incoming, reached(by: outgoing, value))
  }

  /// How an election stands, when `vote` says true for granted, false for refused, nil for silent.
  public static func tally(in membership: Membership, _ vote: (NodeID) -> Bool?) -> Tally {
    let incoming = tally(of: membership.voters, vote)
    guard let outgoing = membership.outgoing else { return incoming }
    switch (incoming, tally(of: outgoing, vote)) {
    case (.lost, _), (_, .lost): return .lost
    case (.won, .won): return .won
    case (.pending, _), (_, .pending): return .pending
    }
  }

  private static func tally(of voters: [NodeID], _ vote: (NodeID) -> Bool?) -> Tally {
    let needed = size(of: voters.count)
    var granted = 0
    var refused = 0
    for voter in voters {
      switch vote(voter) {
      case true?: granted += 1
      case false?: refused += 1
      case nil: continue
      }
    }
    if granted >= needed { return .won }
    return voters.count - refused < needed ? .lost : .pending
  }

  /// How many more voters may fail before no quorum is left, when `alive` says who is up.
  public static func spare(in membership: Membership, _ alive: (NodeID) -> Bool) -> Int {
    let halves = [membership.voters] + (membership.outgoing.map { [$0] } ?? [])
    return halves.map { half in
      max(0, half.filter(alive).count - size(of: half.count))
    }.min() ?? 0
  }
}
