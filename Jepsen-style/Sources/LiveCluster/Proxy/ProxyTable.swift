internal import Determinism
internal import Faults
internal import Glibc
internal import RaftTypes

/// All connections through the proxy, and what is wrong with the paths.
struct ProxyTable {
  struct Listener {
    let socket: Int32
    let node: NodeID
    let target: (host: String, port: UInt16)
  }

  var listeners: [Listener] = []
  var troubles: [Path: LinkTrouble] = [:]
  private var links: [ProxyLink] = []
  /// Of connections that are gone.
  private var past: [Path: LinkEffects] = [:]
  private var dice: Dice

  init(seed: UInt64) { dice = Dice(seed: seed) }

  func effects(on path: Path) -> LinkEffects {
    links.reduce(past[path] ?? LinkEffects()) { $0 + $1.effects(on: path) }
  }

  /// What poll(2) is to look at.
  func interests() -> [pollfd] {
    let connections = listeners.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
    return links.reduce(into: connections) { $0 += $1.interests() }
  }

  /// When something may leave that waits now.
  var deadline: UInt64? { links.compactMap { $0.deadline(troubles) }.min() }

  /// One pass: sockets in `ready` are read and written, and what may leave leaves.
  mutating func serve(_ ready: Set<Int32>, at now: UInt64) {
    for listener in listeners where ready.contains(listener.socket) { accept(listener) }
    for index in links.indices { links[index].serve(ready, troubles, at: now) }
    for link in links where link.isOver {
      for path in [link.forwardPath, link.backwardPath].compactMap({ $0 }) {
        past[path] = (past[path] ?? LinkEffects()) + link.effects(on: path)
      }
      link.closeSockets()
    }
    links.removeAll { $0.isOver }
  }

  mutating func closeAll() {
    for listener in listeners { close(listener.socket) }
    for link in links { link.closeSockets() }
    listeners = []
    links = []
  }

  private mutating func accept(_ listener: Listener) {
    while let near = LoopbackSocket.accepted(listener.socket) {
      do throws(LiveFailure) {
        let far = try LoopbackSocket.connecting(listener.target.host, listener.target.port)
        links.append(ProxyLink(near: near, far: far, to: listener.node, &dice))
      } catch {
        close(near)
      }
    }
  }
}
