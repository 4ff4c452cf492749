package import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One keep-alive connection to one endpoint.
package final class Connection: Sendable {
  package let endpoint: Endpoint
  private let channel: any Channel

  private init(_ channel: any Channel, endpoint: Endpoint) {
    self.channel = channel
    self.endpoint = endpoint
  }

  /// Connects within `timeout`; fails with `ExchangeFailure.notSent`.
  package static func open(
    _ endpoint: Endpoint, on group: any EventLoopGroup, timeout: TimeAmount
  ) -> EventLoopFuture<Connection> {
    ClientBootstrap(group: group)
      .connectTimeout(timeout)
      .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(
            ExchangeHandler(host: endpoint.description))
        }
      }
      .connect(host: endpoint.host, port: Int(endpoint.port))
      .map { Connection($0, endpoint: endpoint) }
      .flatMapErrorThrowing { error in
        throw ExchangeFailure.notSent("cannot connect to \(endpoint): \(error.inFewWords)")
      }
  }

  package var isOpen: Bool { channel.isActive }
  package var eventLoop: any EventLoop { channel.eventLoop }

  /// Writes a request; the reply, or an `ExchangeFailure`, arrives on the connection's loop.
  /// Requests may be sent before earlier replies have come; replies come in order.
  ///
  /// - Parameter timeout: how long to wait for the whole reply; then the connection is closed, and
  ///   with it every request that waits behind.
  package func send(_ request: HTTPRequest, timeout: TimeAmount?) -> EventLoopFuture<HTTPReply> {
    let promise = channel.eventLoop.makePromise(of: HTTPReply.self)
    let exchange = Exchange(request: request, reply: promise)
    if channel.eventLoop.inEventLoop {
      begin(exchange, timeout: timeout)
    } else {
      channel.eventLoop.execute { self.begin(exchange, timeout: timeout) }
    }
    return promise.futureResult
  }

  /// On the loop: a channel that is active there still has its handlers. A closed one has none soon
  /// after, and what is written to it then goes nowhere, with nobody told and no deadline.
  private func begin(_ exchange: Exchange, timeout: TimeAmount?) {
    guard channel.isActive else {
      return exchange.reply.fail(ExchangeFailure.notSent("the connection is closed"))
    }
    channel.writeAndFlush(exchange, promise: nil)
    guard let timeout else { return }
    let channel = channel
    let alarm = channel.eventLoop.scheduleTask(in: timeout) {
      channel.pipeline.fireUserInboundEventTriggered(ReplyDeadline())
    }
    exchange.reply.futureResult.whenComplete { _ in alarm.cancel() }
  }

  package func close() { channel.close(promise: nil) }
}
