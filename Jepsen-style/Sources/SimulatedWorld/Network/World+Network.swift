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
      in: network.dice.span(from: .milliseconds(1), to: network.redialMost))
  }

  func dial(_ from: Int, _ to: Int, _ generation: UInt64) {
    guard network[from, to].generation == generation, !network[from, to].isUp, nodes[from].isUp
    else { return }
    guard nodes[to].isUp, nodes[to].pausedUntil == nil, network.canConnect(from, to) else {
      return redial(from, to)
    }
    guard !refuses(to, from) else { return redial(from, to) }
    // The welcome says on which disk the other end is.
    offer(.peerDisk(nodes[to].id, nodes[to].incarnation), to: nodes[from])
    if refuses(from, to) { redial(from, to) } else { network[from, to].isUp = true }
  }

  /// Another membership: a connection that leads to a disk which it does not trust ends.
  func setPeers(_ peers: PeerSet, of node: SimulatedNode, _ process: NodeProcess) {
    process.peers = peers
    for peer in nodes where peer !== node && refuses(node.place, peer.place) {
      sever(node.place, peer.place, reset: false)
      sever(peer.place, node.place, reset: false)
    }
  }

  // Whether one end trusts another disk under the name of the other, and acts under no older
  // membership: who lags must hear of the newer one. Whoever is no member is heard all the same:
  // worse than in production, where nobody listens to it.
  private func refuses(_ place: Int, _ other: Int) -> Bool {
    guard let own = nodes[place].process?.peers,
      let trusted = own.members[nodes[other].id]?.incarnation
    else { return false }
    let theirs = nodes[other].process?.peers?.configuration ?? .zero
    return trusted != nodes[other].incarnation && own.configuration >= theirs
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
