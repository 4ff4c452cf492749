internal import BinaryCodec
internal import ClientProtocol
internal import NIOCore

extension ClientConnection {
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    server.gauges.receivedBytes += UInt64(bytes.readableBytes)
    if case .idle = intake { begin(.head) }
    if unread.readableBytes > 0 {
      unread.writeBuffer(&bytes)
      swap(&unread, &bytes)
      unread = ByteBuffer()
    }
    decode(&bytes)
    guard bytes.readableBytes > 0, self.context != nil else { return }
    if case .ended = intake { return }
    // Copied, so that a few bytes do not hold the whole buffer of the socket's reading.
    unread = ByteBuffer(bytes: bytes.readableBytesView)
    if case .idle = intake { begin(.head) }
  }

  private func decode(_ bytes: inout ByteBuffer) {
    do throws(FramingFault) {
      while true {
        if case .ended = intake { return }
        switch try decoder.next(&bytes) {
        case .head(let head): receive(head)
        case .part(let part): receive(part)
        case .end: receiveEnd()
        case nil: return
        }
      }
    } catch {
      switch error {
      case .malformed(let rule): refuseRest(Refusal(.badRequest("this is not HTTP/1.1: \(rule)")))
      case .overflow:
        refuseRest(
          Refusal(
            .exceeds("header_field_bytes, header_bytes or header_count", overflow), status: 431))
      case .coding:
        refuseRest(
          Refusal(.badRequest("the only Transfer-Encoding is chunked, once"), status: 501))
      }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed { inputClosed() }
    context.fireUserInboundEventTriggered(event)
  }

  /// The client will send nothing more; it may still want its answers.
  private func inputClosed() {
    isInputClosed = true
    if isOutputClosed {
      context?.close(promise: nil)
      return
    }
    switch intake {
    case .head, .body, .discarding:
      refuseRest(Refusal(.badRequest("the request ends before it is whole")))
    case .idle, .ended:
      guard !exchanges.isEmpty else { return closeWhenSent() }
      begin(.ended)
      newest.delivery.persistence = .close
    }
  }

  private var overflow: Int { server.limits.headerBytes }

  private func receive(_ head: RequestHead) {
    switch intake {
    case .ended: return
    case .idle, .head: break
    case .body, .discarding: preconditionFailure("a head came inside a body")
    }
    refuseNow()
    var exchange = Exchange(
      state: .receiving(owesContinue: false),
      delivery: .init(isHead: head.method == .head, persistence: persistence(after: head)))
    do throws(Refusal) {
      var fields = head.fields
      try fields.check(head.version)
      if head.method == .options {
        exchange.state = .answered(try options(head))
        exchanges.append(exchange)
        begin(.discarding(0))
        settle()
        return
      }
      let request = try Request(head, fields, server.limits)
      exchange.state = .receiving(owesContinue: fields.expectsContinue)
      exchanges.append(exchange)
      begin(.body(request, ByteBuffer()))
      if fields.expectsContinue { settle() }
    } catch {
      exchange.state = .answered(.refusal(error))
      exchanges.append(exchange)
      begin(.discarding(0))
      if error.status == 413 || error.status == 417 || head.fields.hasExpectation {
        endInput()
      }
      settle()
    }
  }

  private func options(_ head: RequestHead) throws(Refusal) -> Exchange.Answer {
    let target = try Refusal.of { () throws(ClientError) in try RequestTarget(head.target) }
    guard let allow = Routes.allowed(at: target.path) else { throw Refusal(.noSuchRoute) }
    return .allow(allow)
  }

  private func persistence(after head: RequestHead) -> ResponseHead.Persistence {
    guard head.isKeepAlive, !server.isDraining else { return .close }
    return head.version == .current ? .keepAlive : .keepAliveSpoken
  }

  private func receive(_ part: ByteBuffer) {
    switch intake {
    case .ended: return
    case .idle, .head: preconditionFailure("a body came without its head")
    case .discarding(let bytes):
      let total = bytes + part.readableBytes
      intake = .discarding(total)
      if total > server.limits.bodyBytes { endInput() }
    case .body(let request, var body):
      intake = .discarding(0)
      do throws(Refusal) {
        try request.bound(body.readableBytes + part.readableBytes, server.limits)
        guard server.gauges.heldBytes + part.readableBytes <= server.limits.inFlightBytes else {
          throw Refusal(.overloaded("too many bytes of requests are in flight; try again later"))
        }
        if body.readableBytes == 0 {
          body = part
        } else {
          if let length = request.fields.contentLength { body.reserveCapacity(length) }
          body.writeImmutableBuffer(part)
        }
        newest.state = .receiving(owesContinue: false)
        newest.heldBytes += part.readableBytes
        server.gauges.heldBytes += part.readableBytes
        intake = .body(request, body)
      } catch {
        refuseNewest(error)
        // The rest of a body that was too long is not worth waiting for.
        if error.status == 413 { endInput() }
        settle()
      }
    }
  }

  private func receiveEnd() {
    switch intake {
    case .ended: return
    case .idle, .head: preconditionFailure("a request ended without its head")
    case .discarding: finishRequest()
    case .body(let request, let body):
      finishRequest()
      perform(request, body)
    }
  }

  /// The request has been received in full. One that asked to close is the last that is looked at.
  private func finishRequest() {
    if let last = exchanges.last, last.delivery.persistence == .close {
      begin(.ended)
    } else if isClosing {
      begin(.ended)
    } else {
      begin(.idle)
    }
  }

  private func perform(_ request: Request, _ body: ByteBuffer) {
    guard server.gauges.inFlight < server.limits.inFlight || !request.endpoint.asksNode else {
      return turnAway()
    }
    do throws(ClientError) {
      let bytes = body.readableBytes == 0 ? [] : [UInt8](body.readableBytesView)[...]
      switch try request.prepare(body: bytes, server.limits) {
      case .page(let endpoint, let verbose):
        newest.state = .answered(.page(endpoint, verbose: verbose))
        settle()
      case .download(let wish):
        newest.state = .answered(.download(wish))
        settle()
      case .call(let call, let form):
        newest.state = .waiting(form, since: .now())
        server.gauges.inFlight += 1
        let tag = firstTag + UInt64(exchanges.count - 1)
        server.port.submit(call, from: self, tag: tag)
      }
    } catch {
      refuseNewest(Refusal(error))
      settle()
    }
  }

  // Before its body is looked at: a refusal must be cheap, and there are many.
  private func turnAway() {
    let refusal = Refusal(
      .overloaded("\(server.limits.inFlight) requests are in flight; try again later"))
    refuseNewest(refusal)
    // No other answer of its connection may wait for it: see also `receive`.
    if exchanges.count == 1, !server.mayRefuse(self) {
      newest.state = .refused(refusal)
    } else {
      settle()
    }
  }

  /// The refusal that waits, if it still does, has waited long enough.
  func refuseNow() {
    guard case .refused(let refusal)? = exchanges.first?.state else { return }
    exchanges[exchanges.startIndex].state = .answered(.refusal(refusal))
    settle()
  }

  private func refuseNewest(_ refusal: Refusal) {
    server.gauges.heldBytes -= newest.heldBytes
    newest.heldBytes = 0
    newest.state = .answered(.refusal(refusal))
  }

  /// Nothing of the stream can be understood, or waited for, any more.
  func refuseRest(_ refusal: Refusal) {
    if case .ended = intake { return }
    if let last = exchanges.last, case .receiving = last.state {
      refuseNewest(refusal)
    } else if case .discarding = intake {
      // It was answered already, and may have gone.
    } else if !isClosing {
      exchanges.append(
        Exchange(state: .answered(.refusal(refusal)), delivery: .init(persistence: .close)))
    }
    endInput()
    settle()
  }

  /// Looks at nothing more that comes, and closes after the newest exchange's answer, in two steps.
  private func endInput() {
    begin(.ended)
    lingers = true
    if exchanges.isEmpty {
      isClosing = true
      mark()
    } else {
      newest.delivery.persistence = .close
    }
  }

  func begin(_ intake: Intake) {
    self.intake = intake
    since = server.tick
  }
}
