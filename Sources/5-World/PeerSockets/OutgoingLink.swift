internal import BinaryCodec
internal import Determinism
internal import NIOCore
internal import NIOPosix
internal import PeerProtocol
internal import RaftTypes

/// The connection that this node dials to one peer, for one channel: dials, greets, sends, and
/// dials again.
///
/// Owned by the hub, used on its loop only. Nothing but the answer to the hello ever comes back on
/// it.
final class OutgoingLink {
  private enum State {
    /// Between two attempts.
    case pausing(Scheduled<Void>)
    /// Looking up the name or connecting.
    case dialing
    /// The hello is sent.
    case greeting(any Channel, deadline: Scheduled<Void>)
    case open(any Channel, since: NIODeadline)
    /// The peer is no member any more, or the hub is closed. Final.
    case stopped
  }

  let member: Member
  let channelKind: ChannelKind
  private let hub: PeerHub
  private var state = State.dialing
  private var outbox = Outbox()
  private var backOff: BackOff
  private var addresses: [SocketAddress] = []
  private var lastFailure: LinkFailure?

  init(to member: Member, _ channelKind: ChannelKind, of hub: PeerHub) {
    self.member = member
    self.channelKind = channelKind
    self.hub = hub
    backOff = BackOff(from: hub.timing.leastPause, to: hub.timing.mostPause)
  }

