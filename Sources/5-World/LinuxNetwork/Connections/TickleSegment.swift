import NetworkTypes

/// A bare TCP acknowledgement with its IP header, as the holder of the address would send it
/// (RFC 9293 §3.1; RFC 791, RFC 8200).
///
/// Its numbers are wrong on purpose: RFC 9293 §3.10.7.4 makes the client answer what lies outside
/// its window with the numbers it expects, and a host that knows no such connection resets on that
/// (§3.10.7.1).
enum TickleSegment {
  private static let protocolNumber: UInt8 = 6
  private static let hops: UInt8 = 64
  private static let acknowledge: UInt8 = 0x10

  static func bytes(to flow: Flow) -> [UInt8] {
    let segment = segment(to: flow)
    switch flow.local.family {
    case .v4:
      var header: [UInt8] = [0x45, 0] + ByteOrder.network(UInt16(20 + segment.count))
      // No identification, do not fragment.
      header += [0, 0, 0x40, 0, hops, protocolNumber, 0, 0]
      header += flow.local.bytes + flow.remote.bytes
      header.replaceSubrange(10..<12, with: ByteOrder.network(InternetChecksum.of(header)))
      return header + segment
    case .v6:
      return [0x60, 0, 0, 0] + ByteOrder.network(UInt16(segment.count)) + [protocolNumber, hops]
        + flow.local.bytes + flow.remote.bytes + segment
    }
  }

  private static func segment(to flow: Flow) -> [UInt8] {
    var segment = ByteOrder.network(flow.localPort) + ByteOrder.network(flow.remotePort)
    // Sequence and acknowledgement 0, five words of header, a window of 1, no urgent data.
    segment += [UInt8](repeating: 0, count: 8) + [0x50, acknowledge, 0, 1, 0, 0, 0, 0]
    let sum = InternetChecksum.ofSegment(
      segment, protocolNumber: protocolNumber, source: flow.local.bytes,
      destination: flow.remote.bytes)
    segment.replaceSubrange(16..<18, with: ByteOrder.network(sum))
    return segment
  }
}
