import HTTPAPI
import Logging
import NIOCore
import NodeRuntime
import PeerSockets
import PosixStorage
import RaftTypes
import Replica
import VirtualIP

/// The virtual IP in loopback mode: the holder listens on it, and the kernel lets one process bind
/// it.
///
/// A holder that is frozen keeps the socket, and with it the address; interface mode has no such
/// limit.
final class LoopbackAddress: AddressTable {
  weak var replica: ReplicaLoop<PosixFileSystem, PeerHub>?
  private let address: SocketAddress?
  private let server: HTTPServer
  private let log: Logger

  init(_ endpoint: Endpoint?, server: HTTPServer, log: Logger) throws {
    address = try endpoint.map { endpoint in
      do {
        return try SocketAddress(ipAddress: endpoint.host, port: endpoint.port)
      } catch {
        throw StartFault.badAddress("vip.address", endpoint)
      }
    }
    self.server = server
    self.log = log
  }

  func perform(_ action: AddressAction) -> AddressEvent? {
    guard let address else { return nil }
    switch action {
    case .release:
      if server.holdsVirtualAddress { log.notice("gives the address \(address) up") }
      server.closeVirtualAddress()
    case .renew, .announce: break  // the kernel needs no lease to keep a second one out
    case .claim(let term, _):
      server.openVirtualAddress(address).assumeIsolated().whenComplete { result in
        switch result {
        case .success:
          self.log.notice("holds the address \(address) in term \(term.number)")
          self.replica?.offer(.address(.claimed(term)))
        case .failure(let error):
          self.log.debug("cannot take the address \(address) yet: \(error)")
          self.replica?.offer(.address(.refused(term, .busy)))
        }
      }
    }
    return nil
  }
}
