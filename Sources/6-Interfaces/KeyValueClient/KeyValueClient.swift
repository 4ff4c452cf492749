internal import ClientProtocol
package import NIOCore
internal import NIOPosix
internal import Synchronization

/// A client of the cluster: finds the leader, bounds every attempt, and never sends a write twice
/// unless it is safe.
///
///     let client = KeyValueClient()
///     try await client.put("greeting", "hello")
///     let found = try await client.get("greeting")
///
/// Every operation throws `ClientError`, whose `outcome` is a promise: `notApplied` was refused and
/// is never found applied later; `unknown` may have happened, and the caller decides (pitfall 60).
/// What is sent again on its own: reads; writes answered `notApplied`; writes whose caller said
/// `ifUnknown: .sendAgain`.
///
/// Safe to use from many tasks; each request in flight has a connection of its own.
public final class KeyValueClient: Sendable {
  public let configuration: ClientConfiguration

  let pool: ConnectionPool
  let preference = Preference()
  private let inFlight = Mutex(0)

  /// Connects to nothing yet.
  public convenience init(_ configuration: ClientConfiguration = ClientConfiguration()) {
    self.init(configuration, group: MultiThreadedEventLoopGroup.singleton)
  }

  package init(_ configuration: ClientConfiguration, group: any EventLoopGroup) {
    self.configuration = configuration
    pool = ConnectionPool(group: group)
  }

  deinit { pool.close() }

  /// Closes the idle connections; those in use close when their reply has come.
  public func close() { pool.close() }

  /// Counts an operation in, within `Limits.inFlight`.
  func enter() throws(ClientError) {
    let admitted = inFlight.withLock { count in
      guard count < Limits.inFlight else { return false }
      count += 1
      return true
    }
    guard admitted else {
      throw ClientError(
        .overloaded, "\(Limits.inFlight) requests are in flight on this client: wait for some",
        outcome: .notApplied, retryable: true)
    }
  }

  func leave() { inFlight.withLock { $0 -= 1 } }
}

/// What to do with a write whose reply was lost, so that nobody knows whether it was applied.
public enum UnknownOutcome: Hashable, Sendable {
  /// Throw `ClientError` with outcome `unknown`.
  case fail
  /// Send it again: the caller knows that doing it twice is the same as doing it once, also when
  /// another writer comes in between, or when the first copy is done last: a node that was frozen
  /// with it may go on long after the repetition was answered.
  case sendAgain
}
