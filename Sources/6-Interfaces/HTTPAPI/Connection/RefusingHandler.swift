internal import NIOCore

/// Answers 503 to a connection that there is no room for, and closes it.
final class RefusingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let body = """
    {"error":{"code":"overloaded","message":"this node has no room for another connection",\
    "outcome":"not_applied","retryable":true}}
    """
  private static let answer =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body

  func channelActive(context: ChannelHandlerContext) {
    let answer = context.channel.allocator.buffer(string: Self.answer)
    context.writeAndFlush(wrapOutboundOut(answer)).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }
}
