internal import Determinism
internal import PeerProtocol

/// One direction between two nodes, as the sender's connection and the wires under it.
struct Connection {
  /// Grows when the connection breaks: what was in flight before does not arrive after.
  var generation: UInt64 = 0
  var isUp = true
  /// Nothing arrives.
  var isCut = false
  /// Nothing leaves before then.
  var cloggedUntil: Instant?
  /// Calls that wait behind the clog: certainly unsent if the connection breaks now.
  var waiting: [PeerFrame] = []
  /// When the last frame of the ordered ones arrives.
  var lastArrival = Instant(nanoseconds: 0)
  /// A break that is already on its way because a call was lost.
  var isBreaking = false
}

/// A frame under way.
struct Packet {
  let from: Int
  let to: Int
  let generation: UInt64
  let frame: PeerFrame
}
