internal import Determinism
package import Faults
internal import Glibc
internal import NIOPosix
package import RaftTypes
internal import Synchronization

/// Loopback, with a proxy of our own between the nodes: every node is dialed at an address where
/// the proxy listens. It tells who dials by the hello. Needs no privilege.
package final class ProxyNetwork: LiveNetwork {
  private let host: String
  private let ports: (client: UInt16, dialed: UInt16, listens: UInt16)
  private let pump: ProxyPump
  private let pool: NIOThreadPool

  package static let abilities = Trouble.allCases

  /// - Parameter host: an address of 127.0.0.0/8 that nobody else uses.
  package init(
    _ nodes: [NodeID], host: String, basePort: UInt16 = 21000, seed: UInt64
  ) throws(LiveFailure) {
    self.host = host
    ports = (basePort, basePort + 100, basePort + 200)
    pump = try ProxyPump(seed: seed)
    for node in nodes {
      let number = UInt16(node.number)
      try pump.listen(
        for: node, at: (host, ports.dialed + number), target: (host, ports.listens + number))
    }
    pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    let pump = pump
    pool.submit { _ in pump.run() }
  }

  package func set(_ trouble: LinkTrouble, on path: Path) throws(LiveFailure) {
    pump.set(trouble, on: path)
  }

  package func effects(on path: Path) throws(LiveFailure) -> LinkEffects { pump.effects(on: path) }

  package func peerAddress(_ node: NodeID) -> (listens: String, dialed: String) {
    let number = UInt16(node.number)
    return ("\(host):\(ports.listens + number)", "\(host):\(ports.dialed + number)")
  }

  package func clientAddress(_ node: NodeID) -> (host: String, port: UInt16) {
    (host, ports.client + UInt16(node.number))
  }

  package func wrapper(_ node: NodeID) -> [String] { [] }

  package func close() {
    pump.stop()
    pool.shutdownGracefully { _ in }
  }
}
