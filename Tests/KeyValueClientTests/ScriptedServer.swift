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

  fileprivate func newConnection() -> Int {
    state.withLock { state in
      state.connections += 1
      return state.connections
    }
  }

  fileprivate func act(on text: String, connection: Int) -> Act {
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

private final class Holder: Sendable {
  let server = Mutex<ScriptedServer?>(nil)
}

private final class ScriptHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let holder: Holder
  private var text: [UInt8] = []
  private var connection = 0

  init(_ holder: Holder) { self.holder = holder }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let server = holder.server.withLock({ $0 }) else { return }
    if connection == 0 { connection = server.newConnection() }
    text.append(contentsOf: unwrapInboundIn(data).readableBytesView)
    while let request = takeRequest() {
      perform(server.act(on: request, connection: connection), context)
    }
  }

  /// The next whole request, by its Content-Length.
  private func takeRequest() -> String? {
    let blank = Array("\r\n\r\n".utf8)
    guard let end = text.indices.first(where: { text[$0...].starts(with: blank) }) else {
      return nil
    }
    let head = String(decoding: text[..<(end + blank.count)], as: UTF8.self)
    var length = 0
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
      length = Int(line.dropFirst(15).drop { $0 == " " }) ?? 0
    }
    guard text.count >= head.utf8.count + length else { return nil }
    let request = String(decoding: text[..<(head.utf8.count + length)], as: UTF8.self)
    text.removeFirst(head.utf8.count + length)
    return request
  }

  private func perform(_ act: ScriptedServer.Act, _ context: ChannelHandlerContext) {
    switch act {
    case .hang: break
    case .raw(let text): send(text, context)
    case .rawThenReset(let text):
      // SO_LINGER 0: close sends a reset.
      let linger = linger(l_onoff: 1, l_linger: 0)
      send(text, context)
      _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger)
      context.close(promise: nil)
    case .reply(let status, let body, let headers):
      let extra = headers.map { $0 + "\r\n" }.joined()
      send(
        "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(extra)\r\n\(body)", context
      )
    case .huge(let bytes):
      send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes)\r\n\r\n", context)
      let piece = String(repeating: "x", count: 1 << 20)
      for _ in 0..<(bytes >> 20) { send(piece, context) }
    }
  }

  private func send(_ text: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(
      wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
  }
}
