internal import ClientProtocol
internal import Glibc
internal import NIOCore

extension ClientConnection {
  func deliver(_ reply: ClientReply, tag: UInt64) {
    precondition(
      tag >= firstTag && tag - firstTag < UInt64(exchanges.count),
      "ClientConnection: a reply for \(tag); open are \(exchanges.count) from \(firstTag)")
    guard tag != firstTag else { return deliverOldest(reply) }
    let place = exchanges.index(exchanges.startIndex, offsetBy: Int(tag - firstTag))
    guard case .waiting(let form, let start) = exchanges[place].state else {
      preconditionFailure("ClientConnection: a second reply for \(tag)")
    }
    server.gauges.answered(form, start, exchanges[place].heldBytes)
    exchanges[place].heldBytes = 0
    exchanges[place].state = .answered(.reply(reply, form))
    if context != nil { keep(reply, at: place) }
  }

  // What nearly every answer is: due at once. It is written without a stay in its exchange.
  private func deliverOldest(_ reply: ClientReply) {
    let oldest = exchanges.removeFirst()
    guard case .waiting(let form, let start) = oldest.state else {
      preconditionFailure("ClientConnection: a second reply for \(firstTag)")
    }
    firstTag += 1
    server.gauges.answered(form, start, oldest.heldBytes)
    guard context != nil, !isClosing else { return }
    write(.reply(reply, form), oldest.delivery)
    sendIfMuch()
    settle()
  }

  // An answer that came before its turn waits in memory, and is counted like what clients send. A
  // read that finds no room is refused after all; a write that has happened cannot be, so its
  // connection goes.
  private func keep(_ reply: ClientReply, at place: CircularBuffer<Exchange>.Index) {
    let size = reply.heldBytes
    if server.gauges.heldBytes + size <= server.limits.inFlightBytes {
      exchanges[place].heldBytes = size
      server.gauges.heldBytes += size
    } else if case .range = reply.body {
      exchanges[place].state = .answered(
        .refusal(Refusal(.overloaded("too many bytes of answers wait; try again later"))))
    } else {
      exchanges[place].state = .answered(.refusal(Refusal(.overloaded("cut off"))))
      cut()
    }
  }

  /// Writes the answers that are due: those of the oldest exchanges, up to the first that has none.
  func settle() {
    guard context != nil else { return }
    // To send may cut the connection off, and then nobody is there for what follows.
    while context != nil, !isClosing, let oldest = exchanges.first,
      case .answered(let answer) = oldest.state
    {
      if case .download(let wish) = answer {
        guard server.gauges.downloads < server.limits.downloads else {
          exchanges[exchanges.startIndex].state = .answered(.refusal(.tooManyDownloads))
          continue
        }
        return begin(SnapshotDownload(wish))
      }
      server.gauges.heldBytes -= oldest.heldBytes
      exchanges.removeFirst()
      firstTag += 1
      write(answer, oldest.delivery)
      sendIfMuch()
    }
    guard context != nil else { return }
    if !isClosing, let oldest = exchanges.first, case .receiving(owesContinue: true) = oldest.state
    {
      exchanges[exchanges.startIndex].state = .receiving(owesContinue: false)
      out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
      mark()
    }
    resumeReading()
  }

  private func write(_ answer: Exchange.Answer, _ given: ResponseWriter.Delivery) {
    var delivery = given
    if server.isDraining, exchanges.isEmpty { delivery.persistence = .close }
    let status: Int
    switch answer {
    case .reply(let reply, let form):
      status = server.writer.write(reply, as: form, delivery, into: &out)
    case .refusal(let refusal):
      status = server.writer.write(refusal, server.port.stamp, delivery, into: &out)
    case .page(let endpoint, let verbose):
      status = server.writer.writePage(
        endpoint, verbose: verbose, of: server, delivery, into: &out)
    case .download: preconditionFailure("ClientConnection: a download is no single answer")
    case .allow(let methods):
      status = server.writer.writeAllow(methods, server.port.stamp, delivery, into: &out)
    }
    server.gauges.responses[status] += 1
    if delivery.persistence == .close { isClosing = true }
    if exchanges.isEmpty { since = server.tick }
    mark()
  }

  /// Asks for a flush at the end of this turn.
  func mark() {
    guard !isMarked else { return }
    isMarked = true
    server.flushLater(self)
  }

