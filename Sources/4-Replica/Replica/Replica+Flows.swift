internal import Determinism
internal import NetworkTypes
internal import PeerProtocol
internal import RaftCore
internal import RaftTypes
internal import VirtualIP

// The connections through the virtual IP: the holder tells the others of them, so that whoever
// holds it next can tell their clients. Without that, one that waits for an answer waits until its
// own patience ends: nothing comes any more, and nothing says so.
extension Replica {
  mutating func flowsChanged(opened: [Flow], closed: [Flow]) {
    guard ownership.isHolding else { return }
    sharing.change(opened: opened, closed: closed)
  }

  /// Tells those who might take over, and the clients of the holder before: what they send to this
  /// node it does not know, and resets. One that gave the address up has reset them itself; once
  /// more does no harm.
  mutating func shareFlows() {
    guard ownership.isHolding else {
      tickling = Tickling()
      return sharing.end()
    }
    for flows in tickling.pass(at: now) { effects.address.append(.tickle(flows)) }
    for update in sharing.updates(in: core.term, at: now) {
      for peer in core.membership?.members.keys ?? [] where peer != settings.id {
        send(.flows(update), to: peer)
      }
    }
  }
}
