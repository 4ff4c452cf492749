internal import ClientProtocol
internal import Determinism
internal import Faults
internal import RaftTypes
internal import Replica
internal import VirtualIP

// The virtual IP: what a node's guard and kernel make of its decisions, and the property that no
// two of them answer for it at once.
extension World {
  func perform(_ action: AddressAction, by node: SimulatedNode) throws(Violation) {
    note("\(node.id)", "address \(action)")
    switch action {
    case .claim(let term, let until): claim(term, until, by: node)
    case .renew(let term, let until):
      segment.renew(node.place, in: term, until: end(of: until, on: node))
      try checkHolders(node)
    case .release:
      if !gatesStayOpen { segment.shut(node.place) }
      connectionsToAddressEnd(at: node.place)
    case .probe, .announce, .tickle: break
    }
  }

  private func claim(_ term: Term, _ until: Instant, by node: SimulatedNode) {
    node.claimed = term
    guard swarm.hasGuards else {
      let isFree = segment.holders(at: now).allSatisfy { $0 == node.place }
      if isFree { segment.open(node.place, in: term, until: .distantFuture) }
      return offer(.address(isFree ? .claimed(term) : .refused(term, .busy)), to: node)
    }
    // A guard is asked, and now and then it is frozen between its look at the clock and the act.
    let most: TimeSpan = network.dice.chance(1, in: 16) ? .milliseconds(500) : .milliseconds(3)
    schedule(
      .addressOpens(node.place, life: node.life, term, until: until),
      in: network.dice.span(from: .microseconds(100), to: most))
  }

  /// The guard has asked the kernel: the lease may be over by then, or given up.
  func addressOpens(_ node: SimulatedNode, _ term: Term, until: Instant) throws(Violation) {
    guard node.claimed == term else { return }
    node.claimed = nil
    guard node.clock.local(now) < until else {
      return offer(.address(.refused(term, .busy)), to: node)
    }
    segment.open(node.place, in: term, until: end(of: until, on: node))
    note("\(node.id)", "answers for the address in \(term)")
    try checkHolders(node)
    offer(.address(.claimed(term)), to: node)
  }

  // When the kernel ends it: the gate at the lease's end by this machine's clock, a lifetime some
  // whole seconds after it was last told, and late.
  private func end(of until: Instant, on node: SimulatedNode) -> Instant {
    if gatesStayOpen { return .distantFuture }
    return node.terms?.tier == .lifetime
      ? now + network.dice.span(from: .seconds(2), to: .milliseconds(3200))
      : node.clock.world(until)
  }

  /// A process is gone. Its socket closes with it, or its guard lets go for it and tells the peers,
  /// unless that is gone too; then the kernel ends what is left in its time.
  func addressOrphaned(at node: SimulatedNode, by death: Death) {
    node.claimed = nil
    guard !gatesStayOpen, let held = segment.term(of: node.place, at: now) else { return }
    let isGuardLost =
      swarm.hasGuards && death == .process && network.dice.chance(1, in: 4)
    guard !isGuardLost else { return tally.faults.add(.guardLoss) }
    segment.shut(node.place)
    if swarm.hasGuards, death == .process { sendLastWill(of: node, held) }
  }

  private func sendLastWill(of node: SimulatedNode, _ term: Term) {
    for peer in nodes where peer !== node && network.dice.chance(9, in: 10) {
      schedule(
        .lastWill(from: node.place, to: peer.place, life: peer.life, term), in: network.delay())
    }
  }

  /// At most one answers for the address at any time, as long as clocks keep their bound.
  func checkHolders(_ node: SimulatedNode) throws(Violation) {
    let holders = segment.holders(at: now)
    guard holders.count > 1, clocksKeepTheirBound else { return }
    if toleratesHolders {
      tally.rivalHolders += 1
      return
    }
    throw Violation(
      "two holders of the address: \(holders.map { nodes[$0].id }), the newest is \(node.id)")
  }

  /// Whether every boot clock runs within a hundredth of the world's: what leases count on
  /// (`TimeSpan.stretched`). One that does not may leave two holders, and two leaders never.
  var clocksKeepTheirBound: Bool { nodes.allSatisfy { abs($0.clock.drift) <= 10_000 } }

  /// Whoever leads in the end has the address.
  var isAddressSettled: Bool {
    if gatesStayOpen { return true }
    guard let leader else { return false }
    return segment.holders(at: now) == [leader.place]
      && leader.process?.view.holdsAddress == true
  }
}