  var counters: Outbox.Counters { outbox.counters }
  var waitingBytes: Int { outbox.heavyBytes }
  var isOpen: Bool {
    if case .open = state { true } else { false }
  }
  /// The open connection's socket; the channel's own, not to be closed.
  var socket: CInt? {
    guard case .open(let channel, since: _) = state else { return nil }
    return try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
      of: NIOBSDSocket.Handle.self
    ) { $0 }
  }

  // MARK: Dialing

  /// Begins an attempt.
  func dial() {
    state = .dialing
    guard let address = PeerAddress(member.peerAddress) else {
      return fail(unreachable("not host:port"))
    }
    // One address an attempt, in turn; the name is asked again when all were tried.
    guard addresses.isEmpty else { return connect(to: addresses.removeFirst()) }
    AddressLookup.addresses(of: address, on: hub.eventLoop).assumeIsolated().whenComplete {
      guard case .dialing = self.state else { return }
      switch $0 {
      case .success(let found):
        self.addresses = Array(found.dropFirst())
        self.connect(to: found[0])
      case .failure(let error): self.fail(self.unreachable(error.inFewWords))
      }
    }
  }

  private func connect(to address: SocketAddress) {
    let handler = NIOLoopBound(OutgoingHandler(for: self), eventLoop: hub.eventLoop)
    var bootstrap = ClientBootstrap(group: hub.eventLoop)
      .connectTimeout(hub.timing.connect.amount)
      .channelOption(.writeBufferWaterMark, value: SocketOptions.waterMark)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(handler.value)
        }
      }
    for (option, value) in SocketOptions.connection(hub.timing) {
      bootstrap = bootstrap.channelOption(option, value: value)
    }
    bootstrap.connect(to: address).assumeIsolated().whenFailure {
      guard case .dialing = self.state else { return }
      self.fail(self.unreachable($0.inFewWords))
    }
  }

  private func unreachable(_ reason: String) -> LinkFailure {
    .unreachable("\(member.peerAddress): \(reason)")
  }

  /// Whether this link is the one that `other` needs; what is to become of it does not matter.
  func leads(to other: Member) -> Bool {
    member.id == other.id && member.incarnation == other.incarnation
      && member.peerAddress == other.peerAddress
  }

  /// The peer has just let itself in, so it is there: what was refused or failed before may work.
  func hurry() {
    guard case .pausing(let task) = state else { return }
    task.cancel()
    dial()
  }

  // An attempt or a connection ended: the next attempt comes after a pause.
  private func fail(_ failure: LinkFailure) {
    guard pause(after: failure) else { return }
    report(failure)
  }

  private func pause(after failure: LinkFailure) -> Bool {
    switch failure {
    case .refused, .unsuitable: backOff.slowDown()
    case .unreachable: break
    }
    if case .stopped = state { return false }
    let span = hub.jitter { self.backOff.next(&$0) }
    state = .pausing(
      hub.eventLoop.assumeIsolated().scheduleTask(in: span.amount) { self.dial() })
    return true
  }

  // Once for each new reason: a peer that is down for a day is one line in the log.
  private func report(_ failure: LinkFailure) {
    guard failure != lastFailure else { return }
    lastFailure = failure
    hub.link(self, failed: failure)
  }

  /// Ends the link for good.
  /// - Returns: the calls that had not left.
  func stop() -> [PeerFrame] {
    let old = state
    state = .stopped
    switch old {
    case .pausing(let task): task.cancel()
    case .dialing, .stopped: break
    case .greeting(let channel, let deadline):
      deadline.cancel()
      channel.close(promise: nil)
    case .open(let channel, since: _): channel.close(promise: nil)
    }
    return outbox.drain()
  }

  // MARK: What the handler reports

  func connected(_ channel: any Channel) {
    guard case .dialing = state else { return channel.close(promise: nil) }
    let hello = Handshake.Hello(
      identity: hub.view.identity, expects: member.id, channel: channelKind,
      configuration: hub.view.configuration, address: hub.ownAddress)
    var writer = ByteWriter()
    Handshake.write(hello, to: &writer)
    let deadline = hub.eventLoop.assumeIsolated().scheduleTask(in: hub.timing.handshake.amount) {
      self.give(up: channel, self.unreachable("no answer to the hello"))
    }
    state = .greeting(channel, deadline: deadline)
    channel.writeAndFlush(ByteBuffer(bytes: writer.bytes), promise: nil)
  }

  func received(_ raw: RawFrame, on channel: any Channel) throws(PeerFault) {
    guard case .greeting(let current, let deadline) = state, current === channel else {
      throw .unexpected(raw.kind)
    }
    let answer = try Handshake.answer(raw)
    switch answer {
    case .refused(let refusal): give(up: channel, .refused(refusal))
    case .welcome(let version, let identity):
      if identity.node == member.id { hub.link(self, metDisk: identity.incarnation) }
      // The owner may have changed the membership at that word.
      guard case .greeting(let current, _) = state, current === channel else { return }
      if let refusal = Handshake.judge(
        version: version, identity, expecting: member.id, on: member.incarnation,
        against: hub.view)
      {
        return give(up: channel, .unsuitable(refusal))
      }
      deadline.cancel()
      state = .open(channel, since: .now())
      lastFailure = nil
      hub.linkOpened(self)
    }
  }

  /// The connection ended. `reset`: by the peer's kernel.
  func closed(_ channel: any Channel, reset: Bool, reason: String) {
    switch state {
    case .greeting(let current, let deadline) where current === channel:
      deadline.cancel()
      fail(unreachable(reason))
    case .open(let current, let since) where current === channel:
      // A connection that lasted was healthy; one that breaks at once must not be redialed in a
      // tight loop.
      if NIODeadline.now() - since > hub.timing.mostPause.amount { backOff.reset() }
      let unsent = outbox.drain()
      guard pause(after: unreachable(reason)) else { return }
      hub.linkClosed(self, reset: reset, unsent: unsent)
      report(unreachable(reason))
    case .greeting, .open, .pausing, .dialing, .stopped: break
    }
  }

  private func give(up channel: any Channel, _ failure: LinkFailure) {
    guard case .greeting(let current, let deadline) = state, current === channel else { return }
    deadline.cancel()
    fail(failure)
    channel.close(promise: nil)
  }

  // MARK: Sending

  /// False when `frame` will certainly not arrive.
  func send(_ frame: PeerFrame) -> Bool { isOpen && outbox.offer(frame) }

  /// Writes what waits, as far as the connection takes it, and flushes once.
  func drain() {
    guard case .open(let channel, since: _) = state, !outbox.isEmpty else { return }
    var wrote = false
    while channel.isWritable, !outbox.isEmpty {
      var writer = ByteWriter(capacity: min(Limits.writeBatch, 512 + outbox.heavyBytes))
      while writer.count < Limits.writeBatch, let frame = outbox.next() {
        frame.write(to: &writer)
      }
      channel.write(ByteBuffer(bytes: writer.bytes), promise: nil)
      wrote = true
    }
    if wrote { channel.flush() }
  }
}
