import BinaryCodec
import ClientProtocol
import Determinism
import GuardProtocol
import HTTPAPI
import Logging
import NIOCore
import NetworkTypes
import NodeRuntime
import PeerProtocol
import PeerSockets
import PosixStorage
import RaftCore
import RaftTypes
import Replica
import VirtualIP

/// The virtual IP in mode interface: a guard process puts it on the interface, and the kernel ends
/// the lease when nobody renews it. On the node's event loop.
///
/// Invariant: `leaseEnd` is the latest instant until which anything that this node asked for can
/// still be open; a release returns when the guard has let go, or after that instant.
final class GuardedAddress: NodeAddress {
  var offer: (ReplicaInput) -> Void = { _ in }
  let hello: GuardHello
  private let path: String
  private let times: Settings
  private let loop: any EventLoop
  private let server: HTTPServer
  private let log: Logger
  private let listening: [SocketAddress]
  private var link: GuardLink?
  /// What the guard can do; nil: it is not connected, or has not said yet.
  private(set) var standings: [GuardStanding]?
  /// Why there is no guard.
  private(set) var complaint = "the guard was not asked yet"
  private var pause: BackOff
  private var dice: Dice
  private var redial: Scheduled<Void>?
  private var isStopped = false
  /// The guard's last word was no.
  private var isRefused = false

  /// The connections on which the guard speaks for this node when that cannot.
  private var guardedSockets: () -> [Int32] = { [] }

  private var openClaim: Term?
  private(set) var held: Term?
  private(set) var leaseEnd: Instant?
  private(set) var announced: Instant?
  private(set) var conflicts: UInt64 = 0
  private(set) var lastConflict: (stranger: HardwareAddress, at: Instant)?

  init(
    _ hello: GuardHello, guardSocket path: String, times: Settings, server: HTTPServer,
    on loop: any EventLoop, seed: UInt64, log: Logger
  ) {
    self.hello = hello
    self.times = times
    self.path = path
    self.server = server
    self.loop = loop
    self.log = log
    listening = hello.places.compactMap {
      try? SocketAddress(ipAddress: $0.address.description, port: Int(hello.port))
    }
    pause = BackOff(from: .milliseconds(50), to: .seconds(2))
    dice = Dice(seed: seed)
  }

  // MARK: The guard

  /// Connects, waits for the guard's word, and listens. Fails when the guard says that it cannot do
  /// what is configured; one that is not there yet is awaited while the node runs.
  func start() -> EventLoopFuture<Void> {
    connect()
    if let link {
      _ = link.await(until: now() + Self.patience, now: now) { reply in
        switch reply {
        case .ready, .unusable: true
        case .claimed, .refused, .released, .lost, .announced, .carrier, .conflict: false
        }
      }
      if isRefused {
        return loop.makeFailedFuture(StartFault.unusable("the virtual IP", reason: complaint))
      }
    }
    server.virtualConnectionWatcher = self
    if standings == nil { log.warning("\(complaint); tries again, and serves without it") }
    return server.standBy(on: listening)
  }

  /// Hangs up: the guard lets go of what may be left.
  func stop() {
    isStopped = true
    redial?.cancel()
    link?.hangUp()
    link = nil
  }

  /// How long a start waits for the guard: it answers within milliseconds, unless it is frozen.
  private static let patience = TimeSpan.seconds(2)

  private func connect() {
    do throws(GuardLink.Fault) {
      let link = try GuardLink(
        to: path, on: loop, heard: { [weak self] in self?.hear($0) },
        ended: { [weak self] in self?.guardGone($0) })
      self.link = link
      if !link.send(.hello(hello)) { guardGone("the guard takes no message") }
    } catch {
      complaint = error.description
      isRefused = false
      dialLater()
    }
  }

  private func dialLater() {
    guard !isStopped else { return }
    let wait = pause.next(&dice)
    redial = loop.assumeIsolated().scheduleTask(
      in: .nanoseconds(Int64(clamping: wait.nanoseconds))
    ) { self.connect() }
  }

  private func guardGone(_ reason: String) {
    link?.hangUp()
    link = nil
    // What it said last explains more than that it hung up.
    if !isRefused {
      if complaint.isEmpty { log.error("\(reason): this node cannot hold the address") }
      complaint = reason
    }
    standings = nil
    server.resetVirtualAddress()
    if let term = held {
      held = nil
      offer(.address(.lost(term, .guardGone)))
    }
    if let term = openClaim {
      openClaim = nil
      // It may have been granted, and the guard have told the peers that it is over.
      offer(.address(.lost(term, .guardGone)))
      offer(.address(.refused(term, .unavailable(complaint))))
    }
    dialLater()
  }

  // MARK: What the policy wants

