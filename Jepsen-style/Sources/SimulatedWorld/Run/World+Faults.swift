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
    if let (kind, some) = faults.next(leader: leader?.id) {
      var isInjected = false
      for fault in some {
        tally.faultsDrawn += 1
        guard !reduction.omits(tally.faultsDrawn), inject(fault) else { continue }
        tally.faultsInjected += 1
        isInjected = true
      }
      // What only takes effect later is counted where it does.
      if isInjected, kind.isWhole { tally.faults.add(kind) }
    }
    if let pause = faults.pause() { schedule(.fault, in: pause) }
  }

  /// - Returns: whether it found what it needs.
  func inject(_ fault: Fault) -> Bool {
    note("!!", "\(tally.faultsDrawn): \(fault)")
    switch fault {
    case .crash(let id, let death, let span):
      // The worst moments are those in which storage is in the middle of something.
      if node(id).isUp, diskDice.chance(1, in: 2) {
        node(id).doom = death
      } else {
        die(node(id), death)
        schedule(.start(node(id).place), in: span)
      }
    case .pause(let id, let span): return freeze(node(id), span)
    case .restart(let id, let span):
      guard node(id).isUp else { return false }
      offer(.stop, to: node(id))
      // Long enough for the hand-over; a start that finds it still up does nothing.
      schedule(.start(node(id).place), in: settings.electionMost * 3 + span)
    case .cut(let paths):
      for path in paths { network[place(path.from), place(path.to)].isCut = true }
      return !paths.isEmpty
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
    case .decay(let id, let decay): self.decay(node(id), decay)
    case .failWrite(let id): node(id).disk.failsNextWrite = true
    case .lie(let id, let span):
      // One at a time: a second one could become a voter before the first is found out.
      guard !nodes.contains(where: isSuspect), canSpare(node(id)) else { return false }
      node(id).disk.lies = true
      schedule(.honesty(place(id)), in: span)
    case .fillDisk(let id, let span):
      node(id).disk.capacity = node(id).disk.used
      schedule(.spaceReturns(place(id)), in: span)
    case .failSync(let id): node(id).disk.failsNextSync = true
    case .jumpWallClock(let id, let milliseconds): node(id).clock.wallOffset += milliseconds
    case .transfer(let id): return ask(node(id), .transferLeadership(to: nil))
    case .freezeInTransfer(let id, let delay, let span):
      guard ask(node(id), .transferLeadership(to: nil)) else { return false }
      schedule(.freeze(node(id).place, span), in: delay)
    case .snapshot(let id): return ask(node(id), .takeSnapshot)
    case .churn(let churn): return self.churn(churn)
    }
    return true
  }

  @discardableResult
  func freeze(_ node: SimulatedNode, _ span: TimeSpan) -> Bool {
    guard node.isUp, node.pausedUntil == nil else { return false }
    node.pausedUntil = now + span
    schedule(.resume(node.place), in: span)
    return true
  }

  // An operator's call; nobody waits for the answer.
  private func ask(_ node: SimulatedNode, _ request: ClientRequest) -> Bool {
    let call = ClientCall(request, timeoutMilliseconds: 1000)
    guard node.isUp, node.pausedUntil == nil else { return false }
    offer(.call(call, tag: Wish.otherTag), to: node)
    return true
  }

  func node(_ id: NodeID) -> SimulatedNode { nodes[place(id)] }
  private func place(_ id: NodeID) -> Int { Int(id.number) - 1 }
}

extension FaultClass {
  /// Whether the fault has happened once it is injected; of the others it is counted what they do.
  fileprivate var isWhole: Bool {
    switch self {
    case .clog, .swizzle, .cut, .oneWayCut, .coup, .heal, .reset, .pause, .restart, .stall,
      .wallJump, .transfer, .snapshot, .membership:
      true
    case .loss, .copy, .reordering, .kill, .powerLoss, .guardLoss, .reformat, .lostWrite,
      .tornWrite, .bitRot,
      .misdirectedWrite, .staleBlock, .readError, .writeError, .syncError, .lyingSync, .fullDisk,
      .drift, .lostReply, .retry:
      false
    }
  }
}
