internal import NIOCore

/// Answers 503 to a connection that there is no room for, and closes it, whatever it asks.
final class RefusingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let server: HTTPServer

  init(_ server: HTTPServer) { self.server = server }

  func channelActive(context: ChannelHandlerContext) {
    var answer = ByteBuffer()
    let status = server.writer.write(
      Refusal(.overloaded("this node has no room for another connection"), status: 503),
      server.port.stamp, .init(persistence: .close), into: &answer)
    server.gauges.responses[status] += 1
    context.writeAndFlush(wrapOutboundOut(answer)).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }
}
