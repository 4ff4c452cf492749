import HTTPAPI
import NIOCore
import NetworkTypes
import Replica

extension GuardedAddress: VirtualConnectionWatcher {
  func opened(local: SocketAddress, remote: SocketAddress) {
    if let flow = Flow(local, remote) { offer(.flows(opened: [flow], closed: [])) }
  }

  func closed(local: SocketAddress, remote: SocketAddress) {
    if let flow = Flow(local, remote) { offer(.flows(opened: [], closed: [flow])) }
  }
}

extension Flow {
  /// Nil for sockets of other kinds than TCP over IP.
  fileprivate init?(_ local: SocketAddress, _ remote: SocketAddress) {
    guard let own = local.ipAddress.flatMap({ IPAddress($0) }),
      let other = remote.ipAddress.flatMap({ IPAddress($0) }), own.family == other.family,
      let ownPort = local.port.flatMap({ UInt16(exactly: $0) }),
      let otherPort = remote.port.flatMap({ UInt16(exactly: $0) })
    else { return nil }
    self.init(local: own, localPort: ownPort, remote: other, remotePort: otherPort)
  }
}
