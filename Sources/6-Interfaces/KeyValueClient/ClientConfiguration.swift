/// Where a client connects and how long it tries.
public struct ClientConfiguration: Sendable {
  /// In order of preference: the virtual address first, then the nodes. Never empty.
  public var endpoints: [Endpoint]
  /// How long one operation may take in all, retries included.
  public var deadline: Duration
  /// How long one attempt may take to connect. A live node on a local network accepts within a
  /// round trip; a missing one must not eat the deadline.
  public var connectTimeout: Duration
  /// How long one attempt may wait for its reply before another endpoint is asked.
  public var replyTimeout: Duration
  public var backoff: Backoff

  /// - Precondition: `endpoints` is not empty.
  public init(
    endpoints: [Endpoint] = Endpoint.localCluster, deadline: Duration = .seconds(5),
    connectTimeout: Duration = .milliseconds(500), replyTimeout: Duration = .seconds(2),
    backoff: Backoff = Backoff()
  ) {
    precondition(!endpoints.isEmpty, "ClientConfiguration: no endpoints")
    self.endpoints = endpoints
    self.deadline = deadline
    self.connectTimeout = connectTimeout
    self.replyTimeout = replyTimeout
    self.backoff = backoff
  }
}
