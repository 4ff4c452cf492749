import ClientProtocol
import HTTPAPI
import Logging
import NIOCore
import RaftTypes
import Replica
import VirtualIP

/// The virtual IP in loopback mode: the holder listens on it, and the kernel lets one process bind
/// it.
///
/// A holder that is frozen keeps the socket, and with it the address; interface mode has no such
/// limit.
final class LoopbackAddress: NodeAddress {
  var offer: (ReplicaInput) -> Void = { _ in }
  private let address: SocketAddress?
  private let server: HTTPServer
  private let loop: any EventLoop
  private let log: Logger
  private var held: Term?

  init(
    _ endpoint: Endpoint?, server: HTTPServer, on loop: any EventLoop, log: Logger
  ) throws {
    address = try endpoint.map { endpoint in
      do {
        return try SocketAddress(ipAddress: endpoint.host, port: endpoint.port)
      } catch {
        throw StartFault.badAddress("vip.address", endpoint)
      }
    }
    self.server = server
    self.loop = loop
    self.log = log
  }

  func start() -> EventLoopFuture<Void> { loop.makeSucceededVoidFuture() }

  func stop() { server.closeVirtualAddress() }

  var report: AddressReport {
    var report = AddressReport()
    guard let address, let host = address.ipAddress, let port = address.port else { return report }
    report.mode = .loopback
    report.endpoints = [host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"]
    report.tier = .loopback
    report.remark = "on one machine; a frozen holder keeps it"
    report.heldTerm = held
    return report
  }

  func perform(_ action: AddressAction) -> AddressEvent? {
    guard let address else { return nil }
    switch action {
    case .release:
      if server.holdsVirtualAddress { log.notice("gives the address \(address) up") }
      held = nil
      server.closeVirtualAddress()
    case .claim(let term, _):
      server.openVirtualAddress(address).assumeIsolated().whenComplete { result in
        switch result {
        case .success:
          self.log.notice("holds the address \(address) in term \(term.number)")
          self.held = term
          self.offer(.address(.claimed(term)))
        case .failure(let error):
          self.log.debug("cannot take the address \(address) yet: \(error)")
          self.offer(.address(.refused(term, .busy)))
        }
      }
    // The socket is the address: it has no lease, and no segment hears of it.
    case .probe, .renew, .announce, .tickle: break
    }
    return nil
  }
}
