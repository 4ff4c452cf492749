package import Determinism
internal import Glibc
package import Logging
package import NIOCore
internal import NIOPosix
package import PeerProtocol
package import RaftTypes

/// All peer connections of a node, on one event loop.
///
/// A sends to B only on the connections that A dialed, and B to A only on those that B dialed; each
/// pair of nodes has one such connection each way for messages and one for snapshot chunks. A newer
/// connection of the same peer replaces the older one. Everything but `init` is called on the loop.
package final class PeerHub: PeerLinks {
  package let eventLoop: any EventLoop
  package let timing: PeerTiming
  /// Set before `listen`; released by `close`.
  package var delegate: (any PeerHubDelegate)?
  /// What handshakes are judged against.
  package internal(set) var view: Handshake.LocalView
  let logger: Logger
  private var dice: Dice
  private var members = SortedMap<NodeID, Member>()
  private var guests = SortedMap<NodeID, Guest>()
  private var listener: (any Channel)?
  private var links = SortedMap<LinkKey, OutgoingLink>()
  private var arrivals = SortedMap<LinkKey, IncomingHandler>()
  private var strangers: [ObjectIdentifier: IncomingHandler] = [:]
  private var isClosed = false
  // What was last refused to whom: a removed node that goes on asking is one line in the log.
  private var refusals = SortedMap<NodeID, Handshake.Refusal>()

  /// - Parameter seed: for the jitter of pauses.
  package init(
    on eventLoop: any EventLoop, as identity: Handshake.Identity, timing: PeerTiming = PeerTiming(),
    seed: UInt64, logger: Logger
  ) {
    self.eventLoop = eventLoop
    self.timing = timing
    self.logger = logger
    view = Handshake.LocalView(
      identity: identity, members: SortedMap(), configuration: .zero)
    dice = Dice(seed: seed)
  }

  // MARK: Whom to talk to

  /// Dials who is new or moved, ends what leads to nobody or to a replaced disk.
  package func setPeers(_ members: SortedMap<NodeID, Member>, configuration: LogIndex) {
    eventLoop.preconditionInEventLoop()
    guard !isClosed else { return }
    view = Handshake.LocalView(
      identity: view.identity,
      members: SortedMap(members.map { ($0.0, $0.1.incarnation) }), configuration: configuration)
    self.members = members
    _ = guests.removeAll { configuration >= $1.configuration }
    connect()
    // Who was removed hears why when it dials again. Who acts under a newer membership stays.
    let gone = arrivals.removeAll { key, arrival in
      guard let hello = arrival.hello else { return false }
      return view.members[key.peer] != hello.identity.incarnation
        && hello.configuration <= configuration
    }
    for (_, arrival) in gone { arrival.close() }
  }

  private func connect() {
    var wanted = members
    for guest in guests.values { wanted[guest.member.id] = guest.member }
    let stale = links.removeAll { key, link in
      wanted[key.peer].map { !link.leads(to: $0) } ?? true
    }
    for (_, link) in stale { stop(link) }
    for member in wanted.values where member.id != view.identity.node {
      for kind in ChannelKind.allCases {
        let key = LinkKey(peer: member.id, channel: kind)
        guard links[key] == nil else { continue }
        let link = OutgoingLink(to: member, kind, of: self)
        links[key] = link
        link.dial()
      }
    }
  }

  /// Where the membership says that this node listens.
  var ownAddress: String { members[view.identity.node]?.peerAddress ?? "" }

  /// Whoever acts under a newer membership must be answered where that one says it is: a node that
  /// lags, and one that knows nothing yet, could not catch up otherwise.
  private func invite(_ hello: Handshake.Hello) {
    guard view.identity.cluster != nil, hello.configuration > view.configuration,
      !hello.address.isEmpty, guests.count < Limits.guests
    else { return }
    let member = Member(
      id: hello.identity.node, incarnation: hello.identity.incarnation,
      peerAddress: hello.address, clientAddress: "")
    guests[member.id] = Guest(member: member, configuration: hello.configuration)
    connect()
  }

  // MARK: Sending

  /// Puts `frame` into the outbox of its connection; false when it will certainly not arrive.
  @discardableResult
  package func send(_ frame: PeerFrame, to peer: NodeID) -> Bool {
    links[LinkKey(peer: peer, channel: frame.channel)]?.send(frame) ?? false
  }

  /// Writes all outboxes, as far as their connections take it; the rest follows by itself.
  package func flush() {
    for link in links.values { link.drain() }
  }

  /// Whether messages to `peer` leave at the moment.
  package func isConnected(to peer: NodeID) -> Bool {
    links[LinkKey(peer: peer, channel: .messages)]?.isOpen ?? false
  }

  /// The sockets of the connections that a guard keeps for this node, ascending by peer: to be
  /// copied to it at once (SCM_RIGHTS, unix(7)), never to be written to or closed here.
  package var guardedSockets: [CInt] {
    links.filter { $0.0.channel == .guarded }.compactMap { $0.1.socket }
  }

  /// What became of the frames for `peer` on `channel`, and estimated bytes that wait; nil for no
  /// member.
  package func traffic(
    to peer: NodeID, _ channel: ChannelKind
  ) -> (counters: Outbox.Counters, waitingBytes: Int)? {
    links[LinkKey(peer: peer, channel: channel)].map { ($0.counters, $0.waitingBytes) }
  }

  // MARK: Life

  /// Listens on `address`; the future fails when that is impossible, and gives the bound address.
  package func listen(on address: PeerAddress) -> EventLoopFuture<SocketAddress?> {
    eventLoop.preconditionInEventLoop()
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    var bootstrap = ServerBootstrap(group: eventLoop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.recvAllocator, value: SocketOptions.readAllocator)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(IncomingHandler(of: bound.value))
        }
      }
    for (option, value) in SocketOptions.connection(timing) {
      bootstrap = bootstrap.childChannelOption(option, value: value)
    }
    return bootstrap.bind(host: address.host, port: address.port).assumeIsolated().map {
      if self.isClosed { $0.close(promise: nil) } else { self.listener = $0 }
      return $0.localAddress
    }.nonisolated()
  }

  /// Stops listening and ends every connection; the delegate hears nothing more.
  package func close() -> EventLoopFuture<Void> {
    eventLoop.preconditionInEventLoop()
    isClosed = true
    delegate = nil
    for link in links.values { _ = link.stop() }
    for arrival in arrivals.values { arrival.close() }
    // Closing has no order that anything depends on.
    for stranger in strangers.values { stranger.close() }
    links = SortedMap()
    arrivals = SortedMap()
    strangers = [:]
    return listener?.close() ?? eventLoop.makeSucceededVoidFuture()
  }

  func jitter(_ draw: (inout Dice) -> TimeSpan) -> TimeSpan { draw(&dice) }

  private func stop(_ link: OutgoingLink) {
    let wasOpen = link.isOpen
    let unsent = link.stop()
    if wasOpen { linkClosed(link, reset: false, unsent: unsent) }
  }
}