  func perform(_ action: AddressAction) -> AddressEvent? {
    switch action {
    case .probe:
      _ = link?.send(.probe)
      return nil
    case .claim(let term, let until): return claim(term, until: until)
    case .renew(let term, let until):
      guard held == term || openClaim == term else { return nil }
      leaseEnd = max(leaseEnd ?? until, until)
      // One that cannot be sent renews nothing; the lease runs out on both sides.
      _ = link?.send(.renew(term, until: until))
      return nil
    case .release:
      release()
      return nil
    case .announce(let term):
      _ = link?.send(.announce(term))
      return nil
    case .tickle(let flows):
      // What cannot be sent costs some clients their own patience, and nothing else.
      _ = link?.send(.tickle(flows))
      return nil
    }
  }

  private func claim(_ term: Term, until: Instant) -> AddressEvent? {
    guard let link, standings != nil else { return .refused(term, .unavailable(complaint)) }
    leaseEnd = max(leaseEnd ?? until, until)
    openClaim = term
    leaveWill()
    guard link.send(.claim(term, until: until)) else {
      openClaim = nil
      return .refused(term, .unavailable("the guard takes no message: is it frozen?"))
    }
    return nil
  }

  /// What the peers must know when this process is gone: then the guard has let go for it, and they
  /// need not wait for the lease's end.
  private func leaveWill() {
    guard let term = held ?? openClaim else { return }
    var writer = ByteWriter()
    PeerFrame.addressReleased(term).write(to: &writer)
    let sockets = guardedSockets().prefix(GuardProtocol.Limits.willSockets)
    // One that cannot be sent costs a successor the wait.
    _ = link?.send(.lastWill(writer.bytes), passing: Array(sockets))
  }

  func guardedSocketsChanged(_ sockets: @escaping () -> [Int32]) {
    guardedSockets = sockets
    leaveWill()
  }

  /// Complete when it returns: the connections are reset, the gate is shut and the address gone,
  /// by the guard's word or because every lease is over.
  private func release() {
    if server.holdsVirtualAddress { log.notice("gives the address up") }
    server.resetVirtualAddress()
    let term = held ?? openClaim ?? .zero
    // The answer to the claim is its end, whatever the guard still says of it.
    if let open = openClaim { offer(.address(.refused(open, .busy))) }
    held = nil
    openClaim = nil
    guard let end = leaseEnd else { return }
    leaseEnd = nil
    var isReleased = false
    if let link, link.send(.release(term)) {
      isReleased = link.await(until: end, now: now) { $0 == .released(term) }
    }
    guard !isReleased else { return }
    log.warning("the guard does not answer: waits until its lease is over")
    waitOut(end)
  }

  private func waitOut(_ end: Instant) {
    while true {
      let left = end.since(now())
      guard left > .zero else { return }
      Pause.sleep(left)
    }
  }

  // MARK: What the guard says

  private func hear(_ reply: GuardReply) {
    switch reply {
    case .ready(let standings):
      guard standings.count == hello.places.count else { return }
      self.standings = standings
      isRefused = false
      complaint = ""
      pause.reset()
      for (place, standing) in zip(hello.places, standings) { tell(place, standing) }
      if let tier { offer(.addressTerms(VirtualAddress.terms(tier, times))) }
    case .unusable(let reason):
      complaint = reason
      isRefused = true
      pause.slowDown()
      if standings == nil { log.error("the guard refuses: \(reason)") }
    case .claimed(let term):
      guard openClaim == term else { return }
      openClaim = nil
      held = term
      server.admitToVirtualAddress()
      log.notice("holds the address in term \(term.number)")
      offer(.address(.claimed(term)))
    case .refused(let term, let refusal):
      guard openClaim == term else { return }
      openClaim = nil
      leaseEnd = nil
      log.warning("the guard refuses the address in term \(term.number): \(refusal)")
      offer(.address(.refused(term, AddressRefusal(refusal))))
    case .released: break
    case .lost(let term, let loss):
      server.resetVirtualAddress()
      guard held == term || openClaim == term else { return }
      held = nil
      openClaim = nil
      leaseEnd = nil
      log.error("lost the address of term \(term.number): \(loss)")
      offer(.address(.lost(term, AddressLoss(loss))))
    case .announced(_, let at): announced = at
    case .carrier(let isThere): offer(.addressReachable(isThere))
    case .conflict(let address, let stranger):
      conflicts += 1
      lastConflict = (stranger, now())
      log.error("\(stranger) says that it has the cluster's address \(address): find it")
    }
  }

  private func tell(_ place: GuardHello.Place, _ standing: GuardStanding) {
    switch standing.tier {
    case .gate:
      log.info("the guard is ready for \(place.address) on \(place.interface): gate and lifetime")
    case .lifetimeOnly(let reason):
      log.warning(
        """
        the guard has no gate for \(place.address) on \(place.interface), \(reason): a frozen \
        holder keeps it for up to \(hello.lifetimeSeconds) s longer
        """)
    }
  }

  func now() -> Instant { ReplicaLoop<PosixFileSystem, PeerHub>.now() }
}
