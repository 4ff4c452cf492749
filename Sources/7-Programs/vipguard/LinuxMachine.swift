import Determinism
import Glibc
import GuardProtocol
import LinuxNetwork
import NetworkTypes

/// The kernel of this host, through rtnetlink, nf_tables and packet sockets.
final class LinuxMachine: Machine {
  /// What stands in the kernel for one place.
  private final class Post {
    let place: GuardHello.Place
    let lifetime: UInt32
    let interface: NetworkInterface
    let lease: AddressLease
    /// Nil: the lower tier.
    let gate: Gate?
    let segment: Segment
    let watch: NetworkWatch
    var hasCarrier: Bool
    /// Whether the address was added and not removed since.
    var isKept = false
    /// Who asked last whether the address is free.
    var asker: HardwareAddress?

    init(
      _ place: GuardHello.Place, lifetime: UInt32, interface: NetworkInterface,
      lease: AddressLease, gate: Gate?, segment: Segment, watch: NetworkWatch
    ) {
      self.place = place
      self.lifetime = lifetime
      self.interface = interface
      self.lease = lease
      self.gate = gate
      self.segment = segment
      self.watch = watch
      hasCarrier = interface.isUp && interface.hasCarrier
    }
  }

  private let isHonest: Bool
  private var posts: [Post] = []
  private var will: LastWill?
  private var arrived: [PassedSocket] = []
  /// Read ahead of their turn.
  private var pending: [MachineEvent] = []

  /// - Parameter isHonest: false for a negative control: no gate stands, no address ends, nobody is
  ///   asked before it is taken, and kvnode is told otherwise.
  init(isHonest: Bool = true) { self.isHonest = isHonest }

  /// To poll(2) for POLLIN.
  var descriptors: [Int32] { posts.flatMap { [$0.segment.descriptor, $0.watch.descriptor] } }

  /// What has happened since the last call, oldest first within one source.
  func events() -> [MachineEvent] {
    for post in posts {
      read(post.watch, of: post)
      heard(by: post)
    }
    let events = pending
    pending = []
    return events
  }

  func now() -> Instant { BootClock.now() }

  func prepare(
    _ place: GuardHello.Place, for hello: GuardHello
  ) throws(MachineFault) -> GuardStanding {
    do throws(NetworkFault) {
      // Without its gate an address is open: it goes first.
      if try AddressLease.removeLeftovers(of: place.address) {
        say("removed \(place.address), which an earlier guard had left")
      }
      try HostCheck.pass(place)
      let interface = try NetworkInterface.named(place.interface)
      let watch = try NetworkWatch(for: place.address, on: interface)
      let (gate, reason) = try stand(place.address, on: interface)
      posts.append(
        Post(
          // Without end is INFINITY_LIFE_TIME of net/addrconf.h.
          place, lifetime: isHonest ? UInt32(hello.lifetimeSeconds) : .max, interface: interface,
          lease: try AddressLease(place.address, on: interface), gate: gate,
          segment: try Segment(for: place.address, on: interface), watch: watch))
      return GuardStanding(
        tier: reason.map { .lifetimeOnly($0) } ?? .gate, hardware: interface.hardwareAddress)
    } catch {
      throw MachineFault("\(place.address) on \(place.interface): \(error.sentence)")
    }
  }

  /// The gate, or why there is none.
  private func stand(
    _ address: IPAddress, on interface: NetworkInterface
  ) throws(NetworkFault) -> (Gate?, String?) {
    guard isHonest else { return (nil, nil) }
    do throws(NetworkFault) {
      let gate = try Gate(for: address, on: interface)
      try gate.install()
      return (gate, nil)
    } catch {
      guard case .unsupported = error else { throw error }
      return (nil, error.sentence)
    }
  }

  func dismantle() {
    for post in posts where post.isKept {
      attempt("remove") { () throws(NetworkFault) in try post.lease.remove() }
    }
    for post in posts {
      attempt("dismantle") { () throws(NetworkFault) in try post.gate?.uninstall() }
    }
    posts = []
    pending = []
  }

  func hasCarrier(_ place: GuardHello.Place) -> Bool { post(at: place).hasCarrier }

  func keep(_ place: GuardHello.Place) throws(MachineFault) {
    let post = post(at: place)
    try told(place) { () throws(NetworkFault) in try post.lease.renew(seconds: post.lifetime) }
    post.isKept = true
  }

  func remove(_ place: GuardHello.Place) throws(MachineFault) {
    let post = post(at: place)
    try told(place) { () throws(NetworkFault) in try post.lease.remove() }
    post.isKept = false
    // The kernel reports a removal before it acknowledges it: what is there now is our own doing.
    read(post.watch, of: post)
    pending.removeAll { $0 == .addressRemoved(place.address) }
  }