// MARK: What connections report

extension PeerHub {
  func linkOpened(_ link: OutgoingLink) {
    switch link.channelKind {
    case .messages: delegate?.peerHub(self, connectedTo: link.member.id)
    case .guarded: delegate?.peerHubChangedGuardedSockets(self)
    case .snapshot: break
    }
  }

  func linkClosed(_ link: OutgoingLink, reset: Bool, unsent: [PeerFrame]) {
    switch link.channelKind {
    case .messages:
      let loss = LinkLoss(direction: .outgoing, reset: reset, unsent: unsent)
      delegate?.peerHub(self, disconnectedFrom: link.member.id, loss)
    case .guarded: delegate?.peerHubChangedGuardedSockets(self)
    case .snapshot: break
    }
  }

  func link(_ link: OutgoingLink, failed failure: LinkFailure) {
    guard link.channelKind == .messages else { return }
    delegate?.peerHub(self, cannotReach: link.member.id, failure)
  }

  func link(_ link: OutgoingLink, metDisk disk: DiskIncarnation) {
    guard link.channelKind == .messages else { return }
    delegate?.peerHub(self, met: link.member.id, on: disk)
  }

  func judge(_ hello: Handshake.Hello) -> Handshake.Answer {
    let answer = Handshake.judge(hello, against: view)
    let node = hello.identity.node
    switch answer {
    case .welcome: refusals[node] = nil
    case .refused(let refusal):
      if refusals[node] != refusal, refusals.count < Limits.guests {
        refusals[node] = refusal
        logger.warning("refuses a connection of node \(node.number): \(refusal)")
      }
    }
    return answer
  }

  /// False when there is no room for it, or when the hub was closed while it came.
  func strangerCame(_ handler: IncomingHandler) -> Bool {
    guard !isClosed, strangers.count < Limits.strangers,
      strangers.count + arrivals.count < Limits.incoming
    else { return false }
    strangers[ObjectIdentifier(handler)] = handler
    return true
  }

  func strangerLeft(_ handler: IncomingHandler, _ reason: String?) {
    strangers[ObjectIdentifier(handler)] = nil
    if let reason { logger.warning("ended a connection of a stranger: \(reason)") }
  }

  func incomingOpened(_ handler: IncomingHandler, _ key: LinkKey, _ hello: Handshake.Hello) {
    let older = arrivals[key]
    arrivals[key] = handler
    older?.close()
    invite(hello)
    links[key]?.hurry()
  }

  func incomingClosed(_ handler: IncomingHandler, _ key: LinkKey, reset: Bool) {
    guard arrivals[key] === handler else { return }
    arrivals[key] = nil
    guard key.channel == .messages else { return }
    let loss = LinkLoss(direction: .incoming, reset: reset, unsent: [])
    delegate?.peerHub(self, disconnectedFrom: key.peer, loss)
  }

  func incoming(_ handler: IncomingHandler, faulted fault: PeerFault, as key: LinkKey?) {
    let peer = key.map { "node \($0.peer.number)" } ?? "a stranger"
    logger.error("ended a connection of \(peer), which sent bytes that make no sense: \(fault)")
  }

  func deliver(_ frame: PeerFrame, from peer: NodeID, of cluster: ClusterID?) {
    guard view.identity.cluster == nil, let cluster else {
      delegate?.peerHub(self, received: frame, from: peer)
      return
    }
    delegate?.peerHub(self, takenInBy: cluster)
  }

  func finishedReading() { delegate?.peerHubFinishedReading(self) }
}
