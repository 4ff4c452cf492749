internal import Determinism
internal import Faults
internal import Glibc
internal import RaftTypes

/// One connection between two nodes, through the proxy: from the node that dialed to the one that
/// accepts, with a lane for each direction.
struct ProxyLink {
  /// A socket and what still has to be written to it.
  private struct End {
    let socket: Int32
    var isConnecting = false
    var unwritten: [UInt8] = []
    /// Nothing follows what is unwritten.
    var isLast = false
    /// It will send no more.
    var hasEnded = false
  }

  private let to: NodeID
  private var from: NodeID?
  /// Towards the dialer, and towards the node that was dialed.
  private var near: End
  private var far: End
  /// What the dialer sent before it had said who it is.
  private var beforeHello: [UInt8] = []
  private var forward: ProxyLane
  private var backward: ProxyLane
  /// To be closed on both sides.
  private(set) var isOver = false

  init(near: Int32, far: Int32, to: NodeID, _ dice: inout Dice) {
    self.near = End(socket: near)
    self.far = End(socket: far, isConnecting: true)
    self.to = to
    forward = ProxyLane(dice.split())
    backward = ProxyLane(dice.split())
  }

  var forwardPath: Path? { from.map { Path(from: $0, to: to) } }
  var backwardPath: Path? { from.map { Path(from: to, to: $0) } }

  func effects(on path: Path) -> LinkEffects {
    if path == forwardPath { return forward.effects }
    return path == backwardPath ? backward.effects : LinkEffects()
  }

  func interests() -> [pollfd] {
    [
      interest(near, hasRoom: forward.waitingBytes < Limits.laneBytes),
      interest(far, hasRoom: backward.waitingBytes < Limits.laneBytes),
    ]
  }

  private func interest(_ end: End, hasRoom: Bool) -> pollfd {
    var events: Int32 = 0
    if hasRoom, !end.hasEnded, !end.isConnecting { events |= POLLIN }
    if end.isConnecting || !end.unwritten.isEmpty { events |= POLLOUT }
    // poll(2) passes over negative descriptors; a hang-up that nobody wants to know would spin.
    return pollfd(fd: events == 0 ? -1 : end.socket, events: Int16(events), revents: 0)
  }

  /// When something may leave that waits now.
  func deadline(_ troubles: [Path: LinkTrouble]) -> UInt64? {
    guard let forwardPath, let backwardPath else { return nil }
    let there = far.isConnecting ? nil : forward.deadline(troubles[forwardPath] ?? .none)
    let back = backward.deadline(troubles[backwardPath] ?? .none)
    return [there, back].compactMap { $0 }.min()
  }

  mutating func serve(_ ready: Set<Int32>, _ troubles: [Path: LinkTrouble], at now: UInt64) {
    if far.isConnecting, ready.contains(far.socket) {
      if LoopbackSocket.isConnected(far.socket) {
        far.isConnecting = false
      } else {
        // The dialer hears of it when the path from there lets it through.
        refuse(at: now)
      }
    }
    if ready.contains(near.socket), !near.hasEnded {
      let bytes = Self.receive(&near)
      fromDialer(bytes, troubles, at: now)
      if near.hasEnded { forward.finish(at: now) }
    }
    if ready.contains(far.socket), !far.isConnecting, !far.hasEnded {
      let bytes = Self.receive(&far)
      backward.take(bytes, backwardPath.flatMap { troubles[$0] } ?? .none, at: now)
      if far.hasEnded { backward.finish(at: now) }
    }
    move(troubles, at: now)
    Self.write(&near)
    if !far.isConnecting { Self.write(&far) }
    // A peer's connection means nothing to its ends when one direction is gone.
    let nearIsDone = near.isLast && near.unwritten.isEmpty
    let farIsDone = far.isLast && far.unwritten.isEmpty
    if nearIsDone || farIsDone { isOver = true }
    if from == nil, near.hasEnded || far.hasEnded { isOver = true }
  }

  private mutating func refuse(at now: UInt64) {
    far.hasEnded = true
    far.isConnecting = false
    backward.finish(at: now)
  }

  private mutating func fromDialer(
    _ bytes: [UInt8], _ troubles: [Path: LinkTrouble], at now: UInt64
  ) {
    var bytes = bytes
    if from == nil {
      beforeHello += bytes
      var cutter = FrameCutter()
      guard let first = cutter.take(beforeHello).first else { return }
      guard let dialer = FrameCutter.dialer(first) else {
        isOver = true
        return
      }
      from = NodeID(dialer)
      bytes = beforeHello
      beforeHello = []
    }
    forward.take(bytes, forwardPath.flatMap { troubles[$0] } ?? .none, at: now)
  }

  private mutating func move(_ troubles: [Path: LinkTrouble], at now: UInt64) {
    guard let forwardPath, let backwardPath else { return }
    let back = backward.release(troubles[backwardPath] ?? .none, at: now)
    near.unwritten += back.bytes
    near.isLast = near.isLast || back.ends
    var breaks = back.breaks
    if !far.isConnecting {
      let there = forward.release(troubles[forwardPath] ?? .none, at: now)
      far.unwritten += there.bytes
      far.isLast = far.isLast || there.ends
      breaks = breaks || there.breaks
    }
    if breaks {
      LoopbackSocket.willReset(near.socket)
      LoopbackSocket.willReset(far.socket)
      isOver = true
    }
  }

  private static func receive(_ end: inout End) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < 1 << 20 {
      let count = recv(end.socket, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { break }
      guard count > 0 else {
        end.hasEnded = true
        break
      }
      bytes += buffer[..<count]
    }
    return bytes
  }

  private static func write(_ end: inout End) {
    while !end.unwritten.isEmpty {
      let count = end.unwritten.withUnsafeBytes {
        send(end.socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      guard count > 0 else {
        end.unwritten = []
        end.isLast = true
        return
      }
      end.unwritten.removeFirst(count)
    }
  }

  func closeSockets() {
    close(near.socket)
    close(far.socket)
  }
}
