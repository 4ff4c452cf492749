internal import BinaryCodec
internal import NIOCore
internal import NIOHTTP1

/// What goes into the pipeline: a request, and who waits for its reply.
struct Exchange: Sendable {
  let request: HTTPRequest
  let reply: EventLoopPromise<HTTPReply>
}

/// Pairs requests with replies on one connection, first in, first out (RFC 9112 §9.3.2).
///
/// Invariant: `waiting` holds exactly the requests that were written and not answered. Every way
/// out (reply, end of the connection, garbage, oversize) answers each of them once. A reply without
/// a request, or a reply that ends the connection, leaves nothing that could be paired wrongly: the
/// channel closes.
final class ExchangeHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundIn = Exchange
  typealias OutboundOut = HTTPClientRequestPart

  private let host: String
  private var waiting = CircularBuffer<EventLoopPromise<HTTPReply>>()
  private var partial: HTTPReply?
  private var closesAfterReply = false
  private var isOver = false

  init(host: String) { self.host = host }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let exchange = unwrapOutboundIn(data)
    guard !isOver, !closesAfterReply, context.channel.isActive else {
      exchange.reply.fail(ExchangeFailure.notSent("the connection is closed"))
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    guard waiting.count < Limits.pipelined else {
      exchange.reply.fail(
        ExchangeFailure.notSent("\(waiting.count) requests wait on one connection"))
      promise?.fail(ChannelError.operationUnsupported)
      return
    }
    waiting.append(exchange.reply)
    let request = exchange.request
    let head = HTTPRequestHead(
      version: .http1_1, method: request.method.http, uri: request.target,
      headers: headers(of: request))
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !request.body.isEmpty {
      let body = context.channel.allocator.buffer(bytes: request.body)
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
  }

  private func headers(of request: HTTPRequest) -> HTTPHeaders {
    var headers = HTTPHeaders()
    headers.reserveCapacity(request.headers.count + 2)
    headers.add(name: "Host", value: host)
    if request.method != .get || !request.body.isEmpty {
      headers.add(name: "Content-Length", value: String(request.body.count))
    }
    for (name, value) in request.headers { headers.add(name: name, value: value) }
    return headers
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      guard !waiting.isEmpty else { return end(context, .lost("a reply that nobody asked for")) }
      if !head.isKeepAlive { closesAfterReply = true }
      partial = HTTPReply(
        status: Int(head.status.code),
        retryAfter: head.headers.first(name: "retry-after").flatMap { Int($0) }, body: [])
    case .body(let bytes):
      guard let held = partial?.body.count else { return }
      guard held + bytes.readableBytes <= Limits.replyBytes else {
        return end(context, .replyTooLarge)
      }
      partial?.body.append(contentsOf: bytes.readableBytesView)
    case .end:
      guard let reply = partial, let promise = waiting.popFirst() else { return }
      partial = nil
      promise.succeed(reply)
      if closesAfterReply { end(context, .lost("the server closed the connection")) }
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(context, .lost("the server closed the connection"))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(context, .lost(error is HTTPParserError ? "the reply is not HTTP" : error.inFewWords))
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end(context, .lost("the connection was torn down"))
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ReplyDeadline { end(context, .timedOut) }
    context.fireUserInboundEventTriggered(event)
  }

  /// Answers everyone who waits and closes: after a failure no later byte can be paired with a
  /// request.
  private func end(_ context: ChannelHandlerContext, _ failure: ExchangeFailure) {
    guard !isOver else { return }
    isOver = true
    partial = nil
    let left = waiting
    waiting.removeAll()
    for promise in left { promise.fail(failure) }
    context.close(promise: nil)
  }
}

/// Fired into the pipeline when a request has waited too long.
struct ReplyDeadline: Sendable {}

extension HTTPRequest.Method {
  var http: HTTPMethod {
    switch self {
    case .get: .GET
    case .put: .PUT
    case .delete: .DELETE
    case .post: .POST
    }
  }
}
