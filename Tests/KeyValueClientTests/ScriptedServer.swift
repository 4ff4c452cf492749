import NIOCore
import NIOPosix
import Synchronization

@testable import KeyValueClient

/// A server that does with each request what its script says: raw bytes, so that it can break HTTP
/// in every way.
final class ScriptedServer: Sendable {
  enum Act: Sendable {
    /// These bytes as they are.
    case raw(String)
    /// These bytes, then the connection is reset.
    case rawThenReset(String)
    /// A whole reply with `Content-Length`.
    case reply(Int, String, headers: [String])
    /// Nothing, ever.
    case hang
    /// A head that promises `bytes` of body, and that many bytes.
    case huge(bytes: Int)

    static func ok(_ body: String) -> Act { .reply(200, body, headers: []) }
    static func error(
      _ status: Int, _ code: String, outcome: String, retryable: Bool = true,
      leader: Endpoint? = nil, headers: [String] = []
    ) -> Act {
      let hint = leader.map { #"{"id":1,"client":"\#($0)"}"# } ?? "null"
      let body = """
        {"error":{"code":"\(code)","message":"scripted","outcome":"\(outcome)",\
        "retryable":\(retryable),"leader":\(hint)}}
        """
      return .reply(status, body, headers: headers)
    }
  }

  struct Seen: Sendable {
    /// `METHOD target`.
    let line: String
    let text: String
    let connection: Int
  }

  private struct State {
    var seen: [Seen] = []
    var connections = 0
  }
  private let state = Mutex(State())
  private let script: @Sendable (Int, Seen) -> Act
  private let channel = Mutex<(any Channel)?>(nil)
  let endpoint: Endpoint

  /// - Parameter script: gets the number of the request, from 0, and the request.
  static func start(
    _ script: @escaping @Sendable (Int, Seen) -> Act
  ) async throws -> ScriptedServer {
    let holder = Holder()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ScriptHandler(holder))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let port = UInt16(channel.localAddress?.port ?? 0)
    let server = ScriptedServer(Endpoint(host: "127.0.0.1", port: port), script)
    server.channel.withLock { $0 = channel }
    holder.server.withLock { $0 = server }
    return server
  }

  private init(_ endpoint: Endpoint, _ script: @escaping @Sendable (Int, Seen) -> Act) {
    self.endpoint = endpoint
    self.script = script
  }

  var seen: [Seen] { state.withLock(\.seen) }
  var lines: [String] { seen.map(\.line) }

  func stop() async throws {
    guard let channel = channel.withLock({ $0 }) else { return }
    try await channel.close()
  }

  func newConnection() -> Int {
    state.withLock { state in
      state.connections += 1
      return state.connections
    }
  }

  func act(on text: String, connection: Int) -> Act {
    let words = text.prefix { !$0.isNewline }.split(separator: " ")
    let seen = Seen(
      line: words.prefix(2).joined(separator: " "), text: text, connection: connection)
    let number = state.withLock { state in
      state.seen.append(seen)
      return state.seen.count - 1
    }
    return script(number, seen)
  }
}

/// The server of a handler, known once its port is.
final class Holder: Sendable {
  let server = Mutex<ScriptedServer?>(nil)
}
