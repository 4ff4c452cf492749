public import BinaryCodec
public import RaftTypes

/// How fresh a read must be.
public enum Consistency: UInt8, Hashable, Sendable {
  /// Sees every write acknowledged before the read began (ReadIndex, §6.4).
  case linearizable = 0
  /// The same while clocks keep their bound: the leader trusts its lease. Off unless configured.
  case lease = 1
  /// Whatever this node has applied.
  case stale = 2
}

/// What a client asks of the node it is connected to, once its bytes are understood and within
/// limits.
public enum ClientRequest: Hashable, Sendable {
  /// An encoded `Command`: encoded once, where the request was parsed.
  case write(Bytes)
  case read(RangeQuery, Consistency)
  /// Hand leadership to `to`, or to the best follower.
  case transferLeadership(to: NodeID?)
  /// Propose a snapshot mark now and answer when this node has written the snapshot.
  case takeSnapshot
  case clusterStatus
  /// Answered once the first configuration of the change is committed; what follows is the leader's
  /// own to do, and `membership` shows it.
  case changeMembership(MembershipChange)
  /// Who belongs to the cluster, as the leader sees it.
  case membership
}

/// A request, and what it demands of the node that answers it.
public struct ClientCall: Hashable, Sendable {
  public var request: ClientRequest
  /// Do not answer from a state older than this (`X-Min-Index`).
  public var minIndex: LogIndex?
  /// Milliseconds the client will wait; after that it gets `timeout`, with outcome unknown for a
  /// write that was proposed.
  public var timeoutMilliseconds: UInt32

  public init(_ request: ClientRequest, minIndex: LogIndex? = nil, timeoutMilliseconds: UInt32) {
    self.request = request
    self.minIndex = minIndex
    self.timeoutMilliseconds = timeoutMilliseconds
  }
}

/// The answer to a `ClientCall`.
public struct ClientReply: Hashable, Sendable {
  public let stamp: ReplyStamp
  public let body: Body

  public init(stamp: ReplyStamp, body: Body) {
    self.stamp = stamp
    self.body = body
  }

  /// The answer proper, by request.
  public enum Body: Hashable, Sendable {
    case written(CommandResult)
    case range(RangeResult)
    case transferred(to: NodeID)
    case snapshotTaken(LogPosition, bytes: UInt64)
    case status(ClusterStatus)
    case membership(MembershipView)
    case failed(ClientError)
  }
}

/// Where the answering node stood: the `X-…` headers of every reply.
public struct ReplyStamp: Hashable, Sendable {
  public let node: NodeID
  public let term: Term
  /// Applied index: a client that demands it again never travels back in time.
  public let index: LogIndex
  public let revision: Revision

  public init(node: NodeID, term: Term, index: LogIndex, revision: Revision) {
    self.node = node
    self.term = term
    self.index = index
    self.revision = revision
  }
}

/// A refusal or failure, with an honest promise about the request's effect.
public struct ClientError: Error, Hashable, Sendable {
  /// What went wrong; the raw value is its name in JSON.
  public enum Code: String, CaseIterable, Hashable, Sendable {
    case notLeader = "not_leader"
    case noQuorum = "no_quorum"
    case timeout = "timeout"
    case overloaded = "overloaded"
    case diskFull = "disk_full"
    case starting = "starting"
    case stopping = "stopping"
    case transferring = "leadership_transfer"
    case transferFailed = "transfer_failed"
    case changeUnderWay = "change_under_way"
    case connectionLost = "connection_lost"
    case tooLarge = "too_large"
    case badRequest = "bad_request"
    case notFound = "not_found"
    case compareFailed = "compare_failed"
    case compacted = "compacted"
    case futureRevision = "future_revision"
    case sessionExpired = "session_expired"
    case leaseNotFound = "lease_not_found"
    case methodNotAllowed = "method_not_allowed"
    case internalError = "internal_error"
  }
  /// What became of the request. `notApplied` is a promise: it is never found applied later.
  public enum Outcome: String, CaseIterable, Hashable, Sendable {
    case notApplied = "not_applied"
    case applied = "applied"
    case unknown = "unknown"
  }

  public let code: Code
  /// One sentence that says what to do.
  public let message: String
  public let outcome: Outcome
  /// Whether the same request may succeed if it is sent again later.
  public let retryable: Bool
  /// The leader, when the answering node knows one.
  public let leader: LeaderHint?

  public init(
    _ code: Code, _ message: String, outcome: Outcome, retryable: Bool, leader: LeaderHint? = nil
  ) {
    self.code = code
    self.message = message
    self.outcome = outcome
    self.retryable = retryable
    self.leader = leader
  }
}

/// Where the leader can be reached.
public struct LeaderHint: Hashable, Sendable {
  public let id: NodeID
  /// `host:port` for clients.
  public let client: String

  public init(id: NodeID, client: String) {
    self.id = id
    self.client = client
  }
}
