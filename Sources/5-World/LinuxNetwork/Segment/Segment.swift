import Glibc
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

  private var buffer = [UInt8](repeating: 0, count: Limits.frame)

  /// Listens from now on. Needs CAP_NET_RAW.
  package init(for address: IPAddress, on interface: NetworkInterface) throws(NetworkFault) {
    self.address = address
    self.interface = interface
    // Protocol 0 hears nothing yet, so that no frame comes before the filter.
    descriptor = socket(
      AF_PACKET, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw .system("packet socket", errno) }
    try PacketFilter(for: address).attach(to: descriptor)
    let etherType =
      switch address.family {
      case .v4: ARPFrame.etherType
      case .v6: NeighbourFrame.etherType
      }
    // linux/if_packet.h, struct sockaddr_ll: family, protocol, index, and what only sending needs.
    let place =
      ByteOrder.host(UInt16(AF_PACKET)) + ByteOrder.network(etherType)
      + ByteOrder.host(interface.index) + [UInt8](repeating: 0, count: 12)
    guard withSocketAddress(place, { bind(descriptor, $0, $1) }) == 0 else {
      throw .system("listen on the segment", errno)
    }
  }

  deinit { close(descriptor) }

  /// Tells every neighbour that the address is here: once, in all its forms. When to repeat it is
  /// the caller's business. A shut gate swallows it: then it throws `refused` with ENOBUFS.
  package func announce() throws(NetworkFault) {
    switch address.family {
    case .v4:
      for frame in ARPFrame.announcements(of: address, at: interface.hardwareAddress) {
        try send(frame.bytes, "announce the address")
      }
    case .v6:
      let frame = NeighbourFrame.announcement(of: address, at: interface.hardwareAddress)
      try send(frame.bytes, "announce the address")
    }
  }

  /// Asks who has the address, without claiming it; answers come as `claimed`. Passes a shut gate.
  package func probe() throws(NetworkFault) {
    let hardware = interface.hardwareAddress
    switch address.family {
    case .v4: try send(ARPFrame.probe(for: address, from: hardware).bytes, "probe for the address")
    case .v6:
      try send(NeighbourFrame.probe(for: address, from: hardware).bytes, "probe for the address")
    }
  }

  /// What has come since the last call, oldest first, from at most `Limits.mostFramesAtOnce`
  /// frames. While the interface is down nothing comes.
  package func receive() throws(NetworkFault) -> [SegmentEvent] {
    var events: [SegmentEvent] = []
    for _ in 0..<Limits.mostFramesAtOnce {
      let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      guard count >= 0 else {
        let code = errno
        if code == EINTR { continue }
        if code == EAGAIN || code == ENETDOWN { break }
        throw .system("listen on the segment", code)
      }
      if let event = event(in: Array(buffer[..<count])) { events.append(event) }
    }
    return events
  }

  private func event(in frame: [UInt8]) -> SegmentEvent? {
    switch address.family {
    case .v4: ARPFrame(frame)?.event(about: address, to: interface.hardwareAddress)
    case .v6: NeighbourFrame(frame)?.event(about: address, to: interface.hardwareAddress)
    }
  }

  private func send(_ frame: [UInt8], _ operation: String) throws(NetworkFault) {
    let sent = frame.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
    guard sent == frame.count else { throw .system(operation, errno) }
  }
}
