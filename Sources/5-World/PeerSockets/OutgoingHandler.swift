internal import NIOCore
internal import PeerProtocol

/// Carries a dialed connection's events to its link.
final class OutgoingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let link: OutgoingLink
  private var decoder = FrameDecoder(limit: Limits.handshakeBody)
  private var ending = ConnectionEnding()

  init(for link: OutgoingLink) { self.link = link }

  func channelActive(context: ChannelHandlerContext) { link.connected(context.channel) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    unwrapInboundIn(data).withUnsafeReadableBytes { decoder.feed($0) }
    do throws(PeerFault) {
      while let raw = try decoder.next() { try link.received(raw, on: context.channel) }
    } catch {
      ending.refused(error)
      context.close(promise: nil)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { link.drain() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    ending.failed(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    link.closed(context.channel, reset: ending.isReset, reason: ending.description)
  }
}