  func open(_ place: GuardHello.Place, until: Instant) throws(MachineFault) -> Bool {
    guard let gate = post(at: place).gate else { return true }
    return try told(place) { () throws(NetworkFault) in try gate.open(until: until) }
  }

  func shut(_ place: GuardHello.Place) throws(MachineFault) {
    let gate = post(at: place).gate
    try told(place) { () throws(NetworkFault) in try gate?.shut() }
  }

  func announce(_ place: GuardHello.Place) {
    attempt("announce") { () throws(NetworkFault) in try post(at: place).segment.announce() }
  }

  func probe(_ place: GuardHello.Place) {
    // Who asks first would find the stale holder, and wait.
    guard isHonest else { return }
    attempt("probe") { () throws(NetworkFault) in try post(at: place).segment.probe() }
  }

  func resetConnections(of place: GuardHello.Place) {
    do throws(NetworkFault) {
      try Connections.reset(to: place.address)
    } catch {
      // Without it kvnode's own resets, and the end of its process, are what clients hear.
      if case .unsupported = error { return }
      say("cannot reset the connections of \(place.address): \(error.sentence)")
    }
  }

  func tickle(_ flows: [Flow]) {
    attempt("tickle") { () throws(NetworkFault) in try Connections.tickle(flows) }
  }

  func keepLastWill(_ bytes: [UInt8]) {
    will = LastWill(bytes, to: arrived)
    arrived = []
  }

  func speakLastWill() { will?.speak() }

  func forgetLastWill() { will = nil }

  /// Sockets that came with a packet; those of a packet that asks for none are closed.
  func received(_ sockets: [PassedSocket]) { arrived = sockets }

  private func post(at place: GuardHello.Place) -> Post {
    guard let post = posts.first(where: { $0.place == place }) else {
      preconditionFailure("LinuxMachine: \(place) was never prepared")
    }
    return post
  }

  private func read(_ watch: NetworkWatch, of post: Post) {
    let interface = post.place.interface
    attempt("watch") { () throws(NetworkFault) in
      for event in try watch.events() {
        switch event {
        case .carrier(let isThere):
          guard isThere != post.hasCarrier else { continue }
          post.hasCarrier = isThere
          pending.append(
            isThere ? .carrierBack(interface: interface) : .carrierLost(interface: interface))
        case .interfaceGone:
          post.hasCarrier = false
          pending.append(.interfaceGone(interface))
        case .addressRemoved: pending.append(.addressRemoved(post.place.address))
        case .addressTaken(let index):
          guard index != post.interface.index else { continue }
          say("\(post.place.address) was configured by hand on interface \(index): remove it there")
        case .overrun: lookAgain(at: post)
        }
      }
    }
  }

  /// Events were lost: the address counts as removed, which puts it back, and the link is asked.
  private func lookAgain(at post: Post) {
    guard let interface = try? NetworkInterface.named(post.place.interface),
      interface.index == post.interface.index
    else { return pending.append(.interfaceGone(post.place.interface)) }
    let isThere = interface.isUp && interface.hasCarrier
    if isThere != post.hasCarrier {
      post.hasCarrier = isThere
      let name = post.place.interface
      pending.append(isThere ? .carrierBack(interface: name) : .carrierLost(interface: name))
    }
    if post.isKept { pending.append(.addressRemoved(post.place.address)) }
  }

  private func heard(by post: Post) {
    attempt("hear") { () throws(NetworkFault) in
      for event in try post.segment.receive() {
        switch event {
        case .claimed(let hardware):
          pending.append(.claimed(post.place.address, by: hardware))
        case .probed(let hardware):
          // One that is about to take the address (RFC 5227): its next frame claims it. An observer
          // asks a hundred times a second, and is named once.
          guard post.asker != hardware else { break }
          post.asker = hardware
          say("\(hardware) asks whether \(post.place.address) is free")
        case .asked: break
        }
      }
    }
  }

  private func told<Result>(
    _ place: GuardHello.Place, _ body: () throws(NetworkFault) -> Result
  ) throws(MachineFault) -> Result {
    do throws(NetworkFault) {
      return try body()
    } catch {
      throw MachineFault("\(place.address) on \(place.interface): \(error.sentence)")
    }
  }

  private func attempt(_ what: String, _ body: () throws(NetworkFault) -> Void) {
    do throws(NetworkFault) { try body() } catch { say("cannot \(what): \(error.sentence)") }
  }
}
