internal import BinaryCodec
internal import ClientProtocol
internal import NIOCore

/// One client's connection: takes requests from its decoder, hands them to the node, writes the
/// answers in the order of the requests, and keeps the client within its limits. Lives on the
/// server's event loop.
///
/// Answers of one turn of the event loop gather in `out` and leave in one write at its end.
///
/// Invariants: `exchanges` holds the requests that were not answered on the wire, oldest first;
/// exchange i has the tag `firstTag + i`; only the newest can be `receiving`; each `waiting` one is
/// owed exactly one `deliver` by the port, also after the connection was closed.
final class ClientConnection: ChannelDuplexHandler, ReplyReceiver {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let server: HTTPServer
  /// Kept until the connection has gone: one that was closed before it was registered with the
  /// event loop says goodbye a turn later, when nobody else may hold its listener any more.
  private let listener: Listener
  var context: ChannelHandlerContext?

  var decoder: RequestDecoder
  /// The unfinished line that the decoder left; rarely anything.
  var unread = ByteBuffer()
  var intake = Intake.idle
  /// The server's tick at which `intake`, or the wait for its next request, began.
  var since: UInt64 = 0
  var exchanges = CircularBuffer<Exchange>(initialCapacity: 4)
  var firstTag: UInt64 = 0

  var out = ByteBuffer()
  var isMarked = false
  /// The last answer is in `out` or was written.
  var isClosing = false
  /// Close in two steps, because the client may still be sending.
  var lingers = false
  var isInputClosed = false
  var isOutputClosed = false
  /// The tick since which the client has taken too little of its answers; nil while all of them
  /// leave.
  var stalledSince: UInt64?
  /// Bytes that it had taken then.
  var takenBytes = 0
  /// Bytes of answers so far.
  var sentBytes = 0
  /// Bytes written since then.
  var unsentBytes = 0
  private var isReadHeld = false
  /// What the watcher of the cluster's address was told; nil: nothing.
  private var ends: (local: SocketAddress, remote: SocketAddress)?

  init(_ server: HTTPServer, _ listener: Listener) {
    self.server = server
    self.listener = listener
    decoder = RequestDecoder(server.limits)
    since = server.tick
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    listener.connections[ObjectIdentifier(self)] = self
    server.gauges.connectionOpened()
  }

  func channelActive(context: ChannelHandlerContext) {
    if listener.isVirtual, let watcher = server.virtualConnectionWatcher,
      let local = context.channel.localAddress, let remote = context.channel.remoteAddress
    {
      ends = (local, remote)
      watcher.opened(local: local, remote: remote)
    }
    context.fireChannelActive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { forget() }

  func channelInactive(context: ChannelHandlerContext) {
    forget()
    context.fireChannelInactive()
  }

  private func forget() {
    guard context != nil else { return }
    context = nil
    if let ends { server.virtualConnectionWatcher?.closed(local: ends.local, remote: ends.remote) }
    out = ByteBuffer()
    unread = ByteBuffer()
    taken()
    if case .streaming? = exchanges.first?.state { server.gauges.downloads -= 1 }
    // What was submitted stays on the books until the port has answered it.
    for place in exchanges.indices {
      if case .waiting = exchanges[place].state { continue }
      server.gauges.heldBytes -= exchanges[place].heldBytes
      exchanges[place].heldBytes = 0
    }
    if let last = exchanges.last, case .receiving = last.state { exchanges.removeLast() }
    intake = .ended
    listener.connections[ObjectIdentifier(self)] = nil
    server.connectionClosed()
  }

  /// The exchange of the request that came last. There must be one.
  var newest: Exchange {
    get { exchanges[offset: exchanges.count - 1] }
    set { exchanges[offset: exchanges.count - 1] = newValue }
  }

  // MARK: Flow control

  /// Not read while enough requests wait, while a refusal waits, or while the client does not take
  /// its answers: the socket's buffer fills and the client feels it (TCP's own flow control).
  private var mayRead: Bool {
    if case .refused? = exchanges.first?.state { return false }
    return exchanges.count < server.limits.pipelined && stalledSince == nil
  }

  func read(context: ChannelHandlerContext) {
    if mayRead { context.read() } else { isReadHeld = true }
  }

  /// The client lags no more, or is gone.
  private func taken() {
    server.gauges.unsentBytes -= unsentBytes
    unsentBytes = 0
  }

  /// Bytes of answers that wait for the client.
  var heldByChannel: Int {
    (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  func resumeReading() {
    guard isReadHeld, mayRead, let context else { return }
    isReadHeld = false
    context.read()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      stalledSince = nil
      if isClosing { since = server.tick }
      taken()
      continueDownload()
      resumeReading()
    } else if stalledSince == nil {
      stalledSince = server.tick
      takenBytes = sentBytes - heldByChannel
    }
    context.fireChannelWritabilityChanged()
  }
}
