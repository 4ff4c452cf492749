package import NetworkTypes

/// What was heard about the address on the segment. Own frames are not heard.
package enum SegmentEvent: Hashable, Sendable {
  /// Somebody says that the address is at this MAC: an answer to a probe, or an announcement.
  case claimed(by: HardwareAddress)
  /// Somebody probes for the address before taking it (RFC 5227 §2.1.1, RFC 4862 §5.4).
  case probed(by: HardwareAddress)
  /// Somebody wants to talk to the address.
  case asked(by: HardwareAddress)
}

/// The address' standing with its neighbours: ARP for IPv4, neighbour discovery for IPv6.
/// Owned by one thread.
package final class Segment {
  package let address: IPAddress
  package let interface: NetworkInterface
  /// To poll(2) for POLLIN; `receive()` never blocks.
  package let descriptor: Int32

  /// Listens from now on. Needs CAP_NET_RAW.
  package init(for address: IPAddress, on interface: NetworkInterface) throws(NetworkFault) {
    self.address = address
    self.interface = interface
    self.descriptor = -1
  }

  /// Tells every neighbour that the address is here: once, in all its forms. When to repeat it is
  /// the caller's business. A shut gate swallows it: then it throws `refused` with ENOBUFS.
  package func announce() throws(NetworkFault) {
    throw .unsupported("AF_PACKET")
  }

  /// Asks who has the address, without claiming it; answers come as `claimed`. Passes a shut gate.
  package func probe() throws(NetworkFault) {
    throw .unsupported("AF_PACKET")
  }

  /// What has come since the last call, oldest first, at most `Limits.mostFramesAtOnce`.
  package func receive() throws(NetworkFault) -> [SegmentEvent] {
    throw .unsupported("AF_PACKET")
  }
}
