internal import BinaryCodec
internal import ClientProtocol
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import RaftTypes

/// One download over a connection of its own: a reply that may be far larger than memory, read no
/// faster than its bytes are taken.
struct SnapshotStream {
  private typealias Exchange = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
  private typealias Inbound = NIOAsyncChannelInboundStream<HTTPClientResponsePart>

  let endpoint: Endpoint
  let target: String
  /// Where in the file the reply begins.
  let offset: UInt64
  let connectTimeout: Duration
  /// How long the server may send nothing.
  let patience: Duration

  /// Hands over what comes, in order, as it comes. Throws `ClientError`, or what `take` throws.
  func run(_ take: (SnapshotPart) async throws -> Void) async throws {
    let exchange = try await connect()
    let head = HTTPRequestHead(
      version: .http1_1, method: .GET, uri: target,
      headers: ["Host": endpoint.description, "Connection": "close"])
    try await exchange.executeThenClose { inbound, outbound in
      var parts = inbound.makeAsyncIterator()
      do {
        try await outbound.write(.head(head))
        try await outbound.write(.end(nil))
      } catch {
        throw lost(error.inFewWords)
      }
      try await receive(&parts, take)
    }
  }

  private func connect() async throws(ClientError) -> Exchange {
    do {
      return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(TimeAmount(connectTimeout))
        .connect(host: endpoint.host, port: Int(endpoint.port)) { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(IdleStateHandler(readTimeout: TimeAmount(patience)))
            try pipeline.addHandler(SilenceGuard())
            return try Exchange(wrappingChannelSynchronously: channel)
          }
        }
    } catch {
      throw ClientError(
        .connectionLost, "cannot connect to \(endpoint): \(error.inFewWords)",
        outcome: .notApplied, retryable: true)
    }
  }

  private func receive(
    _ parts: inout Inbound.AsyncIterator, _ take: (SnapshotPart) async throws -> Void
  ) async throws {
    guard case .head(let head)? = try await next(&parts) else { throw lost("it sent no reply") }
    guard head.status == .ok else { throw try await refusal(head, &parts) }
    let number = { (name: String) in head.headers.first(name: name).flatMap { UInt64($0) } }
    guard let term = number("x-snapshot-term"), let index = number("x-snapshot-index"),
      let size = number("x-snapshot-size")
    else { throw lost("its reply does not say which snapshot it is") }
    let position = LogPosition(term: Term(term), index: LogIndex(index))
    var reached = offset
    while case .body(let bytes)? = try await next(&parts) {
      let part = SnapshotPart(
        position: position, size: size, offset: reached, bytes: Bytes(bytes.readableBytesView))
      reached += UInt64(part.bytes.count)
      guard reached <= size else { throw lost("it sent more than the \(size) bytes it announced") }
      try await take(part)
    }
    guard reached == size else { throw lost("it stopped after \(reached) of \(size) bytes") }
  }

  private func next(
    _ parts: inout Inbound.AsyncIterator
  ) async throws(ClientError) -> HTTPClientResponsePart? {
    do { return try await parts.next() } catch { throw lost(error.inFewWords) }
  }

  private func refusal(
    _ head: HTTPResponseHead, _ parts: inout Inbound.AsyncIterator
  ) async throws(ClientError) -> ClientError {
    var body: [UInt8] = []
    while case .body(let bytes)? = try await next(&parts), body.count < Limits.errorBytes {
      body.append(contentsOf: bytes.readableBytesView)
    }
    let reply = HTTPReply(status: Int(head.status.code), body: body)
    return AttemptFailure(refused: reply, at: endpoint).error
  }

  private func lost(_ why: String) -> ClientError {
    ClientError(
      .connectionLost, "\(endpoint): \(why)", outcome: .notApplied, retryable: true)
  }
}

/// Closes a connection on which nothing has come for too long; whoever reads then sees its end.
private final class SilenceGuard: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }
}
