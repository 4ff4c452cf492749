internal import BinaryCodec
internal import Determinism
internal import NIOCore
internal import PeerProtocol
internal import RaftTypes

/// One accepted connection: a stranger until its hello is judged, then a peer's source of frames.
final class IncomingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private enum State {
    case stranger(deadline: Scheduled<Void>?)
    case peer(LinkKey)
    case closed
  }

  /// What the peer said first; nil while it is a stranger.
  private(set) var hello: Handshake.Hello?
  private let hub: PeerHub
  private var channel: (any Channel)?
  private var state = State.stranger(deadline: nil)
  private var decoder = FrameDecoder(limit: Limits.handshakeBody)
  private var ending = ConnectionEnding()
  private var delivered = false

  init(of hub: PeerHub) { self.hub = hub }

  func channelActive(context: ChannelHandlerContext) {
    channel = context.channel
    guard hub.strangerCame(self) else { return close() }
    let deadline = hub.eventLoop.assumeIsolated().scheduleTask(in: hub.timing.handshake.amount) {
      guard case .stranger = self.state else { return }
      self.hub.strangerLeft(self, "no hello in time")
      self.close()
    }
    state = .stranger(deadline: deadline)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .closed = state { return }
    unwrapInboundIn(data).withUnsafeReadableBytes { decoder.feed($0) }
    do throws(PeerFault) {
      while let raw = try nextFrame() {
        switch state {
        case .stranger: greet(try Handshake.hello(raw))
        case .peer(let key): try deliver(PeerFrame(raw), from: key)
        case .closed: return
        }
      }
    } catch {
      ending.refused(error)
      hub.incoming(self, faulted: error, as: key)
      context.close(promise: nil)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) { finishReading() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    ending.failed(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    finishReading()
    let old = state
    state = .closed
    channel = nil
    switch old {
    case .stranger(let deadline):
      deadline?.cancel()
      hub.strangerLeft(self, nil)
    case .peer(let key): hub.incomingClosed(self, key, reset: ending.isReset)
    case .closed: break
    }
  }

  /// Ends the connection without telling the hub.
  func close() {
    if case .stranger(let deadline) = state { deadline?.cancel() }
    state = .closed
    channel?.close(promise: nil)
    channel = nil
  }

  private func finishReading() {
    guard delivered else { return }
    delivered = false
    if case .peer = state { hub.finishedReading() }
  }

  private var key: LinkKey? {
    if case .peer(let key) = state { key } else { nil }
  }

  private func nextFrame() throws(PeerFault) -> RawFrame? {
    if case .closed = state { nil } else { try decoder.next() }
  }

  private func greet(_ hello: Handshake.Hello) {
    guard case .stranger(let deadline) = state, let channel else { return }
    deadline?.cancel()
    let answer = hub.judge(hello)
    var writer = ByteWriter()
    Handshake.write(answer, to: &writer)
    let written = channel.writeAndFlush(ByteBuffer(bytes: writer.bytes))
    hub.strangerLeft(self, nil)
    switch answer {
    case .welcome:
      let key = LinkKey(peer: hello.identity.node, channel: hello.channel)
      self.hello = hello
      state = .peer(key)
      decoder.limit = Limits.frameBody
      hub.incomingOpened(self, key, hello)
    case .refused:
      state = .closed
      self.channel = nil
      written.assumeIsolated().whenComplete { _ in channel.close(promise: nil) }
    }
  }

  private func deliver(_ frame: PeerFrame, from key: LinkKey) throws(PeerFault) {
    if case .raft(let envelope) = frame {
      guard envelope.from == key.peer, envelope.to == hub.view.identity.node else {
        throw .misdirected(from: envelope.from, to: envelope.to)
      }
      guard frame.channel == key.channel else { throw .unexpected(.raft) }
    }
    delivered = true
    hub.deliver(frame, from: key.peer, of: hello?.identity.cluster)
  }
}