  /// The end of a turn: sends what has gathered, and closes when it was the last.
  func flush() {
    isMarked = false
    guard isClosing else {
      send()
      return continueDownload()
    }
    guard let context else { return }
    switch intake {
    case .idle, .ended: break
    case .head, .body, .discarding: lingers = true
    }
    begin(.ended)
    countSent(out.readableBytes)
    context.writeAndFlush(wrapOutboundOut(out)).assumeIsolated().whenComplete { _ in
      self.closeAfterAnswers()
    }
    out = ByteBuffer()
  }

  // A hundred large pages in one turn must meet the limit of what is unsent one by one.
  private func sendIfMuch() {
    if out.readableBytes > Self.keptBytes, !isClosing { send() }
  }

  private func send() {
    let count = out.readableBytes
    guard let context, count > 0 else { return }
    countSent(count)
    context.writeAndFlush(wrapOutboundOut(out), promise: nil)
    // Once written, the buffer is ours alone again and `clear` keeps its space for the next turn.
    if out.capacity > Self.keptBytes { out = ByteBuffer() } else { out.clear() }
    guard self.context != nil, !context.channel.isWritable else { return }
    unsentBytes += count
    server.gauges.unsentBytes += count
    if unsentBytes > server.limits.unsentBytes
      || server.gauges.unsentBytes > server.limits.unsentBytesOfAll
    {
      cut()
    }
  }

  private func countSent(_ count: Int) {
    sentBytes += count
    server.gauges.sentBytes += UInt64(count)
  }

  /// Answers that exceed this are sent before the turn ends, and do not keep their space.
  private static var keptBytes: Int { 64 << 10 }

  /// All requests are answered, and the connection is not needed any more.
  func closeWhenSent() {
    guard !isClosing else { return }
    isClosing = true
    mark()
  }

  private func closeAfterAnswers() {
    guard let context else { return }
    guard lingers, !isInputClosed else { return context.close(promise: nil) }
    isOutputClosed = true
    since = server.tick
    // To close a socket with unread bytes resets the connection, and the client might lose the
    // answer.
    context.close(mode: .output).assumeIsolated().whenFailure { _ in
      self.context?.close(promise: nil)
    }
  }

  // MARK: Cutting off

  /// Checks the time limits; once a tick.
  func check(at tick: UInt64) {
    let limits = server.limits
    let age = tick - since
    if hasStalled(at: tick) { return cut() }
    switch intake {
    case .idle:
      if exchanges.isEmpty, age >= limits.idleTicks { context?.close(promise: nil) }
    case .head:
      if age >= limits.headTicks { refuseSlow("the request's head") }
    case .body:
      if age >= limits.bodyTicks { refuseSlow("the request's body") }
    case .discarding:
      if age >= limits.bodyTicks { cut() }
    case .ended:
      // The last answers have the time of any others; what the client sends behind them has less.
      let patience = isOutputClosed ? limits.lingerTicks : limits.stalledTicks
      if isClosing, stalledSince == nil, age >= patience { cut() }
    }
  }

  /// Whether the client takes its answers slower than the slowest network that is served.
  private func hasStalled(at tick: UInt64) -> Bool {
    guard let since = stalledSince else { return false }
    let taken = sentBytes - heldByChannel
    if taken - takenBytes >= server.limits.takenBytes {
      takenBytes = taken
      stalledSince = tick
      return false
    }
    return tick - since >= server.limits.stalledTicks
  }

  private func refuseSlow(_ what: String) {
    server.gauges.connectionsCut += 1
    refuseRest(
      Refusal(
        ClientError(.timeout, "\(what) took too long", outcome: .notApplied, retryable: true),
        status: 408))
  }

  /// Closes once what is under way is answered; at once when nothing is.
  func drain() {
    guard exchanges.isEmpty else { return }
    switch intake {
    case .idle, .ended: closeWhenSent()
    case .head, .body, .discarding: return
    }
  }

  /// Resets the connection of a client that breaks the rules.
  private func cut() {
    server.gauges.connectionsCut += 1
    reset()
  }

  /// Closes so that the client learns it at once: with SO_LINGER 0 the kernel sends a reset and
  /// forgets what was not sent (socket(7)).
  func reset() {
    guard let context else { return }
    // A channel that is no socket, as in tests, just closes.
    if let socket = context.channel as? any SocketOptionProvider {
      // On its event loop this takes effect before it returns.
      socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in }
    }
    context.close(promise: nil)
  }
}
