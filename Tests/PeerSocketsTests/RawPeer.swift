import BinaryCodec
import Determinism
import NIOCore
import NIOPosix
import PeerProtocol
import RaftTypes
import Testing

/// A bare socket that says what a test wants it to say, and keeps what it hears until the end.
struct RawPeer: Sendable {
  let channel: any Channel
  private let inbox: NIOLoopBoundBox<[UInt8]>
  /// Completes when the other end closes the connection.
  var ended: EventLoopFuture<Void> { channel.closeFuture }

  /// Connects to `port` of 127.0.0.1; reads nothing by itself when `reading` is false.
  init(to port: Int, reading: Bool = true) async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let inbox = NIOLoopBoundBox.makeBoxSendingValue([UInt8](), eventLoop: loop)
    self.inbox = inbox
    channel = try await ClientBootstrap(group: loop)
      .channelOption(.autoRead, value: reading)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Collector(inbox))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
  }

  func send(_ bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
  }

  /// Says hello as `node` to `expects`.
  func greet(
    as node: UInt64, to expects: UInt64, cluster: ClusterID = Node.cluster, disk: UInt64? = nil,
    channel kind: ChannelKind = .messages
  ) async throws {
    var writer = ByteWriter()
    let identity = Handshake.Identity(
      cluster: cluster, node: NodeID(node), incarnation: DiskIncarnation(disk ?? node))
    Handshake.write(
      Handshake.Hello(
        identity: identity, expects: NodeID(expects), channel: kind, configuration: LogIndex(1),
        address: ""),
      to: &writer)
    try await send(writer.bytes)
  }

  /// The answer to the hello, once the other end has closed the connection.
  func answerAfterEnd() async throws -> Handshake.Answer? {
    try await ended.get()
    let bytes = try await channel.eventLoop.submit { inbox.value }.get()
    var decoder = FrameDecoder(limit: PeerProtocol.Limits.handshakeBody)
    decoder.feed(bytes[...])
    return try decoder.next().map { try Handshake.answer($0) }
  }
}

private final class Collector: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let inbox: NIOLoopBoundBox<[UInt8]>

  init(_ inbox: NIOLoopBoundBox<[UInt8]>) { self.inbox = inbox }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    inbox.value.append(contentsOf: unwrapInboundIn(data).readableBytesView)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// A listener that accepts connections, welcomes a hello as `node` and then never reads again.
final class SilentPeer: Sendable {
  let port: Int
  private let listener: any Channel

  init(as node: UInt64) async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let identity = Handshake.Identity(
      cluster: Node.cluster, node: NodeID(node), incarnation: DiskIncarnation(node))
    listener = try await ServerBootstrap(group: loop)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.socketOption(.so_rcvbuf), value: 8192)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Welcome(identity))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = try #require(listener.localAddress?.port)
  }

  func close() async throws { try await listener.close() }
}

private final class Welcome: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let identity: Handshake.Identity

  init(_ identity: Handshake.Identity) { self.identity = identity }

  func channelActive(context: ChannelHandlerContext) {
    var writer = ByteWriter()
    Handshake.write(.welcome(version: 1, identity), to: &writer)
    // The hello need not be read: the answer may already be on its way.
    context.channel.writeAndFlush(ByteBuffer(bytes: writer.bytes), promise: nil)
  }
}
