internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Idle connections by endpoint. A leased connection carries one request at a time, so that a slow
/// reply holds up nobody else.
final class ConnectionPool: Sendable {
  private struct State {
    var idle: [Endpoint: [Connection]] = [:]
    var isClosed = false
  }
  private let state = Mutex(State())
  private let group: any EventLoopGroup

  init(group: any EventLoopGroup) { self.group = group }

  /// An idle connection, the most recently used first (the oldest go stale and are dropped), or a
  /// new one.
  func lease(_ endpoint: Endpoint, connectTimeout: Duration) async throws(ExchangeFailure)
    -> Connection
  {
    if let idle = takeIdle(endpoint) { return idle }
    do {
      return try await Connection.open(endpoint, on: group, timeout: TimeAmount(connectTimeout))
        .get()
    } catch let failure as ExchangeFailure {
      throw failure
    } catch {
      throw .notSent("\(error)")
    }
  }

  private func takeIdle(_ endpoint: Endpoint) -> Connection? {
    state.withLock { state in
      while let connection = state.idle[endpoint]?.popLast() {
        if connection.isOpen { return connection }
      }
      return nil
    }
  }

  /// Takes a connection back after a whole reply.
  func giveBack(_ connection: Connection) {
    let surplus: Connection? = state.withLock { state in
      let idle = state.idle[connection.endpoint, default: []]
      guard !state.isClosed, connection.isOpen, idle.count < Limits.idlePerEndpoint else {
        return connection
      }
      state.idle[connection.endpoint, default: []].append(connection)
      return nil
    }
    surplus?.close()
  }

  func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [:] }
      return state.idle
    }
    for connections in idle.values { for connection in connections { connection.close() } }
  }
}
