internal import Determinism
internal import PeerProtocol
internal import RaftTypes
internal import Replica

// Frames on their way, and connections that break and come back.
extension World {
  func send(_ outbound: Outbound, from node: SimulatedNode) {
    let to = Int(outbound.to.number) - 1
    guard nodes.indices.contains(to), to != node.place else { return }
    let frame = outbound.frame
    switch network.send(frame, from: node.place, to: to, at: now) {
    case .lost: break
    case .arrives(let time, let again):
      let packet = Packet(
        from: node.place, to: to, generation: network.generation(node.place, to), frame: frame)
      agenda.add(.arrival(packet), at: time)
      if let again { agenda.add(.arrival(packet), at: again) }
    case .waits: network[node.place, to].waiting.append(frame)
    case .refused:
      if frame.frameClass == .call { offer(.unsent(frame, to: outbound.to), to: node) }
    case .breaks(let time):
      let generation = network.generation(node.place, to)
      agenda.add(.linkBreaks(from: node.place, to: to, generation: generation), at: time)
    }
  }

  func arrive(_ packet: Packet) {
    // What a message says outlives its connection; a call does not.
    if packet.frame.frameClass == .call,
      network.generation(packet.from, packet.to) != packet.generation
    {
      return
    }
    offer(.frame(packet.frame, from: nodes[packet.from].id), to: nodes[packet.to])
  }

  /// Ends the connection that `from` dialed; both ends learn of it, each in its own time.
  func sever(_ from: Int, _ to: Int, reset: Bool) {
    guard network[from, to].isUp else { return }
    let unsent = network.sever(from: from, to: to)
    let (sender, receiver) = (nodes[from], nodes[to])
    if sender.isUp {
      schedule(
        .linkLost(
          to: from, life: sender.life, peer: receiver.id,
          LinkLoss(direction: .outgoing, reset: reset, unsent: unsent)), in: network.delay())
    }
    if receiver.isUp {
      schedule(
        .linkLost(
          to: to, life: receiver.life, peer: sender.id,
          LinkLoss(direction: .incoming, reset: reset, unsent: [])), in: network.delay())
    }
    redial(from, to)
  }

  func redial(_ from: Int, _ to: Int) {
    let generation = network[from, to].generation
    schedule(
      .dial(from: from, to: to, generation: generation),
      in: network.dice.span(from: .milliseconds(1), to: .milliseconds(100)))
  }

  func dial(_ from: Int, _ to: Int, _ generation: UInt64) {
    guard network[from, to].generation == generation, !network[from, to].isUp, nodes[from].isUp
    else { return }
    if nodes[to].isUp, nodes[to].pausedUntil == nil, network.canConnect(from, to) {
      network[from, to].isUp = true
      // The handshake says on which disk either end is.
      offer(.peerDisk(nodes[to].id, nodes[to].incarnation), to: nodes[from])
      offer(.peerDisk(nodes[from].id, nodes[from].incarnation), to: nodes[to])
    } else {
      redial(from, to)
    }
  }

  func unclog(_ from: Int, _ to: Int) {
    guard let until = network[from, to].cloggedUntil, until <= now else { return }
    network[from, to].cloggedUntil = nil
    let waiting = network[from, to].waiting
    network[from, to].waiting = []
    for frame in waiting { resend(frame, from, to) }
  }

  /// Sends what a clog held back.
  func resend(_ frame: PeerFrame, _ from: Int, _ to: Int) {
    send(Outbound(to: nodes[to].id, frame: frame), from: nodes[from])
  }
}
