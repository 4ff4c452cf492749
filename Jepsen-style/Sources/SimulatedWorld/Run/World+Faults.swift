internal import ClientProtocol
internal import Determinism
internal import Faults
internal import RaftCore
internal import RaftTypes
internal import Replica

// Faults, as they are drawn.
extension World {
  func injectNext() {
    guard isSafetyPhase else { return }
    for fault in faults.next(leader: leader?.id) {
      tally.faultsDrawn += 1
      if !reduction.omits(tally.faultsDrawn) { inject(fault) }
    }
    if let pause = faults.pause() { schedule(.fault, in: pause) }
  }

  func inject(_ fault: Fault) {
    tally.faults += 1
    note("!!", "\(tally.faultsDrawn): \(fault)")
    switch fault {
    case .crash(let id, let death, let span):
      die(node(id), death)
      schedule(.start(node(id).place), in: span)
    case .pause(let id, let span): freeze(node(id), span)
    case .restart(let id, let span):
      guard node(id).isUp else { return }
      offer(.stop, to: node(id))
      // Long enough for the hand-over; a start that finds it still up does nothing.
      schedule(.start(node(id).place), in: settings.electionMost * 3 + span)
    case .cut(let paths):
      for path in paths { network[place(path.from), place(path.to)].isCut = true }
    case .heal: network.healCuts()
    case .clog(let path, let span):
      let (from, to) = (place(path.from), place(path.to))
      network[from, to].cloggedUntil = max(network[from, to].cloggedUntil ?? now, now + span)
      agenda.add(.unclog(from: from, to: to), at: network[from, to].cloggedUntil ?? now)
    case .reset(let a, let b):
      sever(place(a), place(b), reset: true)
      sever(place(b), place(a), reset: true)
    case .stallDisk(let id, let span):
      node(id).stalledUntil = max(node(id).stalledUntil, now + span)
    case .fillDisk(let id, let span):
      node(id).disk.capacity = node(id).disk.used
      schedule(.spaceReturns(place(id)), in: span)
    case .failSync(let id): node(id).disk.failsNextSync = true
    case .jumpWallClock(let id, let milliseconds): node(id).clock.wallOffset += milliseconds
    case .transfer(let id): ask(node(id), .transferLeadership(to: nil))
    case .snapshot(let id): ask(node(id), .takeSnapshot)
    }
  }

  private func freeze(_ node: SimulatedNode, _ span: TimeSpan) {
    guard node.isUp, node.pausedUntil == nil else { return }
    node.pausedUntil = now + span
    schedule(.resume(node.place), in: span)
  }

  // An operator's call; nobody waits for the answer.
  private func ask(_ node: SimulatedNode, _ request: ClientRequest) {
    let call = ClientCall(request, timeoutMilliseconds: 1000)
    guard node.pausedUntil == nil else { return }
    offer(.call(call, tag: Self.operatorTag), to: node)
  }

  static var operatorTag: UInt64 { .max }

  func node(_ id: NodeID) -> SimulatedNode { nodes[place(id)] }
  private func place(_ id: NodeID) -> Int { Int(id.number) - 1 }
}
