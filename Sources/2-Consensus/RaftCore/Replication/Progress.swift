public import Determinism
public import RaftTypes

/// What a leader knows of one follower's log, and what is on its way to it.
///
/// Invariant: every state's next entry lies behind `match`, and no refusal lowers `match` (pitfall
/// 14). It falls only when a follower that is asked anew says that it holds less: its disk lost
/// something (pitfall 67).
public struct Progress: Hashable, Sendable {
  /// How entries flow to the follower.
  public enum Flow: Hashable, Sendable {
    case probing(Probing)
    case replicating(Pipeline)
    case snapshotting(Transfer)
  }

  /// Looking for the end of the common prefix: one append at a time.
  public struct Probing: Hashable, Sendable {
    /// The next append starts here.
    public var next: LogIndex
    /// When the last one left; nil: it may leave now.
    public var sentAt: Instant?
  }

  /// The prefix is known: appends leave ahead of their answers.
  public struct Pipeline: Hashable, Sendable {
    /// One append that is not answered yet: its last index and the bytes of its entries.
    public struct Flight: Hashable, Sendable {
      public let last: LogIndex
      public let bytes: Int
    }
    public var next: LogIndex
    public var flights: [Flight] = []
    public var bytes = 0
    /// When the follower last moved, or the pipeline last stood empty.
    public var movedAt: Instant
  }

  /// The follower lacks entries that the leader no longer has.
  public struct Transfer: Hashable, Sendable {
    public var snapshot: SnapshotDescriptor
    /// Bytes the follower is known to hold.
    public var received: UInt64
    public var askedAt: Instant
    /// Entries that left besides, for a follower that wants a state and keeps the log.
    public var besides: Flight?

    /// One append under way.
    public struct Flight: Hashable, Sendable {
      public let last: LogIndex
      public let sentAt: Instant
    }

    init(snapshot: SnapshotDescriptor, received: UInt64, askedAt: Instant) {
      self.snapshot = snapshot
      self.received = received
      self.askedAt = askedAt
    }
  }

  /// The disk that all of this is about: another one under the same id knows nothing of it (pitfall
  /// 3).
  public let incarnation: DiskIncarnation
  /// The follower's log equals the leader's, durably, up to here.
  public internal(set) var match: LogIndex
  public internal(set) var flow: Flow
  /// Entries for it that left memory.
  var recalled = Recalled.none
  /// The newest heartbeat round it answered in this term.
  public internal(set) var round: UInt64
  /// When the newest answered round was sent; nil: it has not answered in this term.
  public internal(set) var contact: Instant?
  /// Until then it gives nobody its vote, by this node's clock and no later than it truly does not:
  /// its promise counted from when the round that it answers was sent (pitfall 19).
  var loyalUntil: Instant?
  /// What it said it applied, and its hash at the newest snapshot mark.
  public internal(set) var applied: LogIndex
  public internal(set) var mark: StateMark?
  /// Its state is lost or wrong: entries alone do not help it.
  public internal(set) var needsState = false
  /// It said that it would be a good leader.
  public internal(set) var isFit = true

  init(of member: Member, next: LogIndex) {
    incarnation = member.incarnation
    match = .zero
    flow = .probing(Probing(next: next, sentAt: nil))
    round = 0
    contact = nil
    applied = .zero
    mark = nil
  }

  /// The follower holds, durably, everything up to `index`.
  mutating func accepted(_ index: LogIndex, at now: Instant) {
    let grew = index > match
    if case .probing = flow { match = index } else { match = max(match, index) }
    switch flow {
    case .probing: flow = .replicating(Pipeline(next: match.next, movedAt: now))
    case .replicating(var pipeline):
      flow = .probing(Probing(next: match.next, sentAt: nil))  // lets go of the flights
      var landed = 0
      while landed < pipeline.flights.count, pipeline.flights[landed].last <= match {
        pipeline.bytes -= pipeline.flights[landed].bytes
        landed += 1
      }
      pipeline.flights.removeFirst(landed)
      pipeline.next = max(pipeline.next, match.next)
      if grew { pipeline.movedAt = now }
      flow = .replicating(pipeline)
    case .snapshotting(let transfer):
      if match >= transfer.snapshot.position.index, !needsState {
        flow = .replicating(Pipeline(next: match.next, movedAt: now))
      }
    }
  }

  /// The follower refused an append behind `previous` and may match up to `hint`. A refusal that an
  /// accepted append has overtaken changes nothing (pitfall 14).
  mutating func rejected(_ previous: LogIndex, hint: LogIndex) {
    guard previous > match else { return }
    switch flow {
    case .probing(let probing):
      guard probing.next == previous.next else { return }
    case .replicating: break
    case .snapshotting(var transfer):
      // It does not have the snapshot yet, and may have lost what it had of it: the next time it is
      // asked from the start, and its answer says where to go on.
      transfer.received = 0
      flow = .snapshotting(transfer)
      return
    }
    flow = .probing(Probing(next: max(match, min(hint, previous.previous)).next, sentAt: nil))
  }

  /// Its own word about its state. With a sound one it goes on where its log ends.
  mutating func needsState(_ needs: Bool) {
    if needsState, !needs { flow = .probing(Probing(next: match.next, sentAt: nil)) }
    needsState = needs
  }

  /// What was in flight may be lost: find out where the follower stands.
  mutating func probeAgain() {
    switch flow {
    case .probing(var probing):
      probing.sentAt = nil
      flow = .probing(probing)
    case .replicating: flow = .probing(Probing(next: match.next, sentAt: nil))
    case .snapshotting: break
    }
  }
}
