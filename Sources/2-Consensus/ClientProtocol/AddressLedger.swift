public import Determinism
public import RaftTypes

/// Names a hold of the virtual IP that is over.
public struct AddressRelease: Hashable, Sendable {
  public let term: Term
  public let node: NodeID

  public init(term: Term, by node: NodeID) {
    self.term = term
    self.node = node
  }
}

/// Who claimed the virtual IP, who had it, and who gave it up, as the log has it: the same on every
/// node.
///
/// A successor reads from it for how long any earlier holder could still answer. The rule must not
/// forget a claim because a later one came: who is elected early and dies before it may take the
/// address says nothing about the holder before it (pitfall 70).
public struct AddressLedger: Hashable, Sendable {
  /// One leader's claim, and what it told of it.
  public struct Entry: Hashable, Sendable {
    public let term: Term
    public let claim: AddressClaim
    /// The log's time of the claim, of `held` and of `released`.
    public let claimedAt: LogTime
    public internal(set) var heldAt: LogTime?
    public internal(set) var releasedAt: LogTime?

    public init(
      term: Term, claim: AddressClaim, claimedAt: LogTime, heldAt: LogTime? = nil,
      releasedAt: LogTime? = nil
    ) {
      self.term = term
      self.claim = claim
      self.claimedAt = claimedAt
      self.heldAt = heldAt
      self.releasedAt = releasedAt
    }
  }

  /// Ascending by term; the newest `Limits.claims`.
  public private(set) var entries: [Entry]
  /// The longest of what claims that were dropped from `entries` might still last.
  public private(set) var forgotten: TimeSpan

  public init(entries: [Entry] = [], forgotten: TimeSpan = .zero) {
    self.entries = entries
    self.forgotten = forgotten
  }

  /// The first entry of `term` was applied.
  public mutating func claim(_ claim: AddressClaim, in term: Term, at time: LogTime) {
    entries.append(Entry(term: term, claim: claim, claimedAt: time))
    guard entries.count > Limits.claims else { return }
    let dropped = entries.removeFirst()
    // Nothing before a claim that was held counts any more.
    if dropped.heldAt != nil { forgotten = .zero }
    if dropped.releasedAt == nil { forgotten = max(forgotten, dropped.claim.linger) }
  }

  /// The claimant of `term` told what became of its claim.
  public mutating func note(_ deed: AddressDeed, in term: Term, at time: LogTime) {
    guard let place = entries.lastIndex(where: { $0.term == term }) else { return }
    switch deed {
    case .held: if entries[place].heldAt == nil { entries[place].heldAt = time }
    case .released: if entries[place].releasedAt == nil { entries[place].releasedAt = time }
    }
  }

  /// For how long after a quorum last heard any leader somebody other than `node` could still
  /// answer for the address, by the claims of terms before `term`.
  ///
  /// A claim that was held vouches for the end of all before it; one that was released, and only
  /// it, has no more time itself. The node's own hold ended with its own leadership.
  /// - Parameter released: a claim whose end is known, though no entry tells it yet.
  public func linger(
    before term: Term, for node: NodeID, released: AddressRelease? = nil
  ) -> TimeSpan {
    var longest = TimeSpan.zero
    for entry in entries.reversed() where entry.term < term {
      // What was released was held.
      let isReleased =
        entry.releasedAt != nil
        || released == AddressRelease(term: entry.term, by: entry.claim.node)
      if !isReleased, entry.claim.node != node { longest = max(longest, entry.claim.linger) }
      if entry.heldAt != nil || isReleased { return longest }
    }
    return max(longest, forgotten)
  }
}
