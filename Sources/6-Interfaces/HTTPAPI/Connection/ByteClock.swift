internal import NIOCore

/// Stands before the decoder and tells the connection that bytes came: the decoder says so only
/// once a head is whole, which a slow attacker never lets happen.
final class ByteClock: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connection: ClientConnection

  init(_ connection: ClientConnection) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.bytesArrived(unwrapInboundIn(data).readableBytes)
    context.fireChannelRead(data)
  }
}
