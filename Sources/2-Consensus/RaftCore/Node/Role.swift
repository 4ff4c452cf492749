public import Determinism
public import RaftTypes

/// What a node is in its term; each case owns what only it needs (§5.1).
public enum Role: Hashable, Sendable {
  case follower(Follower)
  case preCandidate(Campaign)
  case candidate(Campaign)
  case leader(Shared<Leadership>)
}

/// A follower, or a learner.
public struct Follower: Hashable, Sendable {
  /// The leader of this term, once it has been heard.
  public internal(set) var leader: NodeID?
  /// When it is time to campaign.
  public internal(set) var deadline: Instant
  /// The log equals this term's leader's up to here; what the commit index may follow (pitfall 7).
  public internal(set) var verified: LogIndex = .zero
  /// Where the log ended in the last append that went beyond what is durable: an acknowledgement is
  /// owed.
  var owes: Bool = false
  /// The connection on which the leader spoke has ended, and it has not been heard since: it does
  /// not keep this node from helping another.
  var isForsaken: Bool = false
  /// Reads that wait for the leader's read index, by the ticket of the question.
  var asked: SortedMap<UInt64, AskedReads> = SortedMap()

  init(leader: NodeID?, deadline: Instant) {
    self.leader = leader
    self.deadline = deadline
  }
}

/// Reads of this node's clients that wait for an answer of the leader.
struct AskedReads: Hashable, Sendable {
  let tickets: [Ticket]
  let since: Instant
}

/// An election, or its rehearsal (§5.2, §9.6).
public struct Campaign: Hashable, Sendable {
  /// The term it is about: the own one of a candidate, the next one of a pre-candidate.
  public let candidacy: Term
  /// The leader asked for it.
  public let isTransfer: Bool
  /// A broken connection is the reason, not a silent leader.
  let isEarly: Bool
  /// When this node, or a voter for it, last heard any leader; no earlier than it truly was.
  var heard: Instant
  /// Answers so far; the own one counts once it is durable.
  var votes: SortedMap<NodeID, Bool> = SortedMap()
  /// When to try again.
  var deadline: Instant

  init(
    candidacy: Term, isTransfer: Bool, isEarly: Bool = false, heard: Instant, deadline: Instant
  ) {
    self.candidacy = candidacy
    self.isTransfer = isTransfer
    self.isEarly = isEarly
    self.heard = heard
    self.deadline = deadline
  }
}

/// Voters whose states differ at a mark.
struct Dispute: Hashable, Sendable {
  let index: LogIndex
  let since: Instant
}

/// A leader's knowledge, void when its term ends.
public struct Leadership: Hashable, Sendable {
  /// Where the term began: nothing is read or committed by counting before this commits (§5.4.2,
  /// §8).
  public let termStart: LogIndex
  /// When any of the voters that elected this leader last heard another one: whatever a leader
  /// before it held on the strength of a quorum's word, it held on the word of one of them. By this
  /// node's clock, and no earlier than it truly was.
  public let heard: Instant
  /// Every other member.
  public internal(set) var progress: SortedMap<NodeID, Progress>
  /// Where the configuration stands that `progress` follows.
  var configuration: LogIndex?
  var rounds: Rounds
  var reads: ReadQueue
  var transfer: TransferState
  /// Learners on their way to becoming voters.
  var catchUps: SortedMap<NodeID, CatchUp> = SortedMap()
  /// Whether the configuration that `progress` follows calls for another: it is joint, or has such
  /// learners.
  var isTransitional = false
  /// The newest state that a quorum was found to share.
  var agreed: StateMark?
  /// A mark at which voters differ and no quorum is known to agree yet.
  var dispute: Dispute?
  /// Entry bytes appended but not committed.
  var uncommittedBytes = 0
  /// When it became leader: the start of the first quorum check.
  let since: Instant
  /// When it last looked whether a quorum still answers.
  var checkedAt: Instant

  init(
    termStart: LogIndex, heard: Instant, progress: SortedMap<NodeID, Progress>, at now: Instant
  ) {
    self.termStart = termStart
    self.heard = heard
    self.progress = progress
    self.since = now
    checkedAt = now
    rounds = Rounds(at: now)
    reads = ReadQueue()
    transfer = .none
  }
}

extension Role {
  /// The configuration that a leader's progress follows.
  var followedConfiguration: LogIndex? {
    if case .leader(let leadership) = self { leadership.configuration } else { nil }
  }

  /// Whether a leader's configuration calls for another one.
  var isTransitional: Bool {
    if case .leader(let leadership) = self { leadership.isTransitional } else { false }
  }

  /// The leadership, changed in place: it is moved out and back, so that nobody else holds it then.
  var leadership: Shared<Leadership>? {
    get { if case .leader(let leadership) = self { leadership } else { nil } }
    _modify {
      var moved: Shared<Leadership>?
      switch consume self {
      case .leader(let leadership):
        moved = consume leadership
        self = .follower(Follower(leader: nil, deadline: .distantFuture))
      case let other: self = other
      }
      defer { if let leadership = moved.take() { self = .leader(leadership) } }
      yield &moved
    }
  }

  /// The follower, changed in place.
  var follower: Follower? {
    get { if case .follower(let follower) = self { follower } else { nil } }
    set { if let newValue, case .follower = self { self = .follower(newValue) } }
  }
}
